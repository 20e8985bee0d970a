"""Asks a worker what the programs do that run there, so that their traces are live.

The worker tells it in parts, each until it has arrived: a request says how many parts of each program are here. What
has not arrived when a program ends comes with its answer. So an answer that is lost loses nothing, and doubles nothing.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeAlias

from tffsim.remote.clock_offset import ClockOffset
from tffsim.remote.remote_session import RemoteSession
from tffsim.remote.transport import CallError
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.spans import read_report
from tffsim.tracing.recording.adoption import Adoption

_log = logging.getLogger("tffsim")
# How often is asked, and how many times as long as an answer took the pause after it is at least.
_SECONDS_BETWEEN = 0.2
_REST = 4.0

Ask: TypeAlias = Callable[[messages.FollowRequest], Awaitable[messages.FollowResponse]]


class Following:
    """Asks what programs of one session do, as long as some run.

    Args:
        session: The session.
        clock: How far the worker's clock is ahead.
        ask: Asks the worker.
        tell_draining: Called when the worker is about to end.
    """

    def __init__(
        self, session: RemoteSession, clock: ClockOffset, ask: Ask, tell_draining: Callable[[], object]
    ) -> None:
        self._session = session
        self._clock = clock
        self._ask = ask
        self._tell_draining = tell_draining
        self._adoptions: dict[int, Adoption] = {}
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def program(self, number: int, adoption: Adoption | None) -> Iterator[None]:
        """In the block a program runs at the worker.

        Args:
            number: Its number there.
            adoption: What makes its spans part of a trace; None without one.
        """
        if adoption is None:
            yield
            return
        self._adoptions[number] = adoption
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            del self._adoptions[number]

    async def _follow(self) -> None:
        """Asks at a bounded rate. What is over sooner than that is told by its answer alone."""
        seconds = _SECONDS_BETWEEN
        while True:
            await asyncio.sleep(seconds)
            if not self._adoptions or self._session.is_lost:
                return
            began = time.monotonic()
            await self._look()
            seconds = max(_SECONDS_BETWEEN, _REST * (time.monotonic() - began))

    async def _look(self) -> None:
        num_parts = {number: adoption.num_parts for number, adoption in self._adoptions.items()}
        try:
            response = await self._ask(messages.FollowRequest(session=self._session.name, num_parts=num_parts))
            for spans in response.spans:
                adoption = self._adoptions.get(spans.program)
                if adoption is not None:
                    adoption.take(spans.part, read_report(spans), self._clock.nanoseconds)
        except (CallError, MalformedError) as error:
            # Heart-beats find out whether the worker is lost.
            _log.info("A worker does not tell what it does: %s.", error)
            return
        if response.is_draining:
            self._tell_draining()
