"""A federation of federations: each child owns a range of clients.

Children can be local (a tree that keeps the number of executors per node small) or
remote workers. A client value is a list with one federated handle per child.

Aggregations have the shape that `fold_shape` describes, so that a tree gives bit for bit
the same floating-point numbers as a flat stack. A child whose clients are a subtree of
the fold folds them by itself, and the server merges the results. Children that share a
block take turns: each goes on where the one before it stopped. A child whose range
crosses the bounds of a block, without being a subtree, hands out its members, and they
are folded at the server.
"""

import itertools
from collections.abc import Coroutine, Hashable, Iterator, Mapping, Sequence

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency import concurrency
from tffsim.concurrency.deferred import Deferred
from tffsim.failures.failure_location import current_argument_path
from tffsim.federation.child_intrinsics import ChildFold, call_intrinsic, create_common, fold_at_child, zip_at_child
from tffsim.federation.composed_fold import Part, fold_parts
from tffsim.federation.federating_strategy import FederatedValue, FederatingStrategy, Function, Nested, Work
from tffsim.federation.number_watch import watching_tree
from tffsim.federation.parallel_fold import fold_side_by_side
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
from tffsim.federation.server_fold import ServerFold
from tffsim.federation.turn_taking import taking_turns
from tffsim.language import building_blocks, federated_lambdas, intrinsics
from tffsim.language.neutral_elements import neutral_element
from tffsim.language.stack_parts import StackPart
from tffsim.language.type_kinds import function_type_of


class ComposedClientsValue(FederatedValue):
    """A value at the clients of all children.

    Args:
        member_type: The type of each member.
        parts: One handle of a federated value per child.
    """

    __slots__ = ("parts",)

    def __init__(self, member_type: fl.Type, parts: Sequence[Deferred[ExecutorValue]]) -> None:
        super().__init__(member_type)
        self.parts = parts


class FederatedComposingStrategy(FederatingStrategy):
    """Runs intrinsics on children that are federations themselves.

    Args:
        server: The server's executor.
        children: (executor, number of its clients) pairs, in client order. Each executor
            runs federated intrinsics and lambdas.
        max_concurrent_clients: How many clients of a child may be at work at a time; at
            least 1.
        is_parallel: Whether children have processors of their own, so that all fold at the same time. Each must then
            be a subtree of the fold, or lie within one block.
        hosts: Where children are, if several share the memory of one host.
    """

    def __init__(
        self,
        server: Executor,
        children: Sequence[tuple[Executor, int]],
        *,
        max_concurrent_clients: int = 1,
        is_parallel: bool = False,
        hosts: Mapping[Executor, Hashable] | None = None,
    ) -> None:
        self._server = server
        self._max_concurrent_clients = max_concurrent_clients
        self._is_parallel = is_parallel
        self._hosts = hosts
        self._children = [child for child, _ in children]
        self._cardinalities = [count for _, count in children]

    @property
    def server(self) -> Executor:
        """The server's executor."""
        return self._server

    def parts(self) -> list[StackPart]:
        """Returns the executors of the server and the children."""
        ends = itertools.accumulate(self._cardinalities)
        children = [
            StackPart(child, f"{count} client{'s' * (count != 1)}", "", end - count, count)
            for (child, count), end in zip(self.children, ends, strict=True)
        ]
        return [StackPart(self._server, "server", "server"), *children]

    @property
    def children(self) -> Sequence[tuple[Executor, int]]:
        """The children and the numbers of their clients, in client order."""
        return list(zip(self._children, self._cardinalities, strict=True))

    @property
    def num_clients(self) -> int:
        return sum(self._cardinalities)

    def close(self) -> None:
        for executor in (self._server, *self._children):
            executor.close()

    async def create_federated_value(self, value: object, type_spec: fl.FederatedType) -> FederatedValue:
        path = current_argument_path.get()
        if type_spec.placement is fl.SERVER:
            return await embed_at_server(self._server, value, type_spec)
        if type_spec.all_equal:
            return self._same_everywhere(await common_payload(self._server, value, type_spec), type_spec.member)
        members = check_members(value, type_spec, self.num_clients)
        ends = list(itertools.accumulate(self._cardinalities))
        slices = [list(members[end - count : end]) for end, count in zip(ends, self._cardinalities, strict=True)]
        inputs = [(slice_, type_spec, path) for slice_ in slices]
        return self._at_children(type_spec.member, embed_argument, inputs)

    async def materialize(self, value: FederatedValue, all_equal: bool) -> object:
        if isinstance(value, ServerValue):
            return await payload_of(value.member)
        parts = _clients(value).parts
        if all_equal:
            return await payload_of(parts[0])
        payloads = await concurrency.gather(*(payload_of(part) for part in parts))
        for payload, expected in zip(payloads, self._cardinalities, strict=True):
            if len(payload) != expected:
                raise ValueError(f"A child with {expected} clients returned {len(payload)} members.")
        return [member for payload in payloads for member in payload]

    async def compute_federated_value_at_clients(self, value: ExecutorValue) -> FederatedValue:
        return self._same_everywhere(Deferred(value.compute), value.type_signature)

    async def compute_federated_value_at_server(self, value: ExecutorValue) -> FederatedValue:
        return self._at_server("federated_value_at_server", value.type_signature, move, self._server, value)

    async def compute_federated_broadcast(self, value: FederatedValue) -> FederatedValue:
        return self._same_everywhere(Deferred(payload_of, server_value(value).member), value.member_type)

    async def compute_federated_eval_at_clients(self, function: Function) -> FederatedValue:
        result_type = fl.FederatedType(function.type_signature.result, fl.CLIENTS)
        return self._call_children("federated_eval_at_clients", [function], result_type)

    async def compute_federated_eval_at_server(self, function: Function) -> FederatedValue:
        return self._call_at_server("federated_eval_at_server", function, None)

    async def compute_federated_map(self, function: Function, value: FederatedValue) -> FederatedValue:
        result_type = fl.FederatedType(function.type_signature.result, fl.CLIENTS)
        return self._call_children("federated_map", [function, value], result_type)

    async def compute_federated_map_all_equal(self, function: Function, value: FederatedValue) -> FederatedValue:
        result_type = fl.FederatedType(function.type_signature.result, fl.CLIENTS, all_equal=True)
        return self._call_children("federated_map_all_equal", [function, value], result_type)

    async def compute_federated_apply(self, function: Function, value: FederatedValue) -> FederatedValue:
        return self._call_at_server("federated_apply", function, server_value(value).member)

    async def compute_federated_zip_at_clients(self, value: structure.Struct[Nested]) -> FederatedValue:
        leaves, places = [_clients(leaf) for leaf in leaves_of(value)], places_in(value)
        inputs = [(places, *(leaf.parts[k] for leaf in leaves)) for k in range(len(self._children))]
        return self._at_children(struct_type(value), zip_at_child, inputs)

    async def compute_federated_zip_at_server(self, value: structure.Struct[Nested]) -> FederatedValue:
        members = [server_value(leaf).member for leaf in leaves_of(value)]
        inputs = (self._server, places_in(value), *members)
        return self._at_server("federated_zip_at_server", struct_type(value), zip_members, *inputs)

    async def compute_federated_aggregate(
        self, value: FederatedValue, zero: ExecutorValue, accumulate: Function, merge: Function, report: Function
    ) -> FederatedValue:
        work, result_type = self._aggregate, report.type_signature.result
        inputs = (self._parts(value), value.member_type, Deferred(zero.compute), accumulate, merge, report)
        return self._at_server("federated_aggregate", result_type, self._in_turns, work, *inputs)

    async def reduce(self, value: FederatedValue, uri: str) -> FederatedValue:
        inputs = (self._parts(value), value.member_type, uri)
        return self._at_server(uri, value.member_type, self._in_turns, self._reduce, *inputs)

    async def secure_sum(
        self, value: FederatedValue, maximum: Deferred[object], maximum_type: fl.Type
    ) -> FederatedValue:
        inputs = (self._parts(value), value.member_type, maximum, maximum_type)
        return self._at_server("federated_secure_sum", value.member_type, self._in_turns, self._secure_sum, *inputs)

    async def compute_federated_select(
        self, keys: FederatedValue, max_key: FederatedValue, state: FederatedValue, select: Function
    ) -> FederatedValue:
        result_type = fl.FederatedType(fl.SequenceType(select.type_signature.result), fl.CLIENTS)
        copies = [await self._copy_to_children(server_value(value)) for value in (max_key, state)]
        return self._call_children("federated_select", [keys, *copies, select], result_type)

    # Placing work.

    def explained(self, quotient: FederatedValue, sums: FederatedValue | None) -> FederatedValue:
        return explained(quotient, sums)

    def _at_server(self, node: str, member_type: fl.Type, work: Work, *inputs: object) -> ServerValue:
        return ServerValue(member_type, Deferred(self.run_at_server, node, work, *inputs))

    def _call_at_server(self, node: str, function: Function, argument: Deferred[ExecutorValue] | None) -> ServerValue:
        embedded = OnEachExecutor.function(function)
        return self._at_server(node, function.type_signature.result, call, self._server, embedded, argument)

    def _at_children(
        self, member_type: fl.Type, work: Work, inputs: Sequence[tuple[object, ...]]
    ) -> ComposedClientsValue:
        parts = [Deferred(work, child, *more) for child, more in zip(self._children, inputs, strict=True)]
        return ComposedClientsValue(member_type, parts)

    def _same_everywhere(self, common: Deferred[object], member_type: fl.Type) -> ComposedClientsValue:
        type_spec = fl.FederatedType(member_type, fl.CLIENTS, all_equal=True)
        return self._at_children(member_type, create_common, [(common, type_spec)] * len(self._children))

    async def _copy_to_children(self, value: ServerValue) -> ComposedClientsValue:
        type_spec = fl.FederatedType(value.member_type, fl.SERVER)
        inputs = [(Deferred(payload_of, value.member), type_spec)] * len(self._children)
        return self._at_children(value.member_type, create_common, inputs)

    def _call_children(
        self, uri: str, operands: Sequence[Function | FederatedValue], result_type: fl.FederatedType
    ) -> ComposedClientsValue:
        def operands_of(child: int) -> list[Function | Deferred[ExecutorValue]]:
            return [x if isinstance(x, Function) else _clients(x).parts[child] for x in operands]

        inputs = [(uri, operands_of(child), result_type) for child in range(len(self._children))]
        return self._at_children(result_type.member, call_intrinsic, inputs)

    # Aggregations: see `composed_fold`. While a child works, nothing here refers to what it works on.

    async def _in_turns(self, work: Work, *inputs: object) -> ExecutorValue:
        working = work(*inputs)
        del inputs
        with taking_turns(self._max_concurrent_clients), watching_tree(self, self.num_clients) as watch:
            result = await working
            return result if watch is None else await watch.finish(result)

    async def _aggregate(
        self,
        parts: list[Part],
        member_type: fl.Type,
        zero: Deferred[object],
        accumulate: Function,
        merge: Function,
        report: Function,
    ) -> ExecutorValue:
        total_type = accumulate.type_signature.result
        total = await self._server.create_value(await zero.get(), total_type)
        del zero
        if parts:
            fold = ServerFold(self._server, member_type, accumulate, merge, total, self.num_clients)
            folding = self._fold(parts, member_type, fold, ChildFold(accumulate, merge))
            del total
            total = await folding
        reporter = await self._server.create_value(report.proto, report.type_signature)
        return await self._server.create_call(reporter, total)

    async def _reduce(self, parts: list[Part], member_type: fl.Type, uri: str) -> ExecutorValue:
        if not parts:
            return await self._server.create_value(neutral_element(uri, member_type), member_type)
        proto = federated_lambdas.generic_operator(uri, member_type)
        operator = Function(proto, function_type_of(building_blocks.type_of(proto)))

        fold = ServerFold(self._server, member_type, operator, operator, None, self.num_clients)
        child_fold = ChildFold(operator, operator, _INTRINSIC_OF_OPERATOR[uri])
        return await self._fold(parts, member_type, fold, child_fold)

    def _fold(
        self, parts: list[Part], member_type: fl.Type, fold: ServerFold, child_fold: ChildFold
    ) -> Coroutine[object, object, ExecutorValue]:
        if self._is_parallel:
            return fold_side_by_side(parts, member_type, fold, child_fold, self._hosts)
        return fold_parts(parts, fold, child_fold)

    async def _secure_sum(
        self, parts: list[Part], member_type: fl.Type, maximum: Deferred[object], maximum_type: fl.Type
    ) -> ExecutorValue:
        # Sums of integers do not depend on how they are grouped, so each child makes its own.
        total = await self._server.create_value(neutral_element("generic_plus", member_type), member_type)
        plus = await self._server.create_value(federated_lambdas.generic_operator("generic_plus", member_type))
        limit = len(parts) if self._is_parallel else 1
        if not limit:
            return total
        sums = _secure_sums(parts, member_type, maximum, maximum_type)
        async for subtotal in concurrency.in_order(sums, lambda _: limit):
            addend = await self._server.create_value(subtotal, member_type)
            total = await self._server.create_call(plus, await self._server.create_struct([total, addend]))
        return total

    def _parts(self, value: FederatedValue) -> list[Part]:
        zipped = zip(self._children, _clients(value).parts, self._cardinalities, strict=True)
        return [(child, part, num_clients) for child, part, num_clients in zipped if num_clients]


_INTRINSIC_OF_OPERATOR = {operator: uri for uri, operator in intrinsics.REDUCTIONS.items()}


def _secure_sums(
    parts: list[Part], member_type: fl.Type, maximum: Deferred[object], maximum_type: fl.Type
) -> Iterator[Coroutine[object, object, object]]:
    while parts:
        child, members, _ = parts.pop(0)
        bound = Deferred(create_common, child, maximum, maximum_type)
        folding = fold_at_child(child, members, [bound], "federated_secure_sum", member_type)
        del child, members, bound
        yield folding


def _clients(value: FederatedValue) -> ComposedClientsValue:
    if not isinstance(value, ComposedClientsValue):
        raise TypeError(f"Expected a value at the clients, found a {type(value).__name__} of {value.member_type}.")
    return value
