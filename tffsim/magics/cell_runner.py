"""Running the code of a cell from a magic, with all that IPython does for a cell."""

import ast
import asyncio
import contextvars
import inspect
import threading
from typing import Any

_SECONDS_BETWEEN_LOOKS = 0.1


def run_cell(shell: Any, code: str) -> Any:
    """Runs code: its last expression is displayed, its errors are shown, `await` works.

    Args:
        shell: The `InteractiveShell`.
        code: The code.

    Returns:
        IPython's `ExecutionResult`.
    """
    if not _awaits(shell.transform_cell(code)):
        return shell.run_cell(code, store_history=False)
    # The event loop of this thread is busy: it is running the magic.
    return _in_thread(shell.run_cell_async(code, store_history=False, transformed_cell=shell.transform_cell(code)))


def _awaits(code: str) -> bool:
    try:
        tree = compile(code, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        compiled = compile(tree, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return False
    return bool(compiled.co_flags & inspect.CO_COROUTINE)


def _in_thread(coroutine: Any) -> Any:
    """Runs a coroutine in a thread with a loop of its own; an interrupt cancels it."""
    outcome: dict[str, Any] = {}
    loop = asyncio.new_event_loop()
    task = loop.create_task(coroutine)

    def run() -> None:
        try:
            outcome["result"] = loop.run_until_complete(task)
        except BaseException as error:
            outcome["error"] = error
        finally:
            loop.close()

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), name="tffsim-cell", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(1)
        raise
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]
