"""The parts of which a computation is made."""

from collections.abc import Iterator

from federated_language.proto import computation_pb2 as pb


def parts_of(proto: pb.Computation) -> Iterator[pb.Computation]:
    """Yields a computation and all that it is made of; however deep it is nested, without recursion."""
    waiting = [proto]
    while waiting:
        part = waiting.pop()
        yield part
        kind = part.WhichOneof("computation")
        if kind == "block":
            waiting += [local.value for local in part.block.local] + [part.block.result]
        elif kind == "call":
            waiting += [part.call.function] + ([part.call.argument] if part.call.HasField("argument") else [])
        elif kind == "struct":
            waiting += [element.value for element in part.struct.element]
        elif kind == "lambda":
            waiting.append(getattr(part, "lambda").result)
        elif kind == "selection":
            waiting.append(part.selection.source)
