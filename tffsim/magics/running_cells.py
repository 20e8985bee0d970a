"""Which cells run now, and what is to be done when they end.

A magic at the top of a cell is over before the rest of the cell runs, so it cannot wait for
the end. IPython tells when a cell ends, whether it failed or not, and after its error was
shown. Cells can run inside cells (`%%capture`, `%run`), and in other threads (subshells).
"""

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from tffsim.magics.errors import show_error

_EVENTS = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell")


@dataclasses.dataclass(slots=True)
class _Cell:
    """A cell that runs.

    Attributes:
        info: IPython's `ExecutionInfo`; None for a silent cell, of which IPython tells less.
        at_end: What is to be done when it ends.
    """

    info: object = None
    at_end: list[Callable[[], object]] = dataclasses.field(default_factory=list)


class _Cells(threading.local):
    def __init__(self) -> None:
        self.running: list[_Cell] = []
        self.has_failed = False


class RunningCells:
    """Follows the cells of a shell, in each thread.

    Args:
        shell: The `InteractiveShell`.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._cells = _Cells()
        self._in_front: set[int] = set()

    def follow(self) -> None:
        """Listens to the shell from now on, instead of one that did so before."""
        for event in _EVENTS:
            callbacks = self._shell.events.callbacks[event]
            callbacks[:] = [known for known in callbacks if not isinstance(_owner(known), RunningCells)]
            self._shell.events.register(event, getattr(self, f"_{event}"))

    @property
    def is_in_cell(self) -> bool:
        """Whether this thread runs a cell."""
        return bool(self._cells.running)

    @property
    def code(self) -> str:
        """The text of the innermost cell of this thread; empty if IPython does not tell it."""
        return str(getattr(self._cells.running[-1].info, "raw_cell", "")) if self._cells.running else ""

    @property
    def has_failed(self) -> bool:
        """Whether the cell of this thread failed that ended last, for what is done at its end."""
        return self._cells.has_failed

    @property
    def num_in_front(self) -> int:
        """How many threads run cells that IPython knows of."""
        return len(self._in_front)

    def at_end(self, action: Callable[[], object]) -> None:
        """Calls a function when the innermost cell of this thread ends; the last one given comes first.

        Its error is shown, and then the cell has failed.
        """
        self._cells.running[-1].at_end.append(action)

    @contextlib.contextmanager
    def cell(self) -> Iterator[None]:
        """A block that is a cell, though IPython does not know."""
        cell = _Cell()
        self._cells.running.append(cell)
        try:
            yield
        finally:
            self._end_from(cell, None)

    def _pre_execute(self) -> None:
        self._cells.running.append(_Cell())
        self._in_front.add(threading.get_ident())

    def _pre_run_cell(self, info: object) -> None:
        if self._cells.running:
            self._cells.running[-1].info = info

    def _post_execute(self) -> None:
        # Nothing more is told of a silent cell.
        if self._cells.running and self._cells.running[-1].info is None:
            self._end_from(self._cells.running[-1], None)

    def _post_run_cell(self, result: ExecutionResult | None) -> None:
        # An empty cell ends without having begun.
        for cell in self._cells.running:
            if result is not None and cell.info is result.info:
                self._end_from(cell, result)
                return

    def _end_from(self, cell: _Cell, result: ExecutionResult | None) -> None:
        """Ends a cell, and those inside it whose end was not told."""
        running = self._cells.running
        first = next(number for number, known in enumerate(running) if known is cell)
        ended = running[first:]
        del running[first:]
        self._cells.has_failed = result is not None and not result.success
        if not running:
            self._in_front.discard(threading.get_ident())
        for action in [action for inner in reversed(ended) for action in reversed(inner.at_end)]:
            try:
                action()
            except BaseException as error:
                self._fail(result, error)

    def _fail(self, result: ExecutionResult | None, error: BaseException) -> None:
        has_failed = result is not None and not result.success
        if has_failed and isinstance(error, KeyboardInterrupt):
            return  # Somebody is impatient, and an error was shown.
        show_error(self._shell, error, tb_offset=0)
        if result is not None and not has_failed:
            result.error_in_exec = error
            self._shell.last_execution_succeeded = False


def _owner(callback: object) -> object:
    return getattr(callback, "__self__", None)
