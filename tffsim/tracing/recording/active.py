"""Where what starts here and now is recorded."""

import contextlib
import contextvars
import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tffsim.tracing.recording.recorder import Recorder


@dataclasses.dataclass(slots=True, eq=False)
class _Block:
    """A block that is recorded. Event loops and threads keep its context, and must not keep its trace."""

    recorder: "Recorder | None"


_active: contextvars.ContextVar[_Block | None] = contextvars.ContextVar("tffsim_active_recorder", default=None)
_for_all_threads: "list[Recorder]" = []


@contextlib.contextmanager
def recording(recorder: "Recorder", all_threads: bool = False) -> "Iterator[Recorder]":
    """Makes a recorder the active one until the end of the block."""
    block = _Block(recorder)
    before = _active.set(block)
    if all_threads:
        _for_all_threads.append(recorder)
    try:
        yield recorder
    finally:
        if all_threads:
            _for_all_threads.remove(recorder)
        _active.reset(before)
        block.recorder = None


def active_recorder() -> "Recorder | None":
    """Returns where invocations that start here and now are recorded."""
    block = _active.get()
    recorder = block.recorder if block is not None else None
    if recorder is None and _for_all_threads:
        return _for_all_threads[-1]
    return recorder


def remark(text: str) -> None:
    """Notes what readers of a trace should know of the invocation that is under way here, if there is a trace."""
    recorder = active_recorder()
    if recorder is not None:
        recorder.remark(text)


def begin_again() -> None:
    """Notes that the invocation which is under way here begins again: what was done so far does not count."""
    recorder = active_recorder()
    if recorder is not None:
        recorder.begin_again()


def note_drop_outs(count: int, text: str) -> None:
    """Notes that clients have dropped out of the invocation that is under way here, if there is a trace.

    Args:
        count: How many.
        text: What readers should know of it.
    """
    recorder = active_recorder()
    if recorder is not None:
        recorder.note_drop_outs(count, text)
