"""A cell that runs in the background, and the handle that its result arrives in."""

import ast
import contextvars
import threading
from collections.abc import Callable
from typing import Any

from tffsim.tracing.trace import Trace


class BackgroundRun:
    """Runs code in a thread of its own.

    Attributes:
        trace: What happens in it.

    Args:
        code: The code of a cell.
        namespace: Where it runs.
        trace: What happens in it.
        around: Calls a function, in the context that the code is to have.
    """

    def __init__(
        self, code: str, namespace: dict[str, Any], trace: Trace, around: Callable[[Callable[[], Any]], Any]
    ) -> None:
        self.trace = trace
        self._done = threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None
        work = _compiled(code, namespace)
        target = contextvars.copy_context().run
        threading.Thread(target=target, args=(self._run, work, around), name="tffsim-background", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._done.is_set()

    def result(self, timeout: float | None = 60.0) -> Any:
        """Waits for the end and returns the value of the cell's last expression.

        Raises:
            TimeoutError: If it takes longer than `timeout` seconds.
        """
        if not self._done.wait(timeout):
            raise TimeoutError(f"The cell has not ended within {timeout} s. Wait longer: `.result(timeout=...)`.")
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self, work: Callable[[], Any], around: Callable[[Callable[[], Any]], Any]) -> None:
        try:
            self._result = around(work)
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def __repr__(self) -> str:
        return f"<{'Ended' if self.done else 'Running'} in the background; see `.result()` and `.trace`>"


def _compiled(code: str, namespace: dict[str, Any]) -> Callable[[], Any]:
    """Returns a function that runs code and returns the value of its last expression."""
    tree = ast.parse(code)
    last: ast.Expr | None = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = tree.body[-1]
        tree.body.pop()
    statements = compile(tree, "<background cell>", "exec")
    expression = compile(ast.Expression(last.value), "<background cell>", "eval") if last is not None else None

    def run() -> Any:
        exec(statements, namespace)
        return eval(expression, namespace) if expression is not None else None

    return run
