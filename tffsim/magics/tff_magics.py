"""`%%tff_execute`, `%tff_stack`, `%tff_workers` and `%tff_trace`."""

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from tffsim.execution_contexts.default_context import get_context, separate_default, use
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.magics.background_run import BackgroundRun
from tffsim.magics.cell_code import CellCode
from tffsim.magics.cell_number import number_of_cell
from tffsim.magics.cell_source import NAME, CellSource, split_statement
from tffsim.magics.cell_text import TextOfNobody
from tffsim.magics.completion import complete_magics
from tffsim.magics.errors import note_interrupt, show_user_errors
from tffsim.magics.known_traces import KnownTraces
from tffsim.magics.notebook_workers import notebook_workers
from tffsim.magics.nothing_called import why_nothing
from tffsim.magics.option_line import with_joined_lists
from tffsim.magics.options import Options, read_options
from tffsim.magics.output import LiveOutput
from tffsim.magics.recorded_block import RecordedBlock
from tffsim.magics.running_cells import RunningCells
from tffsim.magics.spelling import did_you_mean
from tffsim.magics.stack_choice import chosen_context
from tffsim.traces.trace import Trace
from tffsim.tracing.recording.recorder import VALUE_MODES, Recorder
from tffsim.views import PANELS


@magics_class
class TffMagics(Magics):  # type: ignore[misc]
    """Magics that run federated computations and show them run."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._traces = KnownTraces(shell.user_ns)
        self._cells = RunningCells(shell)
        self._text = TextOfNobody(lambda: self._cells.num_in_front == 0)

    @magic_arguments()
    @argument("--stack", help="local, debug, remote, or the name of a context or factory; by default the current one")
    @argument("--clients", type=int, help="how many clients, where arguments do not tell")
    @argument("--max-fanout", type=int, help="how many children an executor may have")
    @argument("--view", default=",".join(PANELS), help=f"panels, separated by commas, or none: {', '.join(PANELS)}")
    @argument("--trace", metavar="NAME", help="the variable that gets the trace")
    @argument("--save", metavar="FILE", help="save the trace in a .tfftrace file")
    @argument("--no-trace", action="store_true", help="run without recording anything")
    @argument("--values", choices=VALUE_MODES, default="preview", help="what is kept of values")
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
            line, code = split_statement(self.tff_execute.parser, with_joined_lists(line))
        options = read_options(self.tff_execute, line, self._shell.user_ns)
        if options.background is not None:
            return self._in_background(options, code or "")
        if code:
            return self._value(options, code, local_ns)
        self._follow_cell(options)
        return None

    def _follow_cell(self, options: Options) -> None:
        """Runs the rest of this thread's cell so."""
        if not self._cells.is_in_cell:
            raise UsageError("%tff_execute shows the rest of a cell. Load tffsim in a cell before.")
        block = self._block(options, self._cells.code)
        self._cells.at_end(lambda: block.complete(has_failed=self._cells.has_failed))
        self._cells.at_end(block.leave)
        block.begin()

    def _value(self, options: Options, text: str, local_ns: dict[str, object] | None) -> object:
        """Runs code and returns its value, as a cell shows it."""
        __tracebackhide__ = True
        code = CellCode(self._shell, text)
        block = self._block(options, text)
        block.begin()
        try:
            value = code.run(local_ns)
        except BaseException as error:
            note_interrupt(error)
            block.leave()
            complete = functools.partial(block.complete, has_failed=True)
            if self._cells.is_in_cell:
                self._cells.at_end(complete)  # It takes long, and the error shows first.
            else:
                complete()
            raise
        block.leave()
        block.complete()
        return None if code.ends_silently else value

    def _in_background(self, options: Options, code: str) -> BackgroundRun:
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
        run.start(self._cells.cell(), text, self._recorded(options, trace, context, code))
        return run

    def _block(self, options: Options, code: str) -> RecordedBlock:
        context = functools.partial(use, options.context) if options.context is not None else nullcontext
        return self._recorded(options, _new_trace(options), context, code)

    def _recorded(
        self, options: Options, trace: Trace | None, context: Callable[[], AbstractContextManager[object]], code: str
    ) -> RecordedBlock:
        """Shows a trace from now on; returns the block in which it is recorded."""
        if trace is None:
            return RecordedBlock(context, None, lambda _: None)
        output = LiveOutput(self._shell, trace, options.panels)
        return RecordedBlock(context, trace.recorder, functools.partial(self._keep, options, trace, output, code))

    def _keep(self, options: Options, trace: Trace, output: LiveOutput, code: str, has_failed: bool) -> None:
        was_called = trace.invocations.num_rows > 0
        if options.background is None and (was_called or options.trace):
            self._name(options, trace)
        output.finish()
        if was_called and options.save:
            trace.save(options.save)
        if not was_called and not has_failed and (options.panels or options.save):
            print(why_nothing(code, self._shell.user_ns, "show" if options.panels else "save"))

    def _name(self, options: Options, trace: Trace) -> None:
        name = self._traces.add(trace, number_of_cell(self._shell), options.trace)
        if options.trace and name != options.trace:
            print(f"`{options.trace}` is in use, so the trace is called `{name}`.")

    @line_magic(f"%{NAME}")  # type: ignore[arg-type]  # IPython does not tell that it may be named.
    def _below_code(self, _: str) -> None:
        """Says where the magic belongs: IPython takes it for a line magic of this name if there is code above it."""
        raise UsageError(f"`%%{NAME}` must be the first line of its cell. Only comments may stand above it.")

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
    def tff_workers(self, line: str) -> None:
        """Start, list or stop worker processes on this machine: `%tff_workers start 2`, `status`, `stop`."""
        is_default = notebook_workers.made(getattr(get_context(), "executor_factory", None))
        print(notebook_workers.command(line))
        if is_default and notebook_workers.are_there:
            use(notebook_workers.factory())
        elif is_default:
            use(local_executor_factory())
            print("Computations run in this process again: %tff_stack is local.")

    @line_magic
    def tff_trace(self, line: str) -> None:
        """List the traces that were made here, or show one: `%tff_trace NAME`."""
        name = line.strip()
        if name:
            trace = self._traces.find(name)
            if trace is None:
                names = self._traces.names()
                question = did_you_mean(name, names)
                raise UsageError(
                    f"There is no trace called {name!r}.{question} Traces: {', '.join(names) or 'none yet'}."
                )
            display(trace)
            return
        print(self._traces.listing() or "No traces yet. Run a cell with %%tff_execute.")

    def install(self) -> None:
        """Makes the magics known to the shell, in place of those that it knew."""
        self._shell.register_magics(self)
        self._cells.follow()
        CellSource(self._shell, self.tff_execute.parser).install()


def _new_trace(options: Options) -> Trace | None:
    return None if options.no_trace else Trace(Recorder(options.values))


def _let_underscore_be_set(shell: InteractiveShell) -> None:
    """Lets `_` become what the cell returns, though a loop has used it: IPython then leaves it alone for good."""
    names = ("_", "__", "___")
    if not any(callable(shell.user_ns.get(name)) for name in names):  # `_` may be a function of the user.
        shell.user_ns.update({name: getattr(shell.displayhook, name) for name in names if name in shell.user_ns})


def register(shell: InteractiveShell) -> None:
    """Registers the magics, their completion, and how errors of computations are shown.

    When the extension is loaded again, the magics stay the same: they know the traces that were made so far.
    """
    known = shell.magics_manager.registry.get(TffMagics.__name__)
    magics = known if isinstance(known, TffMagics) else TffMagics(shell)
    magics.install()
    show_user_errors(shell)
    complete_magics(shell, TffMagics.tff_execute.parser)
