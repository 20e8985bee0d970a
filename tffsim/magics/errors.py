"""How IPython shows an error of a computation: the user's line, and what is to be known of it."""

import asyncio
import contextlib
import traceback
import types
from collections.abc import Iterator

from IPython.core.interactiveshell import InteractiveShell

from tffsim.execution_contexts.execution_error import USER_ERRORS, without_internals
from tffsim.tracing.recording.active import active_recorder
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.views.panels.sentence import told_interrupt

_INTERRUPTS = (KeyboardInterrupt, asyncio.CancelledError)
_NOTE = "__tffsim_interrupted__"
# An interrupt is answered at once: the clients of a larger trace are not counted.
_MAX_SPANS = 50_000


class CodeSyntaxError(SyntaxError):
    """Code that a magic got is no Python. It arises from the error of Python, as which it is shown."""


def show_user_errors(shell: InteractiveShell) -> None:
    """Lets a shell show errors and interrupts of computations without the frames of the libraries in between."""
    shell.set_custom_exc((*USER_ERRORS, *_INTERRUPTS, CodeSyntaxError), _show)


def show_error(shell: InteractiveShell, error: BaseException, tb_offset: int | None = None) -> None:
    """Shows an error, of a computation or of the code around, below the cell that this thread runs."""
    if isinstance(error, _INTERRUPTS):
        if _passed_computation(error):
            note_interrupt(error)
            # IPython asks an error whether it wants to be shown in another way.
            error._render_traceback_ = lambda: [getattr(error, _NOTE)]  # type: ignore[union-attr]
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
    if isinstance(error, CodeSyntaxError):
        _show_wrong_line(shell, error)
    else:
        show_error(shell, error, tb_offset)


def _show_wrong_line(shell: InteractiveShell, error: CodeSyntaxError) -> None:
    """Shows which line is no Python, as in a plain cell: nothing ran, so no frame tells anything."""
    assert error.__cause__ is not None
    try:
        raise error.__cause__ from None
    except SyntaxError:
        shell.showsyntaxerror()  # It shows the error that is handled here.


def note_interrupt(error: BaseException) -> None:
    """Notes on an interrupt how far the computation had come that is recorded here and now; on no other error.

    The trace notes that it was interrupted: between two calls, none of its operations would tell.
    """
    if not isinstance(error, _INTERRUPTS) or hasattr(error, _NOTE):
        return
    recorder = active_recorder()
    if recorder is not None:
        recorder.is_interrupted = True
    has_facts = recorder is not None and len(recorder.invocations) > 0 and recorder.num_recorded <= _MAX_SPANS
    said = told_interrupt(take_snapshot(recorder)) if recorder is not None and has_facts else ""
    setattr(error, _NOTE, said or "Interrupted.")


def _passed_computation(error: BaseException) -> bool:
    """Whether a computation was interrupted, and not other code of the user."""
    modules = (str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(
        module.split(".")[0] in ("tffsim", "federated_language") and not module.startswith("tffsim.magics")
        for module in modules
    )


@contextlib.contextmanager
def _without_cause(error: BaseException) -> Iterator[None]:
    """Hides what an error arose from: its message says that already."""
    cause = error.__cause__
    error.__cause__ = None
    try:
        yield
    finally:
        error.__cause__ = cause
