"""The executor for a range of clients that are at a worker.

It writes down what it is asked (`program`), and sends it when somebody needs a result. If the worker is lost, the range
goes to another one, and everything that it needs is made again there.
"""

import logging
from collections.abc import Sequence
from typing import TypeGuard

import federated_language as fl
from federated_language.framework import Executor, ExecutorValue
from federated_language.proto import computation_pb2 as pb

from tffsim.executors.executor_base import (
    check_argument,
    check_open,
    current_notices,
    named_elements,
    resolve_type,
    select_element_type,
)
from tffsim.executors.owned_value import OwnedValue, own_handle
from tffsim.federation.federating_strategy import Function
from tffsim.federation.number_watch import add_suspect
from tffsim.language import building_blocks
from tffsim.language.arrived_memory import note_arrival
from tffsim.language.clients_at_home import ClientAtHome, ClientsLostError
from tffsim.language.struct_types import struct_type
from tffsim.language.type_kinds import function_type_of, is_at_clients
from tffsim.remote.channels import channel_loop
from tffsim.remote.members_step import MembersStep
from tffsim.remote.payload_step import PayloadStep
from tffsim.remote.program import Node, Program, next_number
from tffsim.remote.remote_session import ExecutorKey, Range
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.computations import sent_computation
from tffsim.remote.wire.data_uris import data_node
from tffsim.remote.wire.failures import read_failure
from tffsim.remote.wire.spans import read_report
from tffsim.remote.wire.tensors import read_only
from tffsim.remote.wire.types import type_bytes
from tffsim.remote.wire.values import read_value
from tffsim.remote.worker_connection import Response, WorkerConnection
from tffsim.remote.worker_errors import NoWorkerError, WorkerLostError
from tffsim.remote.workers import Workers
from tffsim.tracing.recording.active import remark
from tffsim.tracing.recording.adoption import Adopter, Adoption
from tffsim.tracing.recording.host_log import HostLog
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.spans import current_span

_log = logging.getLogger("tffsim")
_MAX_UNKNOWN = 3


class RemoteExecutorValue(OwnedValue):
    """A handle of the `RemoteExecutor`.

    Args:
        node: How the value is made.
        executor: The executor that makes it.
    """

    __slots__ = ("_node",)

    def __init__(self, node: Node, executor: "RemoteExecutor") -> None:
        super().__init__(executor, node.type_signature)
        self._node = node
        node.num_handles += 1

    def __del__(self) -> None:
        self._node.released()

    @property
    def reference(self) -> Node:
        return self._node

    async def compute(self) -> object:
        """Returns the value, in arrays and data sets of this process."""
        if isinstance(self._type_signature, fl.FunctionType):
            raise TypeError(f"A function of type {self._type_signature} has no value. Did you forget to call it?")
        return await self._executor.compute(self._node)

    async def compute_ahead(self) -> None:
        """Lets the worker compute the value now, and keep it; it is needed later."""
        await self._executor.compute_ahead(self._node)


class RemoteExecutor(Executor):
    """Runs what a range of clients does at a worker.

    Args:
        workers: Where it can run.
        worker: Where it runs first.
        first_client: Index of the first client in the whole cohort.
        num_clients: How many clients there are.
        cohort_size: Number of clients in the whole cohort.
        is_home: Whether the clients have their data there, and can run nowhere else.
        is_traced: Whether traces want to know what happens at the worker.
    """

    def __init__(
        self,
        workers: Workers,
        worker: WorkerConnection,
        first_client: int,
        num_clients: int,
        cohort_size: int,
        *,
        is_home: bool = False,
        is_traced: bool = False,
    ) -> None:
        self._is_home = is_home
        self._lost_at = ""
        self._ran_at = ("", -1)
        self._adopters: dict[str, Adopter] = {}
        self._workers = workers
        self._worker = worker
        worker.num_ranges += 1
        self._clients = Range(first_client, num_clients, cohort_size, is_traced)
        self._key = ExecutorKey(self._clients, next_number())
        self._is_closed = False

    @property
    def worker(self) -> str:
        """The worker where it runs now."""
        return self._worker.description

    @property
    def device(self) -> str:
        """The same, for a trace."""
        return self._worker.address

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._worker.num_ranges -= 1
        channel_loop().submit(self._worker.dispose_executor(self._key))

    def takes_whole(self, value: object) -> bool:
        """Yes: what comes in one piece goes in one piece."""
        return True

    async def create_value(self, value: object, type_spec: object = None) -> RemoteExecutorValue:
        """Takes a payload or a computation.

        Raises:
            TypeError: If it does not fit the type, or cannot be sent.
            ValueError: If a number is out of range.
        """
        check_open(self._is_closed, self)
        if isinstance(value, ExecutorValue):
            return self._own(value)
        type_signature = resolve_type(value, type_spec)
        if building_blocks.is_computation(value):
            return self._computation(building_blocks.to_proto(value), type_signature)
        if _is_at_home(value):
            return self._computation(self._data_node(value, type_signature), type_signature)
        first, cohort = self._clients.first, self._clients.cohort
        sent_type = type_bytes(type_signature)
        if _has_members(type_signature) and isinstance(value, Sequence):
            members = MembersStep(value, type_signature, sent_type, first, cohort)
            return self._handle(Node(type_signature, (), members.write))
        payload = PayloadStep(value, type_signature, sent_type, first, cohort)
        return self._handle(Node(type_signature, (), payload.write))

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> RemoteExecutorValue:
        """Calls a function, as soon as somebody needs the result.

        Raises:
            TypeError: If `arg` does not fit the parameter.
        """
        check_open(self._is_closed, self)
        function, argument = self._own(comp), self._own(arg) if arg is not None else None
        check_argument(function.type_signature, argument.type_signature if argument is not None else None)
        callee = function.reference
        sources = (callee,) if argument is None else (callee, argument.reference)

        def write(step: messages.Step, program: Program) -> None:
            step.call.function = sources[0].number
            if len(sources) > 1:
                step.call.argument = sources[1].number

        return self._handle(Node(function_type_of(function.type_signature).result, sources, write))

    async def create_struct(self, elements: object) -> RemoteExecutorValue:
        """Makes a struct of handles."""
        check_open(self._is_closed, self)
        names, handles = named_elements(elements)
        sources = [self._own(handle).reference for handle in handles]

        def write(step: messages.Step, program: Program) -> None:
            step.struct.SetInParent()
            step.struct.elements.extend(source.number for source in sources)
            if any(names):
                step.struct.names.extend(name or "" for name in names)

        return self._handle(Node(struct_type(names, [source.type_signature for source in sources]), sources, write))

    async def create_selection(self, source: ExecutorValue, index: int) -> RemoteExecutorValue:
        """Selects one element of a struct.

        Raises:
            TypeError: If `source` is no struct.
            IndexError: If there is no element at `index`.
        """
        check_open(self._is_closed, self)
        node = self._own(source).reference

        def write(step: messages.Step, program: Program) -> None:
            step.selection.source, step.selection.index = node.number, index

        return self._handle(Node(select_element_type(node.type_signature, index), (node,), write))

    async def compute(self, node: Node) -> object:
        """Returns what a value is."""
        response = await self._run(node, wants_result=True)
        if not is_at_clients(node.type_signature):
            # The server works with it, and needs no copy. Clients' values go to the user.
            note_arrival(read_only(response.buffers))
        return read_value(response.value, node.type_signature, iter(response.buffers))

    async def compute_ahead(self, node: Node) -> None:
        """Lets the worker compute a value that is needed later, and keep it."""
        await self._run(node, wants_result=False)

    def _computation(self, proto: pb.Computation, type_signature: fl.Type) -> RemoteExecutorValue:
        sent = sent_computation(proto)

        def write(step: messages.Step, program: Program) -> None:
            step.value.type = type_bytes(type_signature)
            step.value.value.computation = program.computation(sent)

        return self._handle(Node(type_signature, (), write))

    def _data_node(self, clients: Sequence[ClientAtHome], type_signature: fl.Type) -> pb.Computation:
        """Returns what stands for data that the worker has."""
        name, home = clients[0].data, self._worker.address
        strangers = [client for client in clients if (client.data, client.home) != (name, home)]
        if strangers:
            raise ValueError(f"{self._range()} cannot be at worker {home}: the data of {strangers[0]} is elsewhere.")
        return data_node(name, [client.number for client in clients], type_signature)

    def _handle(self, node: Node) -> RemoteExecutorValue:
        return RemoteExecutorValue(node, self)

    def _own(self, value: object) -> RemoteExecutorValue:
        return own_handle(value, RemoteExecutorValue, self)

    # Programs, and what is done if a worker is lost.

    async def _run(self, node: Node, *, wants_result: bool) -> Response:
        for number in range(1, self._workers.max_tries + 1):
            worker = self._worker
            try:
                return await self._try(worker, node, wants_result, is_repeated=number > 1)
            except WorkerLostError as lost:
                if number == self._workers.max_tries:
                    text = (
                        f"The work of {self._range()} was tried {number} times, and each time the worker was lost. "
                        f"The last was {worker.description}: {lost.reason}."
                    )
                    if self._is_home:
                        raise ClientsLostError(text, worker.address, lost.reason) from None
                    raise NoWorkerError(text) from None
                await self._replace(worker, lost, number)
        raise AssertionError("unreachable")

    async def _try(self, worker: WorkerConnection, node: Node, wants_result: bool, *, is_repeated: bool) -> Response:
        for _ in range(_MAX_UNKNOWN):
            response = await self._exchange(worker, node, wants_result, is_repeated=is_repeated)
            outcome = response.message.WhichOneof("outcome")
            if outcome == "failure":
                raise read_failure(response.message.failure, worker.state)
            if outcome != "unknown":
                for suspect in response.message.suspects:
                    add_suspect(suspect.held, suspect.client, tuple(map(_function, suspect.makers)))
                return response
        raise WorkerLostError("it forgets computations at once")

    def _adoption(self, worker: WorkerConnection) -> Adoption | None:
        """Returns what lets the trace have what the worker does; None without one."""
        span = current_span.get()
        if span is None or not self._clients.is_traced:
            return None
        return self._adopters.setdefault(worker.address, Adopter(worker.address)).begin(span)

    def _tell_clients(self, worker: WorkerConnection) -> None:
        """Lets the trace know where the clients run."""
        found = _log_here()
        if found is not None:
            log, invocation = found
            first, count, _, _ = self._clients
            # Some have waited for their turn at a worker that was lost, and not run there.
            before = self._lost_at if self._ran_at == (self._lost_at, invocation) else ""
            log.note_clients(worker.address, invocation, first, count, before)
            self._ran_at = (worker.address, invocation)

    def _tell_wire(self, worker: WorkerConnection, program: Program, is_repeated: bool) -> None:
        """Lets the trace know what has gone over the wire."""
        found = _log_here()
        if found is not None:
            log, invocation = found
            log.note_wire(worker.address, program.wire.take(), invocation, is_repeated=is_repeated)

    async def _exchange(
        self, worker: WorkerConnection, node: Node, wants_result: bool, *, is_repeated: bool
    ) -> Response:
        async with worker.turnstile().turn(self._clients):
            session = worker.session
            if session is None:
                raise WorkerLostError(worker.last_failure)
            watches = current_notices.get() == []
            adoption = self._adoption(worker)
            program = Program(
                node, session, self._key,
                wants_result=wants_result, watches_numbers=watches, watches_spans=adoption is not None,
                adoption=adoption,
            )  # fmt: skip
            self._tell_clients(worker)
            try:
                response = await channel_loop().run(worker.run(program, f"to do the work of {self._range()}"))
                if adoption is not None:
                    for spans in response.message.spans:
                        adoption.take(spans.part, read_report(spans), worker.clock.nanoseconds)
            except BaseException:
                program.failed()
                raise
            finally:
                if adoption is not None:
                    adoption.end()
                self._tell_wire(worker, program, is_repeated)
        if response.message.WhichOneof("outcome") in ("failure", "unknown"):
            program.failed()
            session.digests.difference_update(response.message.unknown.digests)
        else:
            program.arrived()
        return response

    async def _replace(self, worker: WorkerConnection, lost: WorkerLostError, number: int) -> None:
        """Chooses the worker for another try."""
        self._lost_at = worker.address
        await self._workers.wait_before_try(number)
        if self._is_home:
            await self._wait_at_home(worker, lost)
            return
        ready = await self._workers.prepare()
        if self._worker is worker:
            others = [other for other in ready if other is not worker] or ready
            self._worker = min(others, key=lambda other: other.num_ranges)
            worker.num_ranges -= 1
            self._worker.num_ranges += 1
        text = (
            f"worker {worker.description} was lost ({lost.reason}); {self._range()} run at {self._worker.address} now"
        )
        _log.warning("%s.", text.capitalize())
        remark(f"{text}.")

    async def _wait_at_home(self, worker: WorkerConnection, lost: WorkerLostError) -> None:
        try:
            await self._workers.prepare([worker.address])
        except NoWorkerError:
            raise ClientsLostError(
                f"Worker {worker.description} was lost ({lost.reason}).\nIt has the data of {self._range()}, "
                "so no other can do their work. Start it again with the same `--data`, or choose clients of others: "
                'by hand, or with `lost_data="drop out"`.',
                worker.address,
                lost.reason,
            ) from None
        text = f"worker {worker.description} was lost ({lost.reason}), and found again; {self._range()} run there now"
        _log.warning("%s.", text.capitalize())
        remark(f"{text}.")

    def _range(self) -> str:
        first, count, cohort, _ = self._clients
        names = f"client {first}" if count == 1 else f"clients {first}-{first + count - 1}"
        return f"{names} (of {cohort})"


def _log_here() -> tuple[HostLog, int] | None:
    """Returns where the trace of the span that runs here notes what hosts do, and the span of its call."""
    span = current_span.get()
    recorder = span.recorder if span is not None else None
    return (recorder.hosts, span.invocation) if span is not None and isinstance(recorder, Recorder) else None


def _is_at_home(value: object) -> TypeGuard[Sequence[ClientAtHome]]:
    return isinstance(value, list) and bool(value) and isinstance(value[0], ClientAtHome)


def _has_members(type_spec: fl.Type) -> TypeGuard[fl.FederatedType]:
    return isinstance(type_spec, fl.FederatedType) and not type_spec.all_equal


def _function(cache_key: int) -> Function:
    """Returns a function of which no more is known than where it is defined."""
    proto = pb.Computation(tensorflow=pb.TensorFlow(cache_key=pb.TensorFlow.CacheKey(id=cache_key)))
    return Function(proto, fl.FunctionType(None, fl.StructType([])))
