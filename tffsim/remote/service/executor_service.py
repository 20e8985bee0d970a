"""The service of a worker. Its methods only talk; the work is done in the loop of each session.

In `tffsim worker`, gRPC calls them. Another transport brings its own `CallContext`, and may move the buffers of large
values in its own way, with `take` and `computed`.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import TypeVar

import grpc
import numpy as np

from tffsim.concurrency.cancellation import CancellationScope
from tffsim.remote.service.arriving_values import arrived_value
from tffsim.remote.service.known_computations import KnownComputations
from tffsim.remote.service.programs import ProgramRunner
from tffsim.remote.service.refusals import CallContext, refuse, refuse_as_lost, valid
from tffsim.remote.service.session import LostError, MakeExecutor, Payload, Session
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire import executor_pb2_grpc
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.pieces import write_piece
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.remote.wire.spans import write_report
from tffsim.remote.wire.tensors import Buffers
from tffsim.remote.wire.values import ValueWriter

_log = logging.getLogger("tffsim")
_T = TypeVar("_T")
_MAX_SESSIONS = 64
_SECONDS_BETWEEN_LOOKS = 0.05
_ENDING = "This worker is about to end."
_MAX_CLIENTS = 100_000_000


class ExecutorService(executor_pb2_grpc.ExecutorServicer):
    """Runs what controllers ask for.

    Args:
        make_executor: Makes executors for ranges of clients.
        computations: Keeps, and checks, computations.
        lease_seconds: After how long without a word from its controller a session ends.
        max_value_bytes: How large a value may be.
        worker: What the worker calls itself.
        num_clients: How many clients have their data here, by the name of the data.
        wait_seconds: For how long a program waits for a value that another one is to make.
        memory_key: Who knows it may share memory with this process; empty if nobody may.
    """

    def __init__(
        self,
        make_executor: MakeExecutor,
        computations: KnownComputations,
        *,
        lease_seconds: float = 30.0,
        max_value_bytes: int = 8 << 30,
        worker: str = "",
        num_clients: Mapping[str, int] | None = None,
        wait_seconds: float = 10.0,
        memory_key: str = "",
    ) -> None:
        self._memory_key = memory_key
        self._wait_seconds = wait_seconds
        self._num_clients = dict(num_clients or {})
        self._make_executor = make_executor
        # What a client has made of data that is here is not told by the way.
        self._programs = ProgramRunner(computations, tells_values=not self._num_clients)
        self._lease_seconds = lease_seconds
        self._max_value_bytes = max_value_bytes
        self._worker = worker or f"process {os.getpid()}"
        self._sessions: dict[str, Session] = {}
        self._is_draining = False
        self._num_running = 0

    @property
    def sessions(self) -> dict[str, Session]:
        """What is held for each controller, by the name of the session."""
        return self._sessions

    async def end_leases(self) -> None:
        """Ends sessions whose lease is over, for ever."""
        while True:
            await asyncio.sleep(min(1.0, self._lease_seconds / 4))
            for name, session in list(self._sessions.items()):
                if session.has_ended:
                    _log.warning("Nothing was heard of the controller of session %s. What it held is freed.", name)
                    self._end(name)

    async def drain(self, seconds: float) -> None:
        """Takes no new programs, says so, and waits for those that run, until their results are fetched.

        Args:
            seconds: For how long at most.
        """
        self._is_draining = True
        end = time.monotonic() + seconds
        while time.monotonic() < end and (self._num_running or any(s.results for s in self._sessions.values())):
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    def close(self) -> None:
        """Ends all sessions."""
        for name in list(self._sessions):
            self._end(name)

    # What the controller calls.

    async def KeepAlive(self, request: messages.KeepAliveRequest, context: CallContext) -> messages.KeepAliveResponse:
        """Begins a session, or renews its lease."""
        received = time.perf_counter_ns()
        if request.protocol != PROTOCOL:
            await refuse(
                context,
                grpc.StatusCode.INVALID_ARGUMENT,
                f"This worker speaks version {PROTOCOL} of the protocol, the controller version {request.protocol}. "
                "Install the same version of tffsim on both.",
            )
        if request.begin and self._is_draining:
            await refuse(context, grpc.StatusCode.UNAVAILABLE, _ENDING)
        if request.begin and request.session not in self._sessions:
            if len(self._sessions) >= _MAX_SESSIONS or not request.session:
                await refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, f"This worker has {_MAX_SESSIONS} sessions.")
            self._sessions[request.session] = Session(
                request.session, self._make_executor, self._lease_seconds, self._wait_seconds
            )
        await self._session(request.session, context)
        return messages.KeepAliveResponse(
            lease_seconds=self._lease_seconds,
            memory_bytes=_memory_bytes(),
            worker=self._worker,
            max_value_bytes=self._max_value_bytes,
            num_clients=self._num_clients,
            moments=messages.Moments(received=received, answered=time.perf_counter_ns()),
        )

    async def GetExecutor(
        self, request: messages.GetExecutorRequest, context: CallContext
    ) -> messages.GetExecutorResponse:
        """Makes an executor for a range of clients."""
        session = await self._session(request.session, context)
        end = request.first_client + request.num_clients
        if end > max(request.cohort_size, 0) or request.cohort_size > _MAX_CLIENTS:
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "The range of clients is no part of the cohort.")

        async def make() -> str:
            return session.add_executor(
                request.num_clients, request.first_client, request.cohort_size, request.is_traced
            )

        name = await self._in_session(session, make(), context)
        return messages.GetExecutorResponse(executor=name)

    async def Batch(self, request: messages.BatchRequest, context: CallContext) -> messages.BatchResponse:
        """Runs a small program."""
        if self._is_draining:
            await refuse(context, grpc.StatusCode.UNAVAILABLE, _ENDING)
        session = await self._session(request.session, context)
        scope, runs = CancellationScope(), session.short_programs.runs_of(request)
        self._num_running += 1
        try:
            work = runs.timed(self._programs.run(session, request, scope))
            return await self._in_session(session, work, context, scope, is_short=runs.are_short)
        finally:
            self._num_running -= 1

    async def CreateCall(self, request: messages.CreateCallRequest, context: CallContext) -> messages.BatchResponse:
        """Calls a function."""
        return await self._single_step(request, messages.Step(id=request.id, call=request.call, keep=True), context)

    async def CreateStruct(self, request: messages.CreateStructRequest, context: CallContext) -> messages.BatchResponse:
        """Makes a struct."""
        return await self._single_step(request, messages.Step(id=request.id, struct=request.struct, keep=True), context)

    async def CreateSelection(
        self, request: messages.CreateSelectionRequest, context: CallContext
    ) -> messages.BatchResponse:
        """Selects from a struct."""
        step = messages.Step(id=request.id, selection=request.selection, keep=True)
        return await self._single_step(request, step, context)

    async def CreateValue(self, requests: AsyncIterator[bytes], context: CallContext) -> messages.CreateValueResponse:
        """Takes a value and its buffers."""
        header, buffers = await valid(arrived_value(requests, self._max_value_bytes), context)
        return await self.take(header, buffers, context)

    async def take(
        self, header: messages.CreateValueRequest.Header, buffers: list[np.ndarray], context: CallContext
    ) -> messages.CreateValueResponse:
        """Takes a value whose buffers have arrived.

        Args:
            header: What it is.
            buffers: Its buffers, in order; they stay as they are.
            context: That of the call.
        """
        session = await self._session(header.session, context)
        await self._in_session(session, _put(session, header, buffers), context, is_short=True)
        return messages.CreateValueResponse()

    async def Compute(self, request: messages.ComputeRequest, context: CallContext) -> AsyncIterator[bytes]:
        """Computes a value, and sends it in pieces."""
        computed = await self.computed(request, context)
        if isinstance(computed, messages.Failure):
            yield messages.ComputeResponse(failure=computed).SerializeToString()
            return
        message, buffers = computed
        yield messages.ComputeResponse(value=message).SerializeToString()
        for chunk in buffers.chunks():
            yield write_piece(chunk)

    async def computed(
        self, request: messages.ComputeRequest, context: CallContext
    ) -> tuple[messages.Value, Buffers] | messages.Failure:
        """Computes a value, and returns it with its buffers, or why there is none."""
        session = await self._session(request.session, context)
        scope = CancellationScope()
        return await self._in_session(session, self._computed(session, request, scope), context, scope)

    async def ShareMemory(
        self, request: messages.ShareMemoryRequest, context: CallContext
    ) -> messages.ShareMemoryResponse:
        """Takes memory of the process that has started this worker, for its session."""
        session = await self._session(request.session, context)
        try:
            session.memory.share(request, self._memory_key)
        except MalformedError as error:
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return messages.ShareMemoryResponse()

    async def TakeFromMemory(
        self, request: messages.TakeFromMemoryRequest, context: CallContext
    ) -> messages.CreateValueResponse:
        """Takes a value whose buffers are in shared memory."""
        session = await self._session(request.header.session, context)
        buffers = await valid(session.memory.take(request, self._max_value_bytes), context)
        return await self.take(request.header, buffers, context)

    async def ComputeIntoMemory(
        self, request: messages.ComputeIntoMemoryRequest, context: CallContext
    ) -> messages.ComputeResponse:
        """Computes a value, and puts its buffers into shared memory."""
        session = await self._session(request.compute.session, context)
        computed = await self.computed(request.compute, context)
        if isinstance(computed, messages.Failure):
            return messages.ComputeResponse(failure=computed)
        message, buffers = computed
        await valid(session.memory.put(request.region, buffers), context)
        return messages.ComputeResponse(value=message)

    async def Dispose(self, request: messages.DisposeRequest, context: CallContext) -> messages.DisposeResponse:
        """Forgets values."""
        session = await self._session(request.session, context)

        async def forget() -> None:
            session.forget(request.ids)

        await self._in_session(session, forget(), context, is_short=True)
        return messages.DisposeResponse()

    async def DisposeExecutor(
        self, request: messages.DisposeExecutorRequest, context: CallContext
    ) -> messages.DisposeExecutorResponse:
        """Closes an executor."""
        session = await self._session(request.session, context)

        async def dispose() -> None:
            session.dispose_executor(request.executor)

        await self._in_session(session, dispose(), context)
        return messages.DisposeExecutorResponse()

    async def EndSession(
        self, request: messages.EndSessionRequest, context: CallContext
    ) -> messages.EndSessionResponse:
        """Ends a session, unless its lease was over already."""
        self._end(request.session)
        return messages.EndSessionResponse()

    async def Follow(
        self, request: messages.FollowRequest, context: grpc.aio.ServicerContext
    ) -> messages.FollowResponse:
        """Tells what programs have done and do, as far as the controller does not have it."""
        session = await self._session(request.session, context)
        response = messages.FollowResponse(is_draining=self._is_draining)
        for number, num_arrived in request.num_parts.items():
            parts = session.parts_of(number)
            told = parts.next_part(num_arrived) if parts is not None else None
            if told is not None:
                write_report(told[1], response.spans.add(), number, told[0])
        return response

    # How it is done.

    async def _session(self, name: str, context: CallContext) -> Session:
        session = self._sessions.get(name)
        if session is None:
            await refuse_as_lost(
                context, f"There is no session {name[:40]!r} here: its lease is over, or the worker is new."
            )
        session.renew()
        return session

    async def _in_session(
        self,
        session: Session,
        work: Coroutine[object, object, _T],
        context: CallContext,
        scope: CancellationScope | None = None,
        *,
        is_short: bool = False,
    ) -> _T:
        try:
            return await (session.work.run_here(work) if is_short else session.work.run(work))
        except asyncio.CancelledError:
            if scope is not None:
                scope.cancel()
            if session.name not in self._sessions:
                await refuse_as_lost(context, "The lease of the session is over.")
            raise
        except LostError as error:
            await refuse_as_lost(context, str(error))
        except MalformedError as error:
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))

    async def _single_step(
        self,
        request: messages.CreateCallRequest | messages.CreateStructRequest | messages.CreateSelectionRequest,
        step: messages.Step,
        context: CallContext,
    ) -> messages.BatchResponse:
        batch = messages.BatchRequest(session=request.session, executor=request.executor, steps=[step])
        return await self.Batch(batch, context)

    async def _computed(
        self, session: Session, request: messages.ComputeRequest, scope: CancellationScope
    ) -> tuple[messages.Value, Buffers] | messages.Failure:
        if request.id not in session.results:
            batch = messages.BatchRequest(
                session=request.session, executor=request.executor, compute=request.id, send_result=True
            )
            response = await self._programs.run(session, batch, scope)
            if response.WhichOneof("outcome") == "failure":
                return response.failure
            if not response.is_large:
                return response.value, ValueWriter().buffers
        return session.results.pop(request.id)

    def _end(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session is not None:
            session.close()


async def _put(session: Session, header: messages.CreateValueRequest.Header, buffers: list[np.ndarray]) -> None:
    session.values.put(header.id, Payload(header.value, buffers))


def _memory_bytes() -> int:
    """Returns how much memory this process holds; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
