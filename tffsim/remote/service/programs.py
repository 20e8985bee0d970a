"""Runs the programs that controllers send, on an executor, in the loop of their session."""

import federated_language as fl
import numpy as np
from federated_language.framework import Executor, ExecutorValue
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.activity import current_node
from tffsim.concurrency.cancellation import CancellationScope, current_scope
from tffsim.concurrency.random_streams import current_place
from tffsim.federation.number_watch import watching_for_others
from tffsim.language.struct_types import container
from tffsim.remote.service.known_computations import KnownComputations
from tffsim.remote.service.session import LostError, Payload, Session
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.failures import write_failure
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.spans import write_report
from tffsim.remote.wire.tensors import MAX_INLINE_BYTES
from tffsim.remote.wire.types import type_of
from tffsim.remote.wire.values import ValueWriter, read_value
from tffsim.tracing.recording.reports import AT_HOME, ReportParts, reporting


class ProgramRunner:
    """Runs programs.

    Args:
        computations: Those that controllers have sent.
        tells_values: Whether traces of controllers get the numbers that clients make.
    """

    def __init__(self, computations: KnownComputations, *, tells_values: bool = True) -> None:
        self._tells_values = tells_values
        self._computations = computations

    async def run(
        self, session: Session, request: messages.BatchRequest, scope: CancellationScope
    ) -> messages.BatchResponse:
        """Runs a program.

        Args:
            session: That of the controller.
            request: The program.
            scope: Cancelled, it stops TensorFlow.

        Raises:
            LostError: If something that the program needs is not here.
            MalformedError: If the program is none.
        """
        if not request.watch_spans:
            return await self._answer(session, request, scope)
        with reporting(session.marks) as recorder:
            parts = ReportParts(recorder, has_values=self._tells_values, has_left_clients=request.send_result)
            with session.followed(request.number, parts):
                response = await self._answer(session, request, scope)
        for part, report in parts.rest():
            write_report(report, response.spans.add(), request.number, part)
        return response

    async def _answer(
        self, session: Session, request: messages.BatchRequest, scope: CancellationScope
    ) -> messages.BatchResponse:
        response = messages.BatchResponse()
        scope.take_thread()
        current_scope.set(scope)
        made = [step.id for step in request.steps]
        is_done = False
        try:
            unknown = await self._learn(session, request)
            if unknown:
                response.unknown.digests.extend(unknown)
                return response
            with watching_for_others(request.watch_numbers) as suspects:
                await self._run(session, request, response)
            for held, (client, makers) in suspects.items():
                keys = [maker.proto.tensorflow.cache_key.id for maker in makers]
                response.suspects.add(held=held, client=client, makers=[key for key in keys if key])
            is_done = True
        except (LostError, MalformedError):
            raise
        except Exception as error:
            write_failure(error, response.failure)
        finally:
            session.forget(request.dispose)
            if not is_done:
                for number in made:
                    session.values.fail(number)
            session.raw.forget(number for number in made if number not in session.values)
        return response

    async def _learn(self, session: Session, request: messages.BatchRequest) -> list[bytes]:
        for computation in request.computations:
            content = computation.content
            if computation.payload:
                payload = await session.values.get(computation.payload)
                content = _bytes_of(payload)
                session.values.forget([computation.payload])
            self._computations.add(content, computation.digest, computation.provenance)
        wanted = {
            step.value.value.computation
            for step in request.steps
            if step.WhichOneof("what") == "value" and step.value.value.WhichOneof("value") == "computation"
        }
        return [digest for digest in wanted if digest not in self._computations]

    async def _run(self, session: Session, request: messages.BatchRequest, response: messages.BatchResponse) -> None:
        executor = session.executor(request.executor)
        made = await self._steps(session, executor, request)
        if not request.HasField("compute"):
            return
        if request.send_result:
            session.raw.check(request.compute)
        handle = made.pop(request.compute, None)
        # What only the steps have used can be freed while the value is computed.
        del made
        session.values.forget(request.dispose)
        if handle is None:
            handle = _handle(await session.values.get(request.compute))
        if request.HasField("place"):
            current_place.set(session.place(request.place))
        type_spec, computing = handle.type_signature, handle.compute()
        del handle
        result = await computing
        if not request.send_result:
            response.value.SetInParent()
            return
        writer = ValueWriter()
        writer.write(result, type_spec, response.value)
        del result
        if writer.buffers.num_bytes <= MAX_INLINE_BYTES:
            writer.buffers.put_inline()
        else:
            message = messages.Value()
            message.CopyFrom(response.value)
            session.results[request.compute] = (response.value, writer.buffers)
            response.is_large, response.num_bytes = True, writer.buffers.num_bytes

    async def _steps(
        self, session: Session, executor: Executor, request: messages.BatchRequest
    ) -> dict[int, ExecutorValue]:
        made: dict[int, ExecutorValue] = {}

        async def find(number: int) -> ExecutorValue:
            return made[number] if number in made else _handle(await session.values.get(number))

        for step in request.steps:
            current_place.set(session.place(step.place) if step.HasField("place") else None)
            kind = step.WhichOneof("what")
            computation = self._computation(step.value.value) if kind == "value" else None
            is_home = computation is not None and computation.WhichOneof("computation") == "data"
            node = AT_HOME if is_home else step.node if step.HasField("node") else None
            current_node.set(session.marks.mark(node) if node is not None else None)
            if computation is not None:
                handle = await executor.create_value(computation, type_of(step.value.type))
            elif kind == "value":
                handle = await self._value(session, executor, step.value)
            elif kind == "call":
                function = await find(step.call.function)
                argument = await find(step.call.argument) if step.call.HasField("argument") else None
                handle = await executor.create_call(function, argument)
            elif kind == "struct":
                names = [name or None for name in step.struct.names] or [None] * len(step.struct.elements)
                elements = [await find(number) for number in step.struct.elements]
                if len(names) != len(elements):
                    raise MalformedError("A struct has not as many names as elements.")
                handle = await executor.create_struct(container(names, elements))
            elif kind == "selection":
                handle = await executor.create_selection(await find(step.selection.source), step.selection.index)
            else:
                raise MalformedError("A step of the program does nothing.")
            made[step.id] = handle
            session.raw.note(step, computation)
            if step.keep:
                session.values.put(step.id, handle)
        return made

    def _computation(self, value: messages.Value) -> pb.Computation | None:
        return self._computations.get(value.computation) if value.WhichOneof("value") == "computation" else None

    async def _value(self, session: Session, executor: Executor, step: messages.CreateValue) -> ExecutorValue:
        type_spec = type_of(step.type)
        message, buffers = step.value, _NO_BUFFERS
        if message.federated.payloads:
            return await executor.create_value(await self._members(session, message.federated, type_spec), type_spec)
        if message.WhichOneof("value") == "payload":
            payload = await _payload(session, message.payload)
            message, buffers = payload.message, payload.buffers
        value = read_value(message, type_spec, iter(buffers), self._computations.get)
        return await executor.create_value(value, type_spec)

    async def _members(self, session: Session, message: messages.Federated, type_spec: fl.Type) -> list[object]:
        members: list[object] = []
        for number in message.payloads:
            payload = await _payload(session, number)
            session.values.forget([number])
            piece = read_value(payload.message, type_spec, iter(payload.buffers))
            if not isinstance(piece, list):
                raise MalformedError(f"The value {number} has no members.")
            members += piece
        return members


_NO_BUFFERS: list[np.ndarray] = []


async def _payload(session: Session, number: int) -> Payload:
    payload = await session.values.get(number)
    if not isinstance(payload, Payload):
        raise MalformedError(f"The value {number} is in an executor already.")
    return payload


def _handle(value: object) -> ExecutorValue:
    if not isinstance(value, ExecutorValue):
        raise MalformedError("A value that has arrived is used before a step has put it into an executor.")
    return value


def _bytes_of(payload: object) -> bytes:
    if not isinstance(payload, Payload) or len(payload.buffers) != 1:
        raise MalformedError("What was sent as a computation is none.")
    return payload.buffers[0].tobytes()
