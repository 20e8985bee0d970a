"""A cell that runs in the background, and the handle that its result arrives in."""

import asyncio
import concurrent.futures
import contextvars
import ctypes
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from tffsim.execution_contexts.client_code import current_callbacks
from tffsim.execution_contexts.execution_error import without_internals
from tffsim.magics.cell_code import CellCode
from tffsim.magics.cell_figures import own_figures
from tffsim.magics.cell_text import CellCallbacks
from tffsim.magics.errors import show_error
from tffsim.traces.trace import Trace


class BackgroundRun(concurrent.futures.Future[Any]):
    """The code of a cell, running in a thread of its own.

    It is a `concurrent.futures.Future` whose result is the value of the cell's last
    expression, and can be awaited. An error is shown below the cell at once, and raised
    by `result()`.

    Attributes:
        trace: What happens in it.
        callbacks: They call the Python functions of clients, whose text belongs to the cell in any thread.

    Args:
        shell: The `InteractiveShell`.
        code: The code of a cell.
        trace: What happens in it; None if that is not recorded.
    """

    def __init__(self, shell: InteractiveShell, code: CellCode, trace: Trace | None) -> None:
        super().__init__()
        self.trace = trace
        self._shell = shell
        self._code = code
        self._shown: BaseException | None = None
        self.callbacks = CellCallbacks(contextvars.copy_context())
        context = contextvars.copy_context()
        context.run(current_callbacks.set, self.callbacks)
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="tffsim-background", daemon=True)

    def start(self, *blocks: AbstractContextManager[object]) -> None:
        """Starts the code; to be called once.

        Args:
            *blocks: What the code runs in; they are entered in its thread.
        """
        self._blocks = blocks
        self.set_running_or_notify_cancel()
        self._thread.start()

    def cancel(self) -> bool:
        """Interrupts the code, as the stop button does with a cell in the foreground.

        Returns:
            False if it had ended before.
        """
        if self.done() or self._thread.ident is None:
            return False
        thread, interrupt = ctypes.c_ulong(self._thread.ident), ctypes.py_object(KeyboardInterrupt)
        return ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, interrupt) == 1

    def result(self, timeout: float | None = 3600.0) -> Any:
        """Waits for the end and returns the value of the cell's last expression.

        Raises:
            TimeoutError: If it takes longer than `timeout` seconds.
            concurrent.futures.CancelledError: If it was cancelled.
        """
        __tracebackhide__ = True
        try:
            return super().result(timeout)
        except BaseException as error:
            if isinstance(error, concurrent.futures.TimeoutError) and not self.done():
                raise TimeoutError(
                    f"The cell has not ended within {timeout} s. Wait longer: `.result(timeout=...)`."
                ) from None
            without_internals(error)
            raise

    def __await__(self) -> Generator[object, None, Any]:
        return asyncio.wrap_future(self).__await__()

    def _run(self) -> None:
        try:
            with ExitStack() as blocks:
                for block in (*self._blocks, own_figures()):
                    blocks.enter_context(block)
                value = self._value()
        except KeyboardInterrupt:
            self.set_exception(concurrent.futures.CancelledError("The cell was cancelled."))
        except BaseException as error:
            self._show(error)
            self.set_exception(error)
        else:
            self.set_result(value)

    def _value(self) -> object:
        try:
            return asyncio.run(self._code.run_in_loop()) if self._code.awaits else self._code.run()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._show(error)  # Before the blocks end, which may take long.
            raise

    def _show(self, error: BaseException) -> None:
        if error is not self._shown:
            self._shown = error
            show_error(self._shell, error, tb_offset=0)

    def __repr__(self) -> str:
        return f"<{'Ended' if self.done() else 'Running'} in the background; see `.result()`, `.cancel()`, `.trace`>"
