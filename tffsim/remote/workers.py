"""The workers of one factory: which are ready, and why others are not."""

import asyncio
import logging
import random
import time
from collections.abc import Collection, Sequence

from tffsim.remote.channels import channel_loop
from tffsim.remote.transport import Transport
from tffsim.remote.worker_connection import WorkerConnection
from tffsim.remote.worker_errors import NoWorkerError, WorkerError, WorkerLostError
from tffsim.tracing.recording.host_log import HostLog

_log = logging.getLogger("tffsim")
_SECONDS_BETWEEN_TRIES = 0.25
_SECONDS_TO_TALK = 10.0
_SECONDS_FOR_OTHERS = 0.5
"""How long is waited for further workers when one is ready, counted from when each was called."""
_MOST_REASONS = 9


class Workers:
    """Connections to workers.

    Args:
        transports: What carries calls to each of them.
        connect_timeout: How many seconds to wait for a worker when none is ready.
        call_timeout: How many seconds a call may take that computes.
        heartbeat_seconds: How often workers hear that the controller is there.
    """

    def __init__(
        self,
        transports: Sequence[Transport],
        *,
        connect_timeout: float = 10.0,
        call_timeout: float = 600.0,
        heartbeat_seconds: float = 5.0,
    ) -> None:
        self._connect_timeout = connect_timeout
        self._connections = [
            WorkerConnection(
                transport,
                talk_timeout=_SECONDS_TO_TALK, call_timeout=call_timeout, heartbeat_seconds=heartbeat_seconds,
            )
            for transport in transports
        ]  # fmt: skip
        self._ended = ""
        self._next_try: dict[WorkerConnection, float] = {}
        self._given_up: set[str] = set()
        self._trying: dict[WorkerConnection, asyncio.Task[None]] = {}
        self._patience_ends: dict[WorkerConnection, float] = {}

    @property
    def connections(self) -> Sequence[WorkerConnection]:
        """All of them, ready or not."""
        return self._connections

    def ready(self) -> list[WorkerConnection]:
        """Returns those that can be used now."""
        return [connection for connection in self._connections if connection.session is not None]

    @property
    def max_tries(self) -> int:
        """How often the work of a range is tried: at most once per worker, and two times more."""
        return len(self._connections) + 2

    async def prepare(self, needed: Collection[str] = (), *, some_suffice: bool = False) -> list[WorkerConnection]:
        """Returns the workers that are ready; waits for one if none is, and for others not long.

        Args:
            needed: The addresses of workers that no others can replace.
            some_suffice: Whether one of these is enough. Others are waited for once: those that were not there in time
                are not waited for again before they have been there.

        Raises:
            NoWorkerError: If none is ready in time, or one that is needed is not.
        """
        return await channel_loop().run(self._prepare(set(needed), some_suffice))

    async def watch(self, log: HostLog) -> None:
        """Tells a trace how they are, from now on."""

        async def tell() -> None:
            for connection in self._connections:
                connection.watch(log)

        await channel_loop().run(tell())

    def end(self, reason: str) -> None:
        """Says that none of them will ever be ready again: who waits for one, now or later, is told why."""
        self._ended = reason

    async def close(self) -> None:
        """Ends all sessions."""
        await channel_loop().run(self._close())

    async def wait_before_try(self, number: int) -> None:
        """Waits before work is tried again; longer each time, and never for the same time as others."""
        await asyncio.sleep(min(2.0, 0.05 * 2**number) * random.uniform(0.5, 1.0))

    async def _prepare(self, needed: set[str], some_suffice: bool) -> list[WorkerConnection]:
        deadline = time.monotonic() + self._connect_timeout
        awaited = needed - self._given_up if some_suffice else needed
        while True:
            if self._ended:
                raise NoWorkerError(self._ended)
            self._try_all(deadline)
            ready = self.ready()
            there = {connection.address for connection in ready}
            self._given_up -= there
            has_some = not needed.isdisjoint(there) if some_suffice else there >= needed
            if ready and has_some and there >= awaited:
                await self._wait_for_others()
                return self.ready() or ready
            if time.monotonic() > deadline:
                self._given_up |= needed - there
                if some_suffice and has_some:
                    return ready
                raise self._not_there(needed) if needed else self._no_worker()
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)

    async def _wait_for_others(self) -> None:
        now = time.monotonic()
        waits = {task: self._patience_ends[c] - now for c, task in self._trying.items() if not task.done()}
        tasks = [task for task, seconds in waits.items() if seconds > 0]
        if tasks:
            await asyncio.wait(tasks, timeout=max(waits.values()))

    def _try_all(self, deadline: float) -> None:
        """Begins to connect to workers that are not ready, and were not tried just now."""
        now = time.monotonic()
        for connection in self._connections:
            if connection.session is not None or connection in self._trying:
                continue
            if now >= self._next_try.get(connection, 0.0):
                task = asyncio.create_task(self._try(connection, max(1.0, deadline - now)))
                self._trying[connection], self._patience_ends[connection] = task, now + _SECONDS_FOR_OTHERS

    async def _try(self, connection: WorkerConnection, timeout: float) -> None:
        try:
            await connection.open(timeout)
        except (WorkerLostError, WorkerError) as error:
            _log.info("Worker %s is not ready: %s.", connection.address, error)
        finally:
            self._next_try[connection] = time.monotonic() + _SECONDS_BETWEEN_TRIES
            del self._trying[connection]

    def _no_worker(self) -> NoWorkerError:
        reasons, advice = _reasons(self._connections), self._connections[0].advice
        return NoWorkerError(f"No worker was ready within {self._connect_timeout:g} s:\n{reasons}\n{advice}")

    def _not_there(self, needed: Collection[str]) -> NoWorkerError:
        missing = [c for c in self._connections if c.address in needed and c.session is None]
        return NoWorkerError(
            f"{len(missing)} of the {len(needed)} workers that have the data of the clients "
            f"{'was' if len(missing) == 1 else 'were'} not ready within {self._connect_timeout:g} s:\n"
            f"{_reasons(missing)}\nStart them again with the same `--data`, or choose clients of others."
        )

    async def _close(self) -> None:
        for task in list(self._trying.values()):
            task.cancel()
        await asyncio.gather(*(connection.close() for connection in self._connections))


def _reasons(connections: Sequence[WorkerConnection]) -> str:
    """Returns why workers are not ready, on a line for each."""
    lines = [f"{connection.address}: {connection.last_failure}" for connection in connections]
    rest = len(lines) - _MOST_REASONS
    return "\n".join([*lines[:_MOST_REASONS], *([f"and {rest} more"] if rest > 0 else [])])
