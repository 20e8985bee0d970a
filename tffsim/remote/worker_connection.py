"""The connection to one worker: its lease, and the programs that it runs.

All coroutines here run in the loop of the channels.
"""

import asyncio
import contextlib
import logging
import time
import uuid
import weakref
from collections.abc import Awaitable, Coroutine, Iterator, Mapping
from typing import TypeVar

import grpc
import numpy as np
from google.protobuf.message import Message

from tffsim.remote.clock_offset import ClockOffset
from tffsim.remote.connection_errors import error_of_call, reason_of_call
from tffsim.remote.counted_calls import counting, values_of
from tffsim.remote.following import Following
from tffsim.remote.program import Program
from tffsim.remote.remote_session import ExecutorKey, RemoteSession, Upload
from tffsim.remote.transport import CallError, Transport
from tffsim.remote.turnstile import Turnstile
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import (
    BATCH,
    DISPOSE,
    DISPOSE_EXECUTOR,
    END_SESSION,
    FOLLOW,
    GET_EXECUTOR,
    KEEP_ALIVE,
    Method,
)
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.remote.worker_errors import WorkerError, WorkerLostError
from tffsim.tracing.document.units import data_size
from tffsim.tracing.recording.host_log import HostLog
from tffsim.tracing.recording.wire_bytes import WireBytes

_log = logging.getLogger("tffsim")
_T = TypeVar("_T")
_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)
_MISSED_BEFORE_LOST = 3
_SECONDS_TO_END = 2.0
_NOT_TRIED = "it was not tried yet"
_MORE_LOOKS_AT_THE_CLOCK = 3


class Response:
    """What a program has returned.

    Attributes:
        message: What the worker says.
        value: The result, apart from its buffers.
        buffers: The buffers of the result.
    """

    __slots__ = ("buffers", "message", "value")

    def __init__(self, message: messages.BatchResponse, value: messages.Value, buffers: list[np.ndarray]) -> None:
        self.message = message
        self.value = value
        self.buffers = buffers


class WorkerConnection:
    """The connection to a worker.

    Args:
        transport: What carries the calls there.
        talk_timeout: Seconds that calls may take which only talk.
        call_timeout: Seconds that calls may take which compute.
        heartbeat_seconds: How often the worker hears that the controller is there.

    Attributes:
        address: The name of the worker, such as where it listens.
        advice: What to do if no worker is there.
        clock: How far the worker's clock is ahead.
        description: The same, and what it calls itself.
        num_clients: How many clients have their data there, by the name of the data.
        process: What it calls itself; empty before it has answered.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        talk_timeout: float,
        call_timeout: float,
        heartbeat_seconds: float,
    ) -> None:
        self.address = transport.address
        self.advice = transport.advice
        self.description = transport.address
        self.process = ""
        self.last_failure = _NOT_TRIED
        self.memory_bytes = 0
        self.num_ranges = 0
        self.clock = ClockOffset()
        self.num_clients: Mapping[str, int] = {}
        self._turnstiles: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Turnstile] = weakref.WeakKeyDictionary()
        self._transport = transport
        self._talk_timeout = talk_timeout
        self._call_timeout = call_timeout
        self._heartbeat_seconds = heartbeat_seconds
        self._session: RemoteSession | None = None
        self._heart: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[object]] = set()
        self._given_up: set[asyncio.Task[object]] = set()
        self._opening = asyncio.Lock()
        # What belongs to no program.
        self._talk_bytes = WireBytes()
        self._following: Following | None = None
        self._logs: weakref.WeakSet[HostLog] = weakref.WeakSet()
        self._sending = asyncio.Lock()

    @property
    def state(self) -> str:
        """Its description, and how much memory it held when it was last heard of."""
        memory = f", which holds {data_size(self.memory_bytes)}" if self.memory_bytes else ""
        return f"{self.description}{memory}"

    @property
    def session(self) -> RemoteSession | None:
        """What the worker holds for this process; None if it is not ready."""
        return self._session

    def turnstile(self) -> Turnstile:
        """Returns what lets the work of one range in at a time, for the invocation whose loop runs here."""
        return self._turnstiles.setdefault(asyncio.get_running_loop(), Turnstile())

    async def open(self, timeout: float) -> None:
        """Begins a session, unless there is one.

        Args:
            timeout: After how many seconds to give up.

        Raises:
            WorkerLostError: If the worker does not answer.
            WorkerError: If it refuses.
        """
        async with self._opening:
            if self._session is not None:
                return
            name = uuid.uuid4().hex
            request = messages.KeepAliveRequest(session=name, begin=True, protocol=PROTOCOL)
            try:
                await self._transport.open()
                response = await self._keep_alive(request, timeout)
                request.begin = False
                # The first one has waited for the connection, which tells nothing of the clock.
                for _ in range(_MORE_LOOKS_AT_THE_CLOCK):
                    await self._keep_alive(request, timeout)
            except CallError as error:
                self.last_failure = reason_of_call(error)
                if error.code is grpc.StatusCode.DEADLINE_EXCEEDED:
                    self.last_failure = f"no answer within {timeout:g} s"
                self._tell("lost", self.last_failure)
                raise WorkerLostError(self.last_failure) from None
            self.process = response.worker
            self.description = f"{self.address} ({self.process})"
            self.num_clients = dict(response.num_clients)
            self._session = RemoteSession(name, response.max_value_bytes)
            self._following = Following(self._session, self.clock, self._ask, self._tell_draining)
            seconds = min(self._heartbeat_seconds, response.lease_seconds / 3)
            self._heart = asyncio.create_task(self._beat(self._session, seconds))
            self._tell("serving", self.process)

    def watch(self, log: HostLog) -> None:
        """Tells a trace how the worker is, now and whenever that changes, and what goes there for no program."""
        self._tell_talk()
        self._logs.add(log)
        if self._session is not None:
            log.note_health(self.address, "serving", self.process)
        elif self.last_failure != _NOT_TRIED:
            log.note_health(self.address, "lost", self.last_failure)

    async def run(self, program: Program, what: str) -> Response:
        """Runs a program, and counts in `program.wire` what goes over the wire, also if it fails.

        Args:
            program: One for the session of now.
            what: What is asked, for errors.

        Raises:
            WorkerLostError: If the worker has lost the session, or is lost itself.
            WorkerError: If it refuses.
        """
        try:
            with counting(program.wire):
                return await self._watched(program.session, self._run(program, what))
        finally:
            self._tell_talk()

    async def dispose_executor(self, key: ExecutorKey) -> None:
        """Lets the worker close an executor; says nothing if it has lost it anyway."""
        session = self._session
        name = session.executors.pop(key, None) if session is not None else None
        if session is not None and name is not None:
            request = messages.DisposeExecutorRequest(session=session.name, executor=name)
            with contextlib.suppress(WorkerLostError, WorkerError):
                await self._talk(session, DISPOSE_EXECUTOR, request, "to close an executor")

    def lose(self, session: RemoteSession, reason: str, *, is_silent: bool = False) -> None:
        """Notes that the worker does not have any more what it had.

        Args:
            session: What it had.
            reason: Why, as the end of a sentence.
            is_silent: Whether calls that are under way would never end.
        """
        if session.is_lost:
            return
        session.is_lost = True
        self.last_failure = reason
        self._tell("lost", reason)
        if self._session is session:
            self._session = None
            self._transport.forget()
            if self._heart is not None:
                self._heart.cancel()
        # Otherwise they end by themselves: a worker that drains lets its calls end.
        for task in self._under_way if is_silent else ():
            self._given_up.add(task)
            task.cancel()

    async def close(self) -> None:
        """Ends the session, also at the worker, and the connection."""
        self._tell_talk()
        self._logs.clear()
        session = self._session
        if session is not None:
            self.lose(session, "it was closed", is_silent=True)
            # Without an answer the lease ends it.
            with contextlib.suppress(CallError):
                request = messages.EndSessionRequest(session=session.name)
                await self._transport.call(END_SESSION, request, _SECONDS_TO_END)
        await self._transport.close()

    # How it is done.

    async def _run(self, program: Program, what: str) -> Response:
        session = program.session
        async with self._sending:
            program.request.executor = await self._executor(session, program.executor)
            for upload in program.uploads:
                await self._upload(session, upload, what)
            for stream in program.streams:
                # In a thread: it may read data sets, and heart-beats must not wait for them.
                while piece := await asyncio.to_thread(_next, stream):
                    await self._upload(session, piece, what)
                    del piece
            call = self._transport.call(BATCH, program.request, self._call_timeout)
            program.ascribe_steps()
        assert self._following is not None
        with self._following.program(program.number, program.adoption):
            message = await self._answer(session, call, self._call_timeout, what)
        program.ascribe_result(message)
        if message.WhichOneof("outcome") == "is_large":
            return Response(message, *await self._fetch(session, program, message.num_bytes, what))
        return Response(message, message.value, [])

    async def _ask(self, request: messages.FollowRequest) -> messages.FollowResponse:
        with counting(self._talk_bytes):
            return await self._transport.call(FOLLOW, request, self._talk_timeout)

    def _tell_draining(self) -> None:
        self._tell("draining", "it was told to end")

    def _tell(self, health: str, detail: str) -> None:
        for log in list(self._logs):
            log.note_health(self.address, health, detail)

    def _tell_talk(self) -> None:
        talked = self._talk_bytes.take()
        for log in list(self._logs) if talked else ():
            log.note_wire(self.address, talked)

    async def _executor(self, session: RemoteSession, key: ExecutorKey) -> str:
        """Returns the name of an executor there; makes it if there is none."""
        name = session.executors.get(key)
        if name is None:
            clients = key.clients
            request = messages.GetExecutorRequest(
                session=session.name, num_clients=clients.num_clients, first_client=clients.first,
                cohort_size=clients.cohort, is_traced=clients.is_traced,
            )  # fmt: skip
            call = self._transport.call(GET_EXECUTOR, request, self._talk_timeout)
            response = await self._answer(session, call, self._talk_timeout, "to make an executor")
            name = session.executors[key] = response.executor
        return name

    async def _upload(self, session: RemoteSession, upload: Upload, what: str) -> None:
        if upload.num_bytes > session.max_value_bytes:
            raise WorkerError(
                f"The values for its clients are {upload.num_bytes} bytes, and worker {self.description} takes "
                f"{session.max_value_bytes} at once. Start it with a larger `--max-value-bytes`."
            )
        with values_of(upload.node):
            await self._answer(session, self._transport.upload(upload, self._call_timeout), self._call_timeout, what)
        upload.arrived()

    async def _fetch(
        self, session: RemoteSession, program: Program, num_bytes: int, what: str
    ) -> tuple[messages.Value, list[np.ndarray]]:
        request = messages.ComputeRequest(
            session=session.name, executor=program.request.executor, id=program.result_number
        )
        with values_of(program.result_node):
            fetching = self._transport.fetch(request, num_bytes, self._call_timeout)
            fetched = await self._answer(session, fetching, self._call_timeout, what)
        if fetched is None:
            raise WorkerLostError("the result is not there any more")
        return fetched

    async def _talk(
        self, session: RemoteSession, method: Method[_Request, _Response], request: _Request, what: str
    ) -> _Response:
        with counting(self._talk_bytes):
            call = self._transport.call(method, request, self._talk_timeout)
            return await self._watched(session, self._answer(session, call, self._talk_timeout, what))

    async def _keep_alive(self, request: messages.KeepAliveRequest, timeout: float) -> messages.KeepAliveResponse:
        sent = time.perf_counter_ns()
        with counting(self._talk_bytes):
            response = await self._transport.call(KEEP_ALIVE, request, timeout)
        self.clock.add(sent, response.moments.received, response.moments.answered, time.perf_counter_ns())
        self.memory_bytes = response.memory_bytes
        return response

    async def _answer(self, session: RemoteSession, call: Awaitable[_T], deadline: float, what: str) -> _T:
        try:
            return await call
        except CallError as error:
            meaning = error_of_call(error, self.description, deadline, what)
            if isinstance(meaning, WorkerLostError):
                self.lose(session, meaning.reason)
            raise meaning from None

    async def _watched(self, session: RemoteSession, work: Coroutine[object, object, _T]) -> _T:
        """Runs work that ends when the session is lost."""
        if session.is_lost:
            work.close()
            raise WorkerLostError(self.last_failure)
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            return await work
        except asyncio.CancelledError:
            # Unless somebody else has cancelled it, too.
            if task in self._given_up and task.uncancel() == 0:
                raise WorkerLostError(self.last_failure) from None
            raise
        finally:
            self._under_way.discard(task)
            self._given_up.discard(task)

    async def _beat(self, session: RemoteSession, seconds: float) -> None:
        """Keeps the lease, frees what nobody needs, and notices when the worker does not answer."""
        missed = 0
        while not session.is_lost:
            await asyncio.sleep(seconds)
            try:
                freed = session.take_freed()
                if freed:
                    freeing = messages.DisposeRequest(session=session.name, ids=freed)
                    with counting(self._talk_bytes):
                        await self._transport.call(DISPOSE, freeing, seconds)
                request = messages.KeepAliveRequest(session=session.name, protocol=PROTOCOL)
                await self._keep_alive(request, seconds)
                missed = 0
                self._tell_talk()
            except CallError as error:
                missed += 1
                is_silent = error.code is grpc.StatusCode.DEADLINE_EXCEEDED
                if not is_silent or missed >= _MISSED_BEFORE_LOST:
                    silence = f"no answer to {missed} heart-beats in {missed * seconds:.0f} s"
                    reason = silence if is_silent else reason_of_call(error)
                    _log.warning("Worker %s is lost: %s.", self.description, reason)
                    self.lose(session, reason, is_silent=is_silent)


def _next(stream: Iterator[Upload]) -> Upload | None:
    return next(stream, None)
