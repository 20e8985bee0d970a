"""The data of clients that a worker has, and never hands out as it is."""

import pathlib
import pkgutil
import re
import traceback
from collections.abc import Iterable, Mapping, Sequence, Sized

import federated_language as fl
from federated_language.proto import computation_pb2 as pb

from tffsim.executors.data_executor import DataBackend
from tffsim.failures.failure_location import locate
from tffsim.remote.wire.data_uris import NAME, read_data_node

_SPEC = re.compile(rf"({NAME.pattern})=([\w.]+):([\w.]+)")


class HostedData(DataBackend):
    """Fetches the data of clients by the names that it has here.

    Args:
        by_name: For each name one value per client: a list, or whatever has a length and numbers; or a federated data
            set, whose method `datasets()` returns that.

    Raises:
        TypeError: If something is no such thing.
    """

    def __init__(self, by_name: Mapping[str, object]) -> None:
        self._members = {name: _members_of(name, found) for name, found in by_name.items()}

    @property
    def num_clients(self) -> dict[str, int]:
        """How many clients there are, by the name of their data."""
        return {name: len(members) for name, members in self._members.items()}

    async def materialize(self, data: pb.Data, type_spec: fl.Type) -> object:
        """Returns the values of the clients that a node names.

        Raises:
            LookupError: If there is no data of the name, or no such client.
            TypeError: If the type is not that of a value at the clients.
        """
        name, clients = read_data_node(data)
        members = self._members.get(name)
        if members is None:
            raise LookupError(f"This worker has no data {name!r}. It has: {', '.join(self._members) or 'none'}.")
        if not isinstance(type_spec, fl.FederatedType) or type_spec.all_equal or type_spec.placement is not fl.CLIENTS:
            raise TypeError(f"The data {name!r} belongs to clients. It cannot have the type {type_spec}.")
        if clients and max(clients) >= len(members):
            raise LookupError(f"The data {name!r} has {len(members)} clients here, so there is no {max(clients)}.")
        return [_member(members, client, name) for client in clients]


def read_hosted_data(specs: Iterable[str]) -> HostedData:
    """Calls the functions that return data.

    Args:
        specs: Texts such as `hospital=my_module:load`.

    Raises:
        ValueError: If a text is wrong, a name comes twice, or there is no such function, or it fails.
        TypeError: If a function returns something else.
    """
    found: dict[str, object] = {}
    for spec in specs:
        parts = _SPEC.fullmatch(spec)
        if parts is None:
            raise ValueError(f"{spec!r} does not say where data is. Write NAME=module:function.")
        name, module, function = parts.groups()
        if name in found:
            raise ValueError(f"There are two functions for the data {name!r}.")
        found[name] = _called(spec, module, function)
    return HostedData(found)


def _called(spec: str, module: str, function: str) -> object:
    try:
        target: object = pkgutil.resolve_name(f"{module}:{function}")
    except (ImportError, AttributeError) as error:
        raise ValueError(f"There is no function for the data `{spec}`: {error}.") from error
    except Exception as error:
        raise ValueError(f"The module for the data `{spec}` cannot be imported: {_told(error)}") from error
    if not callable(target):
        raise TypeError(f"`{module}:{function}` is no function. Write one that returns the data of all clients.")
    try:
        return target()
    except (Exception, SystemExit) as error:
        raise ValueError(f"The function for the data `{spec}` failed: {_told(error)}") from error


def _told(error: BaseException) -> str:
    """Returns what an error says, and the line that raised it."""
    entries = traceback.extract_tb(error.__traceback__)
    where = f" ({pathlib.Path(entries[-1].filename).name}:{entries[-1].lineno})" if entries else ""
    return f"{type(error).__name__}: {error}{where}"


def _members_of(name: str, found: object) -> Sequence[object]:
    datasets = getattr(found, "datasets", None)
    members = datasets() if callable(datasets) else found
    if isinstance(members, (str, bytes, dict)) or not (isinstance(members, Sized) and hasattr(members, "__getitem__")):
        raise TypeError(
            f"The data {name!r} must have one value per client, in a list, or be a federated data set such as "
            f"`InMemoryClientData`; found a `{type(found).__name__}`."
        )
    return members  # type: ignore[return-value]


def _member(members: Sequence[object], client: int, name: str) -> object:
    try:
        return members[client]
    except Exception as error:
        locate(error, node=f"data {name!r}")
        raise
