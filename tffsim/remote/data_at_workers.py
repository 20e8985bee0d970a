"""Data that workers have, as the controller sees it: who its clients are, and nothing of what they have."""

import warnings
from collections.abc import Sequence
from typing import overload

from tffsim.language.clients_at_home import ClientAtHome
from tffsim.remote.worker_connection import WorkerConnection


class DataAtWorkers(Sequence[ClientAtHome]):
    """The clients of some workers, to be passed in place of a list with one value per client.

    Args:
        clients: The clients, in order.
    """

    def __init__(self, clients: Sequence[ClientAtHome]) -> None:
        self._clients = clients

    def __len__(self) -> int:
        return len(self._clients)

    @overload
    def __getitem__(self, index: int) -> ClientAtHome: ...

    @overload
    def __getitem__(self, index: slice) -> "DataAtWorkers": ...

    def __getitem__(self, index: int | slice) -> "ClientAtHome | DataAtWorkers":
        return DataAtWorkers(self._clients[index]) if isinstance(index, slice) else self._clients[index]

    def __repr__(self) -> str:
        homes = len({client.home for client in self._clients})
        return f"<data of {len(self)} clients at {homes} worker{'s' * (homes != 1)}>"


def data_at_workers(name: str, workers: Sequence[WorkerConnection]) -> DataAtWorkers:
    """Returns the clients whose data has a name, those of the first worker first.

    Raises:
        LookupError: If no worker has such data.
    """
    if not any(name in worker.num_clients for worker in workers):
        known = sorted({known for worker in workers for known in worker.num_clients})
        raise LookupError(
            f"No worker has data {name!r}. They have: {', '.join(known) or 'none'}. "
            f"Start one with `tffsim worker --data {name}=module:function`."
        )
    _warn_of_one_with_two_names([worker for worker in workers if worker.num_clients.get(name)])
    return DataAtWorkers(
        [
            ClientAtHome(name, worker.address, number)
            for worker in workers
            for number in range(worker.num_clients.get(name, 0))
        ]
    )


def _warn_of_one_with_two_names(workers: Sequence[WorkerConnection]) -> None:
    """Says so if two addresses seem to be those of one worker; two machines may give the same account of themselves."""
    address_of: dict[str, str] = {}
    for worker in workers:
        other = address_of.setdefault(worker.process, worker.address)
        if other != worker.address:
            warnings.warn(
                f"{other} and {worker.address} seem to be one worker ({worker.process}). "
                "If so, each of its clients is there twice: name it once.",
                stacklevel=4,
            )
