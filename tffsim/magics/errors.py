"""How IPython shows an error of a computation: the user's line, and what is to be known of it."""

import contextlib
import types
from collections.abc import Iterator
from typing import Any

from tffsim.execution_contexts.execution_error import USER_ERRORS, without_internals


def show_user_errors(shell: Any) -> None:
    """Lets a shell show errors of computations without the frames of the libraries in between."""
    shell.set_custom_exc(USER_ERRORS, _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    _: types.TracebackType,
    tb_offset: int | None = None,
) -> None:
    without_internals(error)
    with _without_cause(error):
        shell.showtraceback((kind, error, error.__traceback__), tb_offset=tb_offset)


@contextlib.contextmanager
def _without_cause(error: BaseException) -> Iterator[None]:
    """Hides what an error arose from: its message says that already."""
    cause = error.__cause__
    error.__cause__ = None
    try:
        yield
    finally:
        error.__cause__ = cause
