"""Calls go on without clients whose data is lost, if that was asked for; never with half of what they made."""

import contextlib
import warnings

import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure
from federated_language.framework import Executor

import tffsim as tff
from tffsim.execution_contexts.drop_outs import Cohort, remark
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory
from tffsim.language.clients_at_home import ClientAtHome, ClientsLostError, CohortAtHome
from tffsim.tracing.analysis.lost_work import lost_work
from tffsim.tracing.analysis.rounds import rounds
from tffsim.views.panels.sentence import told

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
SHARED = fl.FederatedType(np.float32, fl.CLIENTS, all_equal=True)
CLIENTS = [ClientAtHome("d", "a:1", 0), ClientAtHome("d", "b:1", 0), ClientAtHome("d", "a:1", 1)]
VALUES = {("a:1", 0): 1.0, ("b:1", 0): 5.0, ("a:1", 1): 3.0}


class Visiting(ResourceManagingExecutorFactory):
    """Lends local stacks that bring the data of clients from their homes, unless these are lost."""

    def __init__(self, lost_before=(), lost_in_calls=(), lets_clients_drop_out=True, lost_at_the_end=()):
        self._local = tff.local_executor_factory()
        super().__init__(self._local.create_executor)
        self._lost_before = lost_before
        self._lost_in_calls = list(lost_in_calls)
        self.lets_clients_drop_out = lets_clients_drop_out
        self.calls = []
        self.lost_at_the_end = list(lost_at_the_end)

    async def prepare(self, cardinalities):
        self.calls.append(tuple(cardinalities.homes))
        return [home for home in self._lost_before if home in cardinalities.homes]

    @contextlib.contextmanager
    def lease(self, cardinalities):
        with self._local.lease(dict(cardinalities)) as executor:
            yield _Home(executor, self)

    def bring(self, member):
        if self._lost_in_calls:
            home = self._lost_in_calls.pop()
            raise ClientsLostError(f"The worker {home} was lost.", home, "it is a test")
        return VALUES[member.home, member.number]


class _Home(Executor):
    """Brings data, and is else the executor below it."""

    def __init__(self, executor, factory):
        self._executor, self._factory = executor, factory

    def close(self):
        """The stack below belongs to its factory."""

    async def create_call(self, comp, arg=None):
        made = await self._executor.create_call(comp, arg)
        if self._factory.lost_at_the_end:
            await made.compute()
            home = self._factory.lost_at_the_end.pop()
            raise ClientsLostError(f"The worker {home} was lost.", home, "it is a test")
        return made

    async def create_struct(self, elements):
        return await self._executor.create_struct(elements)

    async def create_selection(self, source, index):
        return await self._executor.create_selection(source, index)

    async def create_value(self, value, type_spec=None):
        return await self._executor.create_value(self._brought(value), type_spec)

    def _brought(self, value):
        if isinstance(value, ClientAtHome):
            return self._factory.bring(value)
        if isinstance(value, structure.Struct):
            pairs = structure.to_elements(value)
            return structure.Struct([(name, self._brought(part)) for name, part in pairs])
        return list(map(self._brought, value)) if isinstance(value, list) else value


@pytest.fixture
def mean():
    return tff.federated_computation(lambda x, w: fl.federated_mean(x, w), FLOATS, FLOATS)


def invoke(factory, computation, *arguments):
    argument = arguments if len(arguments) > 1 else arguments[0]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = tff.SyncExecutionContext(factory).invoke(computation, argument)
    return result, [str(warning.message) for warning in caught]


def test_a_mean_has_the_weights_of_those_who_are_left(mean):
    result, told_of = invoke(Visiting(lost_before=["b:1"]), mean, CLIENTS, [1.0, 100.0, 3.0])
    assert result == (1.0 * 1 + 3.0 * 3) / 4
    (text,) = told_of
    assert "1 of 3 clients dropped out" in text
    assert "worker b:1 was lost. The result is that of the other 2." in text


def test_what_had_begun_begins_anew_without_those_who_are_lost(mean):
    factory = Visiting(lost_in_calls=["b:1"])
    result, _ = invoke(factory, mean, CLIENTS, [1.0, 100.0, 3.0])
    assert result == 2.5
    assert factory.calls == [("a:1", "b:1", "a:1"), ("a:1", "a:1")]


def test_if_all_are_lost_the_call_fails(mean):
    factory = Visiting(lost_in_calls=["b:1", "a:1"])
    with pytest.raises(tff.ExecutionError, match=r"The data of all 3 clients is lost.*: workers a:1, b:1 \("):
        invoke(factory, mean, CLIENTS, [1.0, 1.0, 1.0])


def test_nobody_drops_out_unless_asked(mean):
    with pytest.raises(tff.ExecutionError, match="The worker b:1 was lost"):
        invoke(Visiting(lost_in_calls=["b:1"], lets_clients_drop_out=False), mean, CLIENTS, [1.0, 1.0, 1.0])


def test_a_result_at_the_clients_has_no_holes():
    same = tff.federated_computation(lambda x: x, FLOATS)
    assert invoke(Visiting(lost_before=["b:1"]), same, CLIENTS)[0] == [1.0, 3.0]


def test_a_warning_comes_once_for_the_same_loss(mean):
    context = tff.SyncExecutionContext(Visiting(lost_before=["b:1"]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            context.invoke(mean, (CLIENTS, [1.0, 1.0, 1.0]))
    assert len(caught) == 1


def test_the_trace_counts_who_has_dropped_out(mean):
    with tff.trace() as trace:
        invoke(Visiting(lost_in_calls=["b:1"]), mean, CLIENTS, [1.0, 1.0, 1.0])
    call = trace.invocations.row(0)
    assert (call["num_clients"], call["num_dropped"]) == (2, 1)
    said = told(trace.snapshot)
    assert said.startswith("1 client dropped out, because its data was lost. 2 clients ")
    assert "Nothing went wrong" not in said
    assert "2개" in told(trace.snapshot, "ko")


def test_what_was_given_up_is_told_from_what_counts_and_not_counted():
    @tff.tf_computation(np.float32)
    def triple(x):
        return 3 * x

    computation = tff.federated_computation(lambda x: fl.federated_sum(fl.federated_map(triple, x)), FLOATS)
    with tff.trace() as trace:
        result, _ = invoke(Visiting(lost_at_the_end=["b:1"]), computation, CLIENTS)
    with tff.trace() as alone:
        invoke(Visiting(), computation, [CLIENTS[0], CLIENTS[2]])
    assert result == 3 * (1.0 + 3.0)
    snapshot = trace.snapshot
    given_up = lost_work(snapshot)
    assert snapshot.invocations[0].counted_from > 0 and not given_up[0]
    assert trace.spans.num_rows - given_up.sum() == alone.spans.num_rows
    assert alone.snapshot.invocations[0].counted_from == 0 and not lost_work(alone.snapshot).any()
    for name in ("client", "outcome", "received", "sent", "spans"):
        assert trace.clients()[name].tolist() == alone.clients()[name].tolist()
    assert trace.traffic_totals().numbers("size").tolist() == alone.traffic_totals().numbers("size").tolist()
    assert sorted(trace.timing()["calls"].tolist()) == sorted(alone.timing()["calls"].tolist())
    (row,) = rounds(snapshot)
    assert (row.done, row.failed, row.down, row.up) == (2, [], *_bytes(alone))
    summary = str(trace)
    assert "1 of 3 clients dropped out" in summary and "ClientsLostError" not in summary


def _bytes(trace):
    (row,) = rounds(trace.snapshot)
    return row.down, row.up


def test_what_all_share_is_shared_by_those_who_are_left():
    type_spec = fl.StructType([("x", FLOATS), ("y", SHARED), ("s", fl.FederatedType(np.float32, fl.SERVER))])
    argument = structure.Struct([("x", [1.0, 2.0, 3.0]), ("y", 4.0), ("s", 5.0)])
    everybody = Cohort(CohortAtHome({fl.CLIENTS: 3}, ["a:1", "b:1", "a:1"]), argument)
    left = everybody.without({"b:1"}, type_spec)
    assert list(left.argument) == [[1.0, 3.0], 4.0, 5.0]
    assert (left.cardinalities, left.homes) == ({fl.CLIENTS: 2}, ("a:1", "a:1"))
    assert everybody.without({"c:1"}, type_spec) is everybody
    assert remark(everybody, everybody, {"c:1"}) == ""
