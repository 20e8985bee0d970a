"""The `data` node of the AST for data at a worker: a URI such as `tffsim:hospital?clients=0-19,25`."""

import re
from collections.abc import Iterator, Sequence

import federated_language as fl
from federated_language import framework
from federated_language.proto import computation_pb2 as pb
from google.protobuf import any_pb2

from tffsim.remote.wire.malformed import MalformedError

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_URI = re.compile(rf"tffsim:({NAME.pattern})\?clients=((?:\d{{1,9}}(?:-\d{{1,9}})?,?)*)")
_TYPE = "tffsim/uri"
_MAX_CLIENTS = 100_000_000


def data_node(name: str, clients: Sequence[int], type_spec: fl.Type) -> pb.Computation:
    """Returns the `data` node that stands for clients of a worker.

    Args:
        name: The name of their data.
        clients: Their numbers at the worker, in any order.
        type_spec: The type of the federated value.
    """
    runs = [f"{first}-{last}" if last > first else f"{first}" for first, last in _runs(clients)]
    content = any_pb2.Any(type_url=_TYPE, value=f"tffsim:{name}?clients={','.join(runs)}".encode())
    return framework.Data(content, type_spec).to_proto()


def read_data_node(data: pb.Data) -> tuple[str, list[int]]:
    """Returns the name of the data, and the numbers of the clients.

    Raises:
        MalformedError: If the node has no such URI.
    """
    text = data.content.value.decode("ascii", "replace")
    found = _URI.fullmatch(text) if data.content.type_url == _TYPE else None
    if found is None:
        raise MalformedError(f"{text[:60]!r} is no URI of data at a worker.")
    clients: list[int] = []
    for run in filter(None, found[2].split(",")):
        first, _, last = run.partition("-")
        numbers = range(int(first), int(last or first) + 1)
        if len(clients) + len(numbers) > _MAX_CLIENTS:
            raise MalformedError("The URI names too many clients.")
        clients += numbers
    return found[1], clients


def _runs(clients: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yields the first and the last number of each run of numbers that follow each other."""
    first = 0
    for position in range(1, len(clients) + 1):
        if position == len(clients) or clients[position] != clients[position - 1] + 1:
            yield clients[first], clients[position - 1]
            first = position
