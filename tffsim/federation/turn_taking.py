"""Folds that take turns, so that what they share can be freed.

Two aggregations may need the same updates, such as a sum and a maximum. Were the first
to run to its end before the second begins, all updates would wait for the second. So each
lets the others go on after every few clients, and as a rule none gets far ahead.

How far is not bounded: nobody waits until the others have caught up, because that wait may
never end. Another fold may need the end of this one, if its clients are given the total, or
what this one has begun: a client runs for whoever asks first and holds one of the places of
clients at work. Whether a fold is behind or waits for this one, nobody knows.
"""

import asyncio
import contextlib
import contextvars
import weakref
from collections.abc import Iterator

_num_under_way: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, int] = weakref.WeakKeyDictionary()


class Turns:
    """The turns of one fold, together with the folds inside it.

    Args:
        length: How many steps are one turn.
        loop: Where the fold runs.
    """

    __slots__ = ("_left", "_length", "_loop", "_was_first")

    def __init__(self, length: int, loop: asyncio.AbstractEventLoop) -> None:
        self._left = self._length = length
        self._loop = loop
        self._was_first = True

    def is_over(self, num_steps: int = 1) -> bool:
        """Takes steps into account; tells whether it is the turn of others now.

        The end of the first turn always is: others begin when this fold lets them.
        """
        self._left -= num_steps
        if self._left > 0:
            return False
        self._left = self._length
        was_first, self._was_first = self._was_first, False
        return was_first or _num_under_way[self._loop] > 1


@contextlib.contextmanager
def taking_turns(length: int) -> Iterator[Turns | None]:
    """The block is a fold that lets others go on.

    Args:
        length: How many steps are one turn. With turns of one step nobody else goes on:
            such a fold may run where it cannot wait, in the thread of the caller.

    Yields:
        The turns of the outermost fold around this one; None if nobody takes turns.
    """
    outer = _current.get()
    if outer is not None or length < 2:
        yield outer
        return
    loop = asyncio.get_running_loop()
    turns = Turns(length, loop)
    token = _current.set(turns)
    _num_under_way[loop] = _num_under_way.get(loop, 0) + 1
    try:
        yield turns
    finally:
        _num_under_way[loop] -= 1
        _current.reset(token)


_current: contextvars.ContextVar[Turns | None] = contextvars.ContextVar("tffsim_turns", default=None)
