"""Requests to a worker: good ones, the same in a wrong order, and with changed, cut and doubled bytes."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import federated_language as fl
import numpy as np
from google.protobuf.message import DecodeError, Message

from tffsim.language import federated_lambdas
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.computations import sent_computation
from tffsim.remote.wire.data_uris import data_node
from tffsim.remote.wire.memory_segment import MemorySegment
from tffsim.remote.wire.protocol import PROTOCOL
from tffsim.remote.wire.types import type_bytes

INT = fl.TensorType(np.int32)
INTS = fl.FederatedType(INT, fl.CLIENTS)
STREAMS_IN, STREAMS_OUT = "CreateValue", "Compute"
MEMORY_KEY = "the key of the fuzz"


class Request(NamedTuple):
    """The name of a method, and the messages that it gets."""

    method: str
    messages: list[bytes]


def good_requests(session: str, executor: str, memory: Sequence[MemorySegment]) -> list[Request]:
    """Returns requests of all kinds, in an order in which each can be answered.

    Args:
        session: The name of the session.
        executor: The name of the executor.
        memory: What is shared, for values and for results.
    """
    of_session = {"session": session}
    here = {**of_session, "executor": executor}
    header = messages.CreateValueRequest.Header(session=session, id=9)
    header.value.tensor.dtype, header.value.tensor.buffer_size = "int32", 4
    streamed = [messages.CreateValueRequest(header=header), messages.CreateValueRequest(chunk=b"\5\0\0\0")]
    single = [
        ("KeepAlive", messages.KeepAliveRequest(**of_session, begin=True, protocol=PROTOCOL)),
        ("GetExecutor", messages.GetExecutorRequest(**of_session, num_clients=2, cohort_size=2)),
        ("GetExecutor", messages.GetExecutorRequest(**of_session, num_clients=1, cohort_size=2, is_traced=True)),
        ("Batch", _program(here)),
        ("CreateCall", messages.CreateCallRequest(**here, id=10, call=messages.CreateCall(function=4, argument=3))),
        ("CreateStruct", messages.CreateStructRequest(**here, id=11, struct=messages.CreateStruct(elements=[1, 2]))),
        ("CreateSelection", messages.CreateSelectionRequest(
            **here, id=12, selection=messages.CreateSelection(source=11, index=1))),
        ("Compute", messages.ComputeRequest(**here, id=12)),
        *_memory_requests(of_session, here, memory),
        ("Follow", messages.FollowRequest(**of_session, num_parts={1: 0, 2: 3})),
        ("Dispose", messages.DisposeRequest(**of_session, ids=[1, 2])),
        ("DisposeExecutor", messages.DisposeExecutorRequest(**here)),
        ("EndSession", messages.EndSessionRequest(session=f"{session}, another")),
    ]  # fmt: skip
    requests = [Request(method, [message.SerializeToString()]) for method, message in single]
    requests.insert(4, Request("CreateValue", [message.SerializeToString() for message in streamed]))
    return requests


def _memory_requests(
    of_session: dict[str, str], here: dict[str, str], memory: Sequence[MemorySegment]
) -> Iterator[tuple[str, Message]]:
    """Yields requests that share memory, and use it."""
    for number, segment in enumerate(memory, start=1):
        yield "ShareMemory", messages.ShareMemoryRequest(
            **of_session, key=MEMORY_KEY, name=segment.name, num_bytes=segment.num_bytes, segment=number,
            is_for_results=number > 1,
        )  # fmt: skip
    for number, is_lent in ((13, False), (14, True)):
        header = messages.CreateValueRequest.Header(**of_session, id=number)
        header.value.tensor.dtype, header.value.tensor.buffer_size = "uint8", 5000
        region = messages.Region(segment=1, num_bytes=5000, is_lent=is_lent)
        yield "TakeFromMemory", messages.TakeFromMemoryRequest(header=header, region=region)
    yield (
        "ComputeIntoMemory",
        messages.ComputeIntoMemoryRequest(
            compute=messages.ComputeRequest(**here, id=12), region=messages.Region(segment=2)
        ),
    )


def mutated(request: Request, rng: random.Random) -> Request:
    """Returns a changed request. Mostly it is still one: gRPC itself refuses what is no message at all."""
    changed = _changed(request, rng)
    for _ in range(30):
        if _is_message(changed) or rng.random() < 0.02:
            break
        changed = _changed(request, rng)
    return changed


def _is_message(request: Request) -> bool:
    try:
        for content in request.messages:
            getattr(messages, f"{request.method}Request").FromString(content)
    except DecodeError:
        return False
    return True


def _changed(request: Request, rng: random.Random) -> Request:
    """Returns a request with some bytes, or messages of its stream, changed."""
    parts = [bytearray(content) for content in request.messages]
    for _ in range(rng.randint(1, 4)):
        part = rng.choice(parts)
        place = rng.randrange(len(part) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            part[place : place + rng.choice([1, 1, 5])] = rng.randbytes(rng.choice([0, 1, 1, 3]))
        elif kind == 1:
            del part[place:]
        elif kind == 2:
            part[place:place] = part[: rng.randrange(len(part) + 1)]
        elif kind == 3 and len(part):
            part[place % len(part)] ^= 1 << rng.randrange(8)
        else:
            part[place:place] = rng.choice([b"\xff" * 9 + b"\x01", b"\x80" * 10, b"\x00", b"\xff\xff\xff\x7f"])
    if len(parts) > 1 and rng.random() < 0.3:
        rng.shuffle(parts)
    return Request(request.method, list(map(bytes, parts)))


def _program(here: dict[str, str]) -> messages.BatchRequest:
    """Returns a program with steps of all kinds, which are those of the numbers 1 to 7."""
    batch = messages.BatchRequest(**here, compute=5, send_result=True, watch_spans=True, watch_numbers=True)
    identity = federated_lambdas.identity(INTS).to_proto()
    for number, content in enumerate(([1, 2], [3, 4], [5, 6]), start=1):
        step = batch.steps.add(id=number, keep=True, node=number)
        step.value.type = type_bytes(INTS)
        run = step.value.value.federated.runs.add(length=2)
        run.columns.add(dtype="int32", shape=[2], content=np.array(content, "<i4").tobytes())
    for number, proto in ((4, identity), (7, data_node("numbers", [0, 1], INTS))):
        sent = sent_computation(proto)
        batch.computations.add(digest=sent.digest, content=sent.content, provenance=sent.provenance)
        step = batch.steps.add(id=number, keep=True)
        step.value.type = type_bytes(fl.FunctionType(INTS, INTS) if number == 4 else INTS)
        step.value.value.computation = sent.digest
    batch.steps.add(id=5, keep=True).call.MergeFrom(messages.CreateCall(function=4, argument=3))
    batch.steps.add(id=6).struct.MergeFrom(messages.CreateStruct(elements=[1, 5], names=["a", "b"]))
    place = batch.steps[0].place
    place.seed, place.counter = 3, 1
    return batch
