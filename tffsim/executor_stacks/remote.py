"""The remote stack: the server's part runs here, that of the clients at workers."""

import functools
import os
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import federated_language as fl
from federated_language.framework import CardinalitiesType, Executor, PlacementLiteral

from tffsim.executor_stacks.client_ranges import ClientRange, client_ranges, ranges_at_home
from tffsim.executor_stacks.instrumentation import hooked, is_building_traced
from tffsim.executor_stacks.participant_stacks import eager_leaf, num_workers, participant_stack, worker_pool
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory
from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.failures.checked_numbers import checked_seconds
from tffsim.federation.federated_composing_strategy import FederatedComposingStrategy
from tffsim.federation.fold_shape import BLOCK_SIZE
from tffsim.language.clients_at_home import CohortAtHome
from tffsim.language.clients_on_demand import CohortOnDemand
from tffsim.remote.extra import check_extra
from tffsim.tracing.recording.active import active_recorder

if TYPE_CHECKING:
    import grpc

    from tffsim.remote.data_at_workers import DataAtWorkers
    from tffsim.remote.local_workers import LocalWorkers
    from tffsim.remote.remote_session import RemoteSession
    from tffsim.remote.worker_connection import WorkerConnection
    from tffsim.remote.workers import Workers

Path: TypeAlias = str | os.PathLike[str]
LostData: TypeAlias = Literal["error", "drop out"]

_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]+):\d{1,5}")
_MAX_PORT = 65535
_SIDE_BY_SIDE = 64
"""Workers bound themselves how many clients are at work."""


def remote_executor_factory(
    addresses: "LocalWorkers | Sequence[str | grpc.Channel]",
    *,
    default_num_clients: int = 0,
    connect_timeout: float = 10.0,
    call_timeout: float = 600.0,
    heartbeat_seconds: float = 5.0,
    lost_data: LostData = "error",
    server_ca: Path | None = None,
    client_cert: Path | None = None,
    client_key: Path | None = None,
    token_file: Path | None = None,
) -> "RemoteExecutorFactory":
    """Returns a factory of stacks whose clients are at workers.

    The clients of a call are divided among the workers that are ready when it starts. Results
    are those of the local stack, bit for bit.

    Args:
        addresses: Where workers listen, such as `["192.168.0.5:7000", "192.168.0.6:7000"]`, or what `local_workers`
            yields. A worker can also be given as a `grpc.Channel`: it has the security and the options that you gave
            it, and you close it, after the factory.
        default_num_clients: How many clients there are when the argument of a computation does not tell.
        connect_timeout: For how many seconds a call waits for a worker if none is ready.
        call_timeout: How many seconds the work of a range of clients may take at a worker.
        heartbeat_seconds: How often workers hear that this process is there. One that does not answer three times is
            lost, and its clients run again at others.
        lost_data: What happens if a worker is lost that has the data of clients (`data`), and is not back within
            `connect_timeout`. `"error"`: the call fails, and says whose data it is. `"drop out"`: these clients drop
            out, and the result is that of a call with the others, which run again if they had begun. A warning, once
            for the same loss, and the trace of each call say how many. The next call asks for the worker again, but
            does not wait for it. If all are lost, the call fails.
        server_ca: The file with the authority of the workers' certificates; with it, connections use TLS.
            Channels that are given have their own.
        client_cert: The file with the certificate of this process, if workers ask for one.
        client_key: The file with its key.
        token_file: The file with the token, if workers ask for one.

    Raises:
        ImportError: If the extra `tffsim[remote]` is not installed.
        OSError: If a file cannot be read.
        TypeError: If the addresses are not a list of texts and channels, or an option is no number.
        ValueError: If there are none, one is wrong, or one comes twice; if a number of seconds is not above 0, or
            `default_num_clients` is negative; if `lost_data` is something else.
    """
    check_extra()
    check_lost_data(lost_data)
    connect_timeout = checked_seconds("connect_timeout", connect_timeout)
    call_timeout = checked_seconds("call_timeout", call_timeout)
    heartbeat_seconds = checked_seconds("heartbeat_seconds", heartbeat_seconds)
    from tffsim.remote.channels import read_security
    from tffsim.remote.given_channel import GivenChannel
    from tffsim.remote.grpc_transport import GrpcTransport
    from tffsim.remote.local_workers import LocalWorkers
    from tffsim.remote.shared_memory_transport import SharedMemoryTransport
    from tffsim.remote.transport import Transport
    from tffsim.remote.workers import Workers

    found = _checked(addresses)
    security = read_security(server_ca=server_ca, client_cert=client_cert, client_key=client_key, token_file=token_file)

    memory_key = addresses.memory_key if isinstance(addresses, LocalWorkers) else None

    def transport_of(worker: "str | grpc.Channel") -> Transport:
        if not isinstance(worker, str):
            return GivenChannel(worker, security.metadata)
        transport = GrpcTransport(worker, security)
        return transport if memory_key is None else SharedMemoryTransport(transport, memory_key)

    workers = Workers(
        [transport_of(worker) for worker in found],
        connect_timeout=connect_timeout, call_timeout=call_timeout, heartbeat_seconds=heartbeat_seconds,
    )  # fmt: skip
    factory = RemoteExecutorFactory(
        workers, default_num_clients=default_num_clients, lets_clients_drop_out=lost_data == "drop out"
    )
    if isinstance(addresses, LocalWorkers):
        addresses.end_first(factory)
    return factory


class RemoteExecutorFactory(ResourceManagingExecutorFactory):
    """Builds stacks whose clients are at the workers that are ready.

    Args:
        workers: Connections to the workers.
        default_num_clients: The number of clients when the argument tells none.
        lets_clients_drop_out: Whether calls go on without clients whose data is lost.
    """

    def __init__(
        self, workers: "Workers", *, default_num_clients: int = 0, lets_clients_drop_out: bool = False
    ) -> None:
        super().__init__(self._build_stack, default_num_clients=default_num_clients)
        self._workers = workers
        self._lets_clients_drop_out = lets_clients_drop_out
        self._ready: list[WorkerConnection] = []
        self._sessions: list[RemoteSession | None] = []
        calls = num_workers(None)
        self._make_leaf = functools.partial(eager_leaf, worker_pool=worker_pool(calls))

    @property
    def workers(self) -> "Workers":
        """Connections to the workers."""
        return self._workers

    @property
    def lets_clients_drop_out(self) -> bool:
        """Whether calls go on without clients whose data is lost."""
        return self._lets_clients_drop_out

    def data(self, name: str) -> "DataAtWorkers":
        """Returns data that workers have, to be passed to a computation in place of a list with one value per client.

        The data stays there: what goes over the network is which client is meant. All clients
        of all workers belong to it, those of the first address first. It can be cut and drawn
        from like a list: `random.sample(factory.data("hospital"), 10)` are ten clients.

        Args:
            name: What the workers call it, as in `tffsim worker --data hospital=my_module:load`.

        Raises:
            NoWorkerError: If a worker is not ready in time: the number of clients would depend on it.
            LookupError: If none has data of this name.
        """
        from tffsim.remote.channels import channel_loop
        from tffsim.remote.data_at_workers import data_at_workers

        ready = channel_loop().submit(self._workers.prepare([c.address for c in self._workers.connections])).result()
        return data_at_workers(name, ready)

    async def prepare(self, cardinalities: Mapping[PlacementLiteral, int]) -> Collection[str]:
        """Waits until a worker is ready; what is leased next uses those that are.

        Args:
            cardinalities: How many participants there are, and where, if they have their data at workers.

        Returns:
            The workers with data of the clients that are not ready in time, if clients may drop out.

        Raises:
            NoWorkerError: If none is ready in time, or one is not that has data of the clients.
        """
        recorder = active_recorder()
        if recorder is not None:
            await self._workers.watch(recorder.hosts)
        needed = set(cardinalities.homes) if isinstance(cardinalities, CohortAtHome) else set[str]()
        self._check_homes(needed)
        ready = await self._workers.prepare(needed, some_suffice=bool(needed) and self._lets_clients_drop_out)
        sessions = [connection.session for connection in ready]
        if sessions != self._sessions:
            # Clients are divided anew, also if a worker was lost and is back: what it did, others do by now.
            # Stacks that are in use stay until their calls end.
            self._ready, self._sessions = ready, sessions
            super().close()
        return needed.difference(connection.address for connection in ready)

    def create_executor(self, cardinalities: CardinalitiesType) -> Executor:
        """Returns a stack for contexts other than those of tffsim; waits for a worker.

        Raises:
            NoWorkerError: If none is ready in time.
        """
        from tffsim.remote.channels import channel_loop

        channel_loop().submit(self.prepare(cardinalities)).result()
        return super().create_executor(cardinalities)

    def end(self, reason: str) -> None:
        """Closes it for good, because its workers have ended.

        Args:
            reason: What calls are told from now on, and those that wait.
        """
        self._workers.end(reason)
        self.close()

    def close(self) -> None:
        """Gives up all stacks, and the connections."""
        super().close()
        from tffsim.remote.channels import channel_loop

        channel_loop().submit(self._workers.close()).result(10)
        self._ready, self._sessions = [], []

    def _build_stack(self, cardinalities: Mapping[PlacementLiteral, int]) -> Executor:
        from tffsim.remote.remote_executor import RemoteExecutor

        num_clients = cardinalities.get(fl.CLIENTS, self.default_num_clients)
        if not num_clients:
            # Nobody is at a worker; what clients would share exists all the same.
            return WorkerStacks().make(0, 0, 0)
        children: list[tuple[Executor, int]] = []
        hosts: dict[Executor, str] = {}
        is_home, is_traced = isinstance(cardinalities, CohortAtHome), is_building_traced()
        ranges, workers = self._ranges(cardinalities, num_clients)
        for part in ranges:
            worker = workers[part.worker]
            executor = RemoteExecutor(
                self._workers, worker, part.first, part.count, num_clients, is_home=is_home, is_traced=is_traced
            )
            child = hooked(executor)
            children.append((child, part.count))
            hosts[child] = worker.address
        strategy = FederatedComposingStrategy(
            self._participant(), children, max_concurrent_clients=_SIDE_BY_SIDE, is_parallel=True, hosts=hosts
        )
        return hooked(ReferenceResolvingExecutor(hooked(FederatingExecutor(strategy, self._participant()))))

    def _ranges(
        self, cardinalities: Mapping[PlacementLiteral, int], num_clients: int
    ) -> "tuple[list[ClientRange], Sequence[WorkerConnection]]":
        """Returns the ranges of clients, and the workers that their numbers mean."""
        if not isinstance(cardinalities, CohortAtHome):
            # A worker has the data of a range until that is folded.
            max_size = BLOCK_SIZE if isinstance(cardinalities, CohortOnDemand) else None
            return client_ranges(num_clients, len(self._ready), max_size), self._ready
        by_address = {connection.address: connection for connection in self._workers.connections}
        workers = [by_address[home] for home in dict.fromkeys(cardinalities.homes)]
        return ranges_at_home(cardinalities.homes), workers

    def _check_homes(self, homes: set[str]) -> None:
        strangers = homes.difference(connection.address for connection in self._workers.connections)
        if strangers:
            raise ValueError(
                f"The data of some clients is at {min(strangers)}, which is no worker of this factory. Call the "
                "computation with the factory whose `data` you called, or give this one the address, too."
            )

    def _participant(self) -> Executor:
        return participant_stack(self._make_leaf(None))


def check_lost_data(lost_data: object) -> None:
    """Raises an error if this is nothing that can happen when data is lost."""
    if lost_data not in get_args(LostData):
        raise ValueError(f'`lost_data` must be "error" or "drop out", found {lost_data!r}.')


def _checked(addresses: object) -> "list[str | grpc.Channel]":
    import grpc

    found: object = getattr(addresses, "addresses", addresses)
    workers = list(found) if isinstance(found, Sequence) and not isinstance(found, str) else [None]
    if any(isinstance(worker, grpc.aio.Channel) for worker in workers):
        raise TypeError(
            "A `grpc.aio.Channel` belongs to the event loop in which it was made, and workers are called from another "
            "one. Pass a `grpc.Channel`, such as `grpc.insecure_channel(address)`, or the address."
        )
    taken = [worker for worker in workers if isinstance(worker, (str, grpc.Channel))]
    if len(taken) < len(workers):
        raise TypeError(
            f"Expected a list of addresses, such as ['localhost:7000'], found {found!r}. "
            "Start workers with `tffsim worker`, or with `tffsim.local_workers(2)`."
        )
    if not taken:
        raise ValueError("The list of addresses is empty: the clients would have no worker.")
    for address in taken:
        if isinstance(address, str):
            _check_address(address)
    if len(set(taken)) < len(taken):
        raise ValueError("The list of addresses names a worker twice.")
    return taken


def _check_address(address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is no address of a worker. Give its host and port, such as 'localhost:7000'.")
    if not 1 <= int(address.rpartition(":")[2]) <= _MAX_PORT:
        raise ValueError(
            f"{address!r} is no address of a worker. Give the port that it listens at, which is from 1 to {_MAX_PORT}."
        )
