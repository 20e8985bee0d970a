"""`%%tff_execute`, `%tff_stack` and `%tff_trace`."""

import itertools
import pathlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from federated_language.framework import AsyncContext, ExecutorFactory, SyncContext
from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import display

import tffsim as tff
from tffsim.execution_contexts.default_context import separate_default
from tffsim.magics.background_run import BackgroundRun
from tffsim.magics.cell_runner import run_cell
from tffsim.magics.completion import IDENTIFIER, matcher
from tffsim.magics.errors import show_user_errors
from tffsim.magics.output import LiveOutput
from tffsim.tracing.recorder import Recorder
from tffsim.tracing.session import recording
from tffsim.tracing.trace import Trace
from tffsim.views import PANELS

_MAX_FANOUT = 100
# Traces that got no name are kept only for a while, as a cell may run often.
_MAX_UNNAMED = 20


@magics_class
class TffMagics(Magics):  # type: ignore[misc]
    """Magics that run federated computations and show them run."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shell = shell
        self.traces: dict[str, Trace] = {}
        self._unnamed: list[str] = []
        self._numbers = itertools.count(1)

    @magic_arguments()
    @argument("--stack", help="local, debug, or the name of a context or factory; by default the current one")
    @argument("--clients", type=int, default=0, help="how many clients, where arguments do not tell")
    @argument("--max-fanout", type=int, default=_MAX_FANOUT, help="how many children an executor may have")
    @argument("--view", default=",".join(PANELS), help="panels, separated by commas, or none")
    @argument("--trace", metavar="NAME", help="the variable that gets the trace")
    @argument("--save", metavar="FILE", help="save the trace in a .tfftrace file")
    @argument("--no-trace", action="store_true", help="run without recording anything")
    @argument("--values", choices=("none", "preview", "all"), default="preview", help="what is kept of values")
    @argument("--background", action="store_true", help="return at once; the result arrives in what is returned")
    @no_var_expand
    @cell_magic
    def tff_execute(self, line: str, cell: str) -> Any:
        """Run the cell with an execution stack, and show it run."""
        if "--help" in line.split():
            print(self.tff_execute.parser.format_help())
            return None
        options = parse_argstring(self.tff_execute, line)
        panels = _panels(options.view)
        if options.trace is not None and not options.trace.isidentifier():
            raise UsageError(f"--trace needs the name of a variable, found {options.trace!r}.")
        if options.save and not pathlib.Path(options.save).parent.is_dir():
            raise UsageError(f"--save cannot write {options.save!r}: there is no such folder.")
        context = self._context(options)
        trace = None if options.no_trace else Trace(Recorder(options.values))
        if options.background:
            run = BackgroundRun(self._shell, cell, trace)
            # Other cells go on meanwhile, with a context that this one does not change.
            run.start(self._shown(options, trace, panels), separate_default(context or tff.get_context()))
            return run
        with self._shown(options, trace, panels), tff.use(context) if context is not None else nullcontext():
            result = run_cell(self._shell, cell)
        if isinstance(getattr(result, "error_in_exec", None), KeyboardInterrupt):
            raise KeyboardInterrupt
        return None

    def _shown(self, options: Any, trace: Trace | None, panels: tuple[str, ...]) -> AbstractContextManager[None]:
        """Shows a trace from now on; returns the block in which it is recorded."""
        if trace is None:
            return nullcontext()
        if options.background:
            self._name(options, trace)
        return self._recorded(options, trace, LiveOutput(self._shell, trace, panels))

    @contextmanager
    def _recorded(self, options: Any, trace: Trace, output: LiveOutput) -> Iterator[None]:
        recorder = trace.recorder
        assert recorder is not None
        try:
            with recording(recorder):
                yield
        finally:
            recorder.finish()
            if not options.background:
                self._name(options, trace)
            output.finish()
            if options.save:
                trace.save(options.save)

    @line_magic
    def tff_stack(self, line: str) -> None:
        """Show the default execution stack, or set it: `%tff_stack debug`."""
        from tffsim.executor_stacks.drawing import draw

        if line.strip():
            tff.use(self._named_context(line.strip(), 0, _MAX_FANOUT))
        factory = getattr(tff.get_context(), "executor_factory", None)
        print(draw(factory, 3) if factory is not None else repr(tff.get_context()))

    @line_magic
    def tff_trace(self, line: str) -> None:
        """List the traces that were made here, or show one: `%tff_trace NAME`."""
        name = line.strip()
        if name:
            trace = self.traces.get(name) or self._shell.user_ns.get(name)
            if not isinstance(trace, Trace):
                raise UsageError(f"There is no trace called {name!r}. Traces: {', '.join(self.traces) or 'none yet'}.")
            display(trace)
            return
        for known, trace in self.traces.items():
            print(f"{known}: {trace!r}")
        if not self.traces:
            print("No traces yet. Run a cell with %%tff_execute.")

    def _name(self, options: Any, trace: Trace) -> None:
        if options.trace:
            self.traces[options.trace] = self._shell.user_ns[options.trace] = trace
            self._unnamed = [name for name in self._unnamed if name != options.trace]
            return
        name = next(name for number in self._numbers if (name := f"trace_{number}") not in self.traces)
        self._unnamed.append(name)
        self.traces[name] = trace
        if len(self._unnamed) > _MAX_UNNAMED:
            self.traces.pop(self._unnamed.pop(0), None)

    def _context(self, options: Any) -> Any:
        if options.stack is None and not options.clients and options.max_fanout == _MAX_FANOUT:
            return None
        return self._named_context(options.stack or "local", options.clients, options.max_fanout)

    def _named_context(self, name: str, clients: int, max_fanout: int) -> Any:
        if name == "local":
            found = tff.local_executor_factory(clients, max_fanout)
        elif name == "debug":
            found = tff.debug_executor_factory(clients)
        else:
            found = self._shell.user_ns.get(name)
        if not isinstance(found, (ExecutorFactory, SyncContext, AsyncContext)):
            raise UsageError(f"--stack is local, debug, or the name of a context or factory; found {name!r}.")
        return tff.SyncExecutionContext(found) if isinstance(found, ExecutorFactory) else found


def _panels(text: str) -> tuple[str, ...]:
    if text == "none":
        return ()
    panels = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [panel for panel in panels if panel not in PANELS]
    if unknown:
        raise UsageError(f"There is no panel {unknown[0]!r}. Panels: {', '.join(PANELS)}; or none.")
    return panels


def register(shell: Any) -> None:
    """Registers the magics, their completion, and how errors of computations are shown."""
    shell.register_magics(TffMagics(shell))
    show_user_errors(shell)
    matchers = shell.Completer.custom_matchers
    # Loading the extension again replaces what was registered.
    matchers[:] = [known for known in matchers if getattr(known, "matcher_identifier", "") != IDENTIFIER]
    matchers.append(matcher(shell))
