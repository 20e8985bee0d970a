"""`%%tff_execute`, `%tff_stack` and `%tff_trace`."""

import argparse
import functools
import itertools
import keyword
import pathlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from federated_language.framework import AsyncContext, SyncContext
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import display

from tffsim.execution_contexts.default_context import get_context, separate_default, use
from tffsim.magics.background_run import BackgroundRun
from tffsim.magics.cell_code import CellCode
from tffsim.magics.cell_source import CellSource, split_statement
from tffsim.magics.cell_text import TextOfNobody
from tffsim.magics.completion import complete_magics
from tffsim.magics.errors import show_user_errors
from tffsim.magics.output import LiveOutput
from tffsim.magics.recorded_block import RecordedBlock
from tffsim.magics.running_cells import RunningCells
from tffsim.magics.stack_choice import chosen_context
from tffsim.traces.trace import Trace
from tffsim.tracing.recording.recorder import Recorder
from tffsim.views import PANELS

# Traces that got no name are kept only for a while, as a cell may run often.
_MAX_UNNAMED = 20


class _Options(argparse.Namespace):
    """What a line says; see the arguments of `tff_execute`. `panels` and `context` are made of it."""

    stack: str | None
    clients: int | None
    max_fanout: int | None
    view: str
    trace: str | None
    save: str | None
    no_trace: bool
    values: str
    background: str | None
    panels: tuple[str, ...]
    context: SyncContext | AsyncContext | None


@magics_class
class TffMagics(Magics):  # type: ignore[misc]
    """Magics that run federated computations and show them run."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell
        self.traces: dict[str, Trace] = {}
        self._unnamed: list[str] = []
        self._numbers = itertools.count(1)
        self._cells = RunningCells(shell)
        self._text = TextOfNobody(lambda: self._cells.num_in_front == 0)

    @magic_arguments()
    @argument("--stack", help="local, debug, or the name of a context or factory; by default the current one")
    @argument("--clients", type=int, help="how many clients, where arguments do not tell")
    @argument("--max-fanout", type=int, help="how many children an executor may have")
    @argument("--view", default=",".join(PANELS), help=f"panels, separated by commas, or none: {', '.join(PANELS)}")
    @argument("--trace", metavar="NAME", help="the variable that gets the trace")
    @argument("--save", metavar="FILE", help="save the trace in a .tfftrace file")
    @argument("--no-trace", action="store_true", help="run without recording anything")
    @argument("--values", choices=("none", "preview", "all"), default="preview", help="what is kept of values")
    @argument(
        "--background",
        nargs="?",
        const="",
        metavar="NAME",
        help="return at once; NAME gets the handle, with the result",
    )
    @needs_local_scope
    @no_var_expand
    @line_cell_magic
    def tff_execute(self, line: str, cell: str | None = None, local_ns: dict[str, object] | None = None) -> object:
        """Run the cell with an execution stack, and show it run.

        `%tff_execute statement` does that with one statement, and `%tff_execute` alone with the
        rest of the cell.
        """
        __tracebackhide__ = True
        if "--help" in line.split():
            print(self.tff_execute.parser.format_help())
            return None
        code = cell
        if cell is None:
            line, code = split_statement(self.tff_execute.parser, line)
        options = self._options(line)
        if options.background is not None:
            return self._in_background(options, code or "")
        if code:
            return self._value(options, CellCode(self._shell, code), local_ns)
        self._follow_cell(options)
        return None

    def _options(self, line: str) -> _Options:
        try:
            options: _Options = parse_argstring(self.tff_execute, line)
        except ValueError as error:
            raise UsageError(f"%tff_execute cannot read its options {line!r}: {error}.") from None
        options.panels = _panels(options.view)
        for option in ("trace", "background"):
            _check_name(option, getattr(options, option))
        if options.trace and options.trace == options.background:
            raise UsageError(f"--trace and --background cannot both be called {options.trace!r}.")
        if options.no_trace and (options.trace or options.save):
            raise UsageError(f"--no-trace records nothing, so {'--trace' if options.trace else '--save'} has no trace.")
        if options.save and not pathlib.Path(options.save).parent.is_dir():
            raise UsageError(f"--save cannot write {options.save!r}: there is no such folder.")
        options.context = chosen_context(self._shell.user_ns, options.stack, options.clients, options.max_fanout)
        return options

    def _follow_cell(self, options: _Options) -> None:
        """Runs the rest of this thread's cell so."""
        if not self._cells.is_in_cell:
            raise UsageError("%tff_execute shows the rest of a cell. Load tffsim in a cell before.")
        block = self._block(options)
        self._cells.at_end(block.complete)
        self._cells.at_end(block.leave)
        block.begin()

    def _value(self, options: _Options, code: CellCode, local_ns: dict[str, object] | None) -> object:
        """Runs code and returns its value, as a cell shows it."""
        __tracebackhide__ = True
        block = self._block(options)
        block.begin()
        try:
            value = code.run(local_ns)
        except BaseException:
            block.leave()
            if self._cells.is_in_cell:
                self._cells.at_end(block.complete)  # It takes long, and the error shows first.
            else:
                block.complete()
            raise
        block.leave()
        block.complete()
        return None if code.ends_silently else value

    def _in_background(self, options: _Options, code: str) -> BackgroundRun:
        if not code.strip():
            raise UsageError(
                "--background needs the code of a cell, or a statement in the same line (--background=NAME)."
            )
        trace = _new_trace(options)
        run = BackgroundRun(self._shell, CellCode(self._shell, code), trace)
        if trace is not None:
            self._name(options, trace)
        # Other cells go on meanwhile, with a context that this one does not change.
        context = functools.partial(separate_default, options.context or get_context())
        if options.background:
            self._shell.user_ns[options.background] = run
        else:
            _let_underscore_be_set(self._shell)
        text = self._text.shown_for(run.callbacks)
        run.start(self._cells.cell(), text, self._recorded(options, trace, context))
        return run

    def _block(self, options: _Options) -> RecordedBlock:
        context = functools.partial(use, options.context) if options.context is not None else nullcontext
        return self._recorded(options, _new_trace(options), context)

    def _recorded(
        self, options: _Options, trace: Trace | None, context: Callable[[], AbstractContextManager[object]]
    ) -> RecordedBlock:
        """Shows a trace from now on; returns the block in which it is recorded."""
        if trace is None:
            return RecordedBlock(context, None, lambda: None)
        output = LiveOutput(self._shell, trace, options.panels)
        return RecordedBlock(context, trace.recorder, functools.partial(self._keep, options, trace, output))

    def _keep(self, options: _Options, trace: Trace, output: LiveOutput) -> None:
        if options.background is None:
            self._name(options, trace)
        output.finish()
        if options.save:
            trace.save(options.save)

    @line_magic
    def tff_stack(self, line: str) -> None:
        """Show the default execution stack, or set it: `%tff_stack debug`."""
        from tffsim.executor_stacks.drawing import draw

        context = chosen_context(self._shell.user_ns, line.strip() or None)
        if context is not None:
            use(context)
        factory = getattr(get_context(), "executor_factory", None)
        print(draw(factory, 3) if factory is not None else repr(get_context()))

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

    def _name(self, options: _Options, trace: Trace) -> None:
        if options.trace:
            self.traces[options.trace] = self._shell.user_ns[options.trace] = trace
            self._unnamed = [name for name in self._unnamed if name != options.trace]
            return
        name = next(name for number in self._numbers if (name := f"trace_{number}") not in self.traces)
        self._unnamed.append(name)
        self.traces[name] = trace
        if len(self._unnamed) > _MAX_UNNAMED:
            self.traces.pop(self._unnamed.pop(0), None)

    def install(self) -> None:
        """Makes the magics known to the shell, in place of those that it knew."""
        self._shell.register_magics(self)
        self._cells.follow()
        CellSource(self._shell, self.tff_execute).install()


def _new_trace(options: _Options) -> Trace | None:
    return None if options.no_trace else Trace(Recorder(options.values))


def _check_name(option: str, name: str | None) -> None:
    if (name and (not name.isidentifier() or keyword.iskeyword(name))) or (name == "" and option == "trace"):
        raise UsageError(f"--{option} needs the name of a variable, found {name!r}.")


def _let_underscore_be_set(shell: InteractiveShell) -> None:
    """Lets `_` become what the cell returns, though a loop has used it: IPython then leaves it alone for good."""
    names = ("_", "__", "___")
    if not any(callable(shell.user_ns.get(name)) for name in names):  # `_` may be a function of the user.
        shell.user_ns.update({name: getattr(shell.displayhook, name) for name in names if name in shell.user_ns})


def _panels(text: str) -> tuple[str, ...]:
    if text == "none":
        return ()
    panels = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [panel for panel in panels if panel not in PANELS]
    if unknown:
        raise UsageError(f"There is no panel {unknown[0]!r}. Panels: {', '.join(PANELS)}; or none.")
    return panels


def register(shell: InteractiveShell) -> None:
    """Registers the magics, their completion, and how errors of computations are shown."""
    TffMagics(shell).install()
    show_user_errors(shell)
    complete_magics(shell)
