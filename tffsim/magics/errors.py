"""How IPython shows an error of a computation: the user's line, and what is to be known of it."""

import asyncio
import contextlib
import traceback
import types
from collections.abc import Iterator

from IPython.core.interactiveshell import InteractiveShell

from tffsim.execution_contexts.execution_error import USER_ERRORS, without_internals

_INTERRUPTS = (KeyboardInterrupt, asyncio.CancelledError)


def show_user_errors(shell: InteractiveShell) -> None:
    """Lets a shell show errors and interrupts of computations without the frames of the libraries in between."""
    shell.set_custom_exc((*USER_ERRORS, *_INTERRUPTS), _show)


def show_error(shell: InteractiveShell, error: BaseException, tb_offset: int | None = None) -> None:
    """Shows an error, of a computation or of the code around, below the cell that this thread runs."""
    if isinstance(error, _INTERRUPTS):
        _cut_at_computation(error)
    else:
        without_internals(error)
    with _without_cause(error) if isinstance(error, USER_ERRORS) else contextlib.nullcontext():
        shell.showtraceback(
            (type(error), error, error.__traceback__), tb_offset=tb_offset, exception_only=isinstance(error, SystemExit)
        )


def _show(
    shell: InteractiveShell,
    _: type[BaseException],
    error: BaseException,
    __: types.TracebackType,
    tb_offset: int | None = None,
) -> None:
    show_error(shell, error, tb_offset)


def _cut_at_computation(error: BaseException) -> None:
    """Removes what an interrupted call of a computation was doing: it was waiting."""
    kept: list[tuple[types.FrameType, int]] = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        if str(frame.f_globals.get("__name__", "")).split(".")[0] in ("tffsim", "federated_language"):
            break
        kept.append((frame, line))
    else:
        return
    shortened = None
    for frame, line in reversed(kept):
        shortened = types.TracebackType(shortened, frame, frame.f_lasti, line)
    error.__traceback__ = shortened


@contextlib.contextmanager
def _without_cause(error: BaseException) -> Iterator[None]:
    """Hides what an error arose from: its message says that already."""
    cause = error.__cause__
    error.__cause__ = None
    try:
        yield
    finally:
        error.__cause__ = cause
