"""How IPython shows an error of a computation: the user's line, and what is to be known of it."""

import contextlib
import types
from collections.abc import Iterator
from typing import Any

from tffsim.execution_contexts.execution_error import USER_ERRORS, without_internals


def show_user_errors(shell: Any) -> None:
    """Lets a shell show errors of computations without the frames of the libraries in between."""
    shell.set_custom_exc(USER_ERRORS, _show)


def show_error(shell: Any, error: BaseException, tb_offset: int | None = None) -> None:
    """Shows an error, of a computation or of the code around, below the cell that this thread runs."""
    without_internals(error)
    with _without_cause(error) if isinstance(error, USER_ERRORS) else contextlib.nullcontext():
        shell.showtraceback(
            (type(error), error, error.__traceback__), tb_offset=tb_offset, exception_only=isinstance(error, SystemExit)
        )


def _show(
    shell: Any,
    _: type[BaseException],
    error: BaseException,
    __: types.TracebackType,
    tb_offset: int | None = None,
) -> None:
    show_error(shell, error, tb_offset)


@contextlib.contextmanager
def _without_cause(error: BaseException) -> Iterator[None]:
    """Hides what an error arose from: its message says that already."""
    cause = error.__cause__
    error.__cause__ = None
    try:
        yield
    finally:
        error.__cause__ = cause
