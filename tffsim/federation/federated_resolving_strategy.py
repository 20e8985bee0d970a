"""One child executor per participant: the flat federation.

A client value is a list of `Deferred`s, one per client, each of which yields a handle
of that client's executor. An intrinsic on clients makes a new list and runs nothing.
When an aggregation, or the caller, asks for the members, each client's whole chain of
work runs, in client order, for a bounded number of clients at a time. A member is
freed as soon as nothing that may still run refers to it.
"""

import functools
from collections.abc import Sequence

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency.activity import current_client
from tffsim.concurrency.call_block import runs_blocks
from tffsim.concurrency.deferred import Deferred
from tffsim.concurrency.random_streams import current_place
from tffsim.failures.failure_location import current_argument_path, locate
from tffsim.federation.block_folds import BlockFold, BlockFolds
from tffsim.federation.client_payloads import Check, ClientPayloads
from tffsim.federation.client_results import ClientResults
from tffsim.federation.client_work import Argument, ClientWork, Mapped, Shared
from tffsim.federation.clients_value import ClientsValue, clients_value, common_struct, used_work, zipped_work
from tffsim.federation.federated_select import Slices
from tffsim.federation.federating_strategy import FederatedValue, FederatingStrategy, Function, Nested, Work
from tffsim.federation.flat_fold import FlatFold
from tffsim.federation.number_watch import NumberWatch
from tffsim.federation.placed_values import (
    OnEachExecutor,
    ServerValue,
    call,
    check_members,
    common_payload,
    embed_argument,
    embed_at_server,
    explained,
    leaves_of,
    move,
    payload_of,
    places_in,
    server_value,
    struct_type,
    zip_members,
)
from tffsim.federation.places_at_work import PlacesAtWork
from tffsim.federation.same_shape import same_shape_check
from tffsim.federation.secure_sum_bounds import check_bounds
from tffsim.federation.server_fold import ServerFold
from tffsim.federation.turn_taking import taking_turns
from tffsim.language import building_blocks, federated_lambdas
from tffsim.language.neutral_elements import neutral_element
from tffsim.language.stack_parts import StackPart, parts_of_clients
from tffsim.language.type_kinds import function_type_of


class FederatedResolvingStrategy(FederatingStrategy):
    """Runs intrinsics on one executor per participant.

    Args:
        server: The server's executor.
        clients: One executor per client; several may be the same object.
        max_concurrent_clients: How many clients may be at work at a time; at least 1.
        first_client: Index of the first client in the whole cohort.
        cohort_size: Number of clients in the whole cohort; by default `len(clients)`.
        block_folds: Folds many clients in one call where it can; None asks each client.
    """

    def __init__(
        self,
        server: Executor,
        clients: Sequence[Executor],
        *,
        max_concurrent_clients: int = 1,
        first_client: int = 0,
        cohort_size: int | None = None,
        block_folds: BlockFolds | None = None,
    ) -> None:
        self._server = server
        self._clients = clients
        self._max_concurrent_clients = max_concurrent_clients
        self._first_client = first_client
        # Clients of a block share a call, so they must share an executor.
        self._block_folds = block_folds if len({id(client) for client in clients}) == 1 else None
        self._cohort_size = cohort_size if cohort_size is not None else len(clients)
        self._payloads = ClientPayloads(first_client, self._cohort_size)

    def parts(self) -> list[StackPart]:
        """Returns the executors of the server and the clients; clients that share one are one part."""
        return [StackPart(self._server, "server", "server"), *parts_of_clients(self._clients, self._first_client)]

    @property
    def num_clients(self) -> int:
        return len(self._clients)

    def close(self) -> None:
        for executor in {id(executor): executor for executor in (self._server, *self._clients)}.values():
            executor.close()

    async def create_federated_value(self, value: object, type_spec: fl.FederatedType) -> FederatedValue:
        member_type, path = type_spec.member, current_argument_path.get()
        if type_spec.placement is fl.SERVER:
            return await embed_at_server(self._server, value, type_spec)
        if type_spec.all_equal:
            return self._same_everywhere(await common_payload(self._server, value, type_spec), member_type)
        members = check_members(value, type_spec, self.num_clients)
        inputs = [(m, member_type, path) for m in members]
        return self._at_clients("argument", member_type, embed_argument, inputs, Argument(members, member_type))

    async def materialize(self, value: FederatedValue, all_equal: bool) -> object:
        if isinstance(value, ServerValue):
            return await payload_of(value.member)
        clients = clients_value(value)
        if not all_equal:
            return await self._payloads.all(clients.members, self._max_concurrent_clients)
        return await (clients.common.get() if clients.common is not None else payload_of(clients.members[0]))

    async def compute_federated_value_at_clients(self, value: ExecutorValue) -> FederatedValue:
        return self._same_everywhere(Deferred(value.compute), value.type_signature)

    async def compute_federated_value_at_server(self, value: ExecutorValue) -> FederatedValue:
        return self._at_server("federated_value_at_server", value.type_signature, move, self._server, value)

    async def compute_federated_broadcast(self, value: FederatedValue) -> FederatedValue:
        return self._same_everywhere(Deferred(payload_of, server_value(value).member), value.member_type)

    async def compute_federated_eval_at_clients(self, function: Function) -> FederatedValue:
        inputs = [(OnEachExecutor.function(function), None)] * self.num_clients
        work = Mapped(function, None)
        return self._at_clients("federated_eval_at_clients", function.type_signature.result, call, inputs, work)

    async def compute_federated_eval_at_server(self, function: Function) -> FederatedValue:
        result_type = function.type_signature.result
        embedded = OnEachExecutor.function(function)
        return self._at_server("federated_eval_at_server", result_type, call, self._server, embedded, None)

    async def compute_federated_map(self, function: Function, value: FederatedValue) -> FederatedValue:
        embedded = OnEachExecutor.function(function)
        clients = clients_value(value)
        inputs = [(embedded, member) for member in clients.members]
        work = Mapped(function, clients.work) if clients.work is not None else None
        mapped = self._at_clients("federated_map", function.type_signature.result, call, inputs, work)
        mapped.makers = (function, *value.makers)
        return mapped

    async def compute_federated_map_all_equal(self, function: Function, value: FederatedValue) -> FederatedValue:
        clients = clients_value(value)
        mapped = clients_value(await self.compute_federated_map(function, value))
        if not clients.members and clients.common is not None:
            # No client is there to call the function; the common result exists all the same.
            mapped.common = Deferred(self._call_at_server, function, clients.common)
        return mapped

    async def compute_federated_apply(self, function: Function, value: FederatedValue) -> FederatedValue:
        result_type = function.type_signature.result
        embedded = OnEachExecutor.function(function)
        return self._at_server("federated_apply", result_type, call, self._server, embedded, server_value(value).member)

    async def compute_federated_zip_at_clients(self, value: structure.Struct[Nested]) -> FederatedValue:
        leaves = [clients_value(leaf) for leaf in leaves_of(value)]
        places = places_in(value)
        inputs = [(places, *(leaf.members[k] for leaf in leaves)) for k in range(self.num_clients)]
        work = zipped_work(value)
        if work is None:
            for leaf in leaves:
                used_work(leaf)
        zipped = self._at_clients("federated_zip_at_clients", struct_type(value), zip_members, inputs, work)
        zipped.makers = tuple(maker for leaf in leaves for maker in leaf.makers)
        if all(leaf.common is not None for leaf in leaves):
            zipped.common = Deferred(common_struct, value)
        return zipped

    async def compute_federated_zip_at_server(self, value: structure.Struct[Nested]) -> FederatedValue:
        members = [server_value(leaf).member for leaf in leaves_of(value)]
        inputs = (self._server, places_in(value), *members)
        return self._at_server("federated_zip_at_server", struct_type(value), zip_members, *inputs)

    async def compute_federated_aggregate(
        self, value: FederatedValue, zero: ExecutorValue, accumulate: Function, merge: Function, report: Function
    ) -> FederatedValue:
        clients = clients_value(value)
        return self._at_server(
            "federated_aggregate",
            report.type_signature.result,
            self._aggregate,
            list(clients.members),
            value.member_type,
            used_work(clients),
            self._watch(value),
            zero,
            accumulate,
            merge,
            report,
        )

    async def reduce(self, value: FederatedValue, uri: str) -> FederatedValue:
        return self._reduce_checked(value, uri, same_shape_check(value.member_type))

    async def secure_sum(
        self, value: FederatedValue, maximum: Deferred[object], maximum_type: fl.Type
    ) -> FederatedValue:
        async def check(payload: object) -> None:
            check_bounds(payload, await maximum.get(), value_type)

        value_type = value.member_type
        return self._reduce_checked(value, "generic_plus", check)

    async def compute_federated_select(
        self, keys: FederatedValue, max_key: FederatedValue, state: FederatedValue, select: Function
    ) -> FederatedValue:
        used_work(clients_value(keys))
        slices = Slices(self._server, server_value(max_key), server_value(state), select)
        inputs = [(member,) for member in clients_value(keys).members]
        return self._at_clients("federated_select", slices.sequence_type, slices.of_client, inputs)

    # Placing work. Every Deferred knows where its work runs, so that a failure can say so.

    def _at_clients(
        self,
        node: str,
        member_type: fl.Type,
        work: Work,
        inputs: Sequence[tuple[object, ...]],
        known_work: ClientWork | None = None,
    ) -> ClientsValue:
        run = self._run_at_client
        members = [Deferred(run, node, k, work, *more) for k, more in enumerate(inputs)]
        value = ClientsValue(member_type, members, work=known_work)
        if isinstance(known_work, Mapped) and self._block_folds is not None:
            known_work.results = ClientResults(value, members)
        return value

    async def _run_at_client(self, node: str, client: int, work: Work, *inputs: object) -> ExecutorValue:
        outer_client, outer_place = current_client.get(), current_place.get()
        current_client.set(self._first_client + client)
        if outer_place is not None:
            current_place.set(outer_place.at_client(self._first_client + client))
        running = work(self._clients[client], *inputs)
        del inputs
        try:
            return await running
        except Exception as error:
            locate(error, node=node, client=self._first_client + client, num_clients=self._cohort_size)
            raise
        finally:
            current_client.set(outer_client)
            if outer_place is not None:
                current_place.set(outer_place)

    def explained(self, quotient: FederatedValue, sums: FederatedValue | None) -> FederatedValue:
        return explained(quotient, sums)

    def _at_server(self, node: str, member_type: fl.Type, work: Work, *inputs: object) -> ServerValue:
        return ServerValue(member_type, Deferred(self.run_at_server, node, work, *inputs))

    def _same_everywhere(self, common: Deferred[object], member_type: fl.Type) -> ClientsValue:
        path = current_argument_path.get()

        async def embed(executor: Executor) -> ExecutorValue:
            return await embed_argument(executor, await common.get(), member_type, path)

        copies = OnEachExecutor(embed)
        members = [copies.on(executor) for executor in self._clients]
        return ClientsValue(member_type, members, common, Shared(common, member_type))

    # Work at the server.

    async def _call_at_server(self, function: Function, common: Deferred[object]) -> object:
        argument = await self._server.create_value(await common.get(), function.type_signature.parameter)
        callee = await self._server.create_value(function.proto, function.type_signature)
        return await (await self._server.create_call(callee, argument)).compute()

    async def _aggregate(
        self,
        members: list[Deferred[ExecutorValue]],
        member_type: fl.Type,
        work: ClientWork | None,
        watch: NumberWatch | None,
        zero: ExecutorValue,
        accumulate: Function,
        merge: Function,
        report: Function,
    ) -> ExecutorValue:
        start = await zero.compute()
        if watch is not None:
            watch.start(start)
        total = await self._server.create_value(start, zero.type_signature)
        if members:
            fold = ServerFold(self._server, member_type, accumulate, merge, total, len(members))
            folding = self._fold(members, fold, self._block_fold(work, accumulate), watch, None)
            del zero, start, total
            total = await folding
        reporter = await self._server.create_value(report.proto, report.type_signature)
        reported = await self._server.create_call(reporter, total)
        return reported if watch is None else await watch.finish(reported)

    def _reduce_checked(self, value: FederatedValue, uri: str, check: Check | None) -> ServerValue:
        clients, member_type = clients_value(value), value.member_type
        proto = federated_lambdas.generic_operator(uri, member_type)
        operator = Function(proto, function_type_of(building_blocks.type_of(proto)))
        inputs = (list(clients.members), member_type, used_work(clients), self._watch(value), uri, operator, check)
        return self._at_server(uri, member_type, self._reduce, *inputs)

    async def _reduce(
        self,
        members: list[Deferred[ExecutorValue]],
        member_type: fl.Type,
        work: ClientWork | None,
        watch: NumberWatch | None,
        uri: str,
        operator: Function,
        check: Check | None,
    ) -> ExecutorValue:
        if not members:
            return await self._server.create_value(neutral_element(uri, member_type), member_type)
        block_fold = self._block_fold(work, operator) if check is None else None
        fold = ServerFold(self._server, member_type, operator, operator, None, len(members))
        total = await self._fold(members, fold, block_fold, watch, check)
        return total if watch is None else await watch.finish(total)

    def _block_fold(self, work: ClientWork | None, accumulate: Function) -> BlockFold | None:
        if self._block_folds is None or work is None or not runs_blocks(self._clients[0]):
            return None
        num_later = self._cohort_size - self._first_client - self.num_clients
        return self._block_folds.of(work, accumulate, self._first_client, num_later)

    async def _fold(
        self,
        members: list[Deferred[ExecutorValue]],
        fold: ServerFold,
        block_fold: BlockFold | None,
        watch: NumberWatch | None,
        check: Check | None,
    ) -> ExecutorValue:
        await fold.prepare()
        places = PlacesAtWork(self._max_concurrent_clients, fold.member_type, self._first_client)
        payloads = functools.partial(self._payloads.in_order, places, check)
        flat_fold = FlatFold(members, payloads, fold, watch, self._first_client)
        with taking_turns(self._max_concurrent_clients) as turns:
            if block_fold is not None:
                await flat_fold.run_in_chunks(block_fold, self._clients[0], turns)
            await flat_fold.run_one_by_one(len(members), turns)
        return await fold.result()

    def _watch(self, value: FederatedValue) -> NumberWatch | None:
        is_part = self.num_clients != self._cohort_size
        return NumberWatch.if_read(
            value.member_type, value.makers, self._first_client, self._cohort_size, is_part=is_part
        )
