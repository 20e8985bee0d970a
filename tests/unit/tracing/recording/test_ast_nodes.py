"""Nodes of an AST are told apart by where they stand, also when their texts are equal."""

import numpy as np
import pytest
from federated_language.framework import CompiledComputation, ConcreteComputation
from federated_language.proto import computation_pb2 as pb

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, traced

FACTORIES = {
    "flat": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@tff.tf_computation(np.float32)
def first(x):
    return 2 * x


@tff.tf_computation(np.float32)
def second(x):
    return 2 * x


@tff.tf_computation(np.float32)
def federated_step(x):
    return 2 * x


@tff.federated_computation(FLOATS)
def one_after_the_other(values):
    return tff.federated_sum(tff.federated_map(second, tff.federated_map(first, values)))


@tff.federated_computation(FLOATS)
def twice_the_same(values):
    return tff.federated_map(first, tff.federated_map(first, values))


@tff.federated_computation(np.float32)
def three_times(x):
    return first(first(first(x)))


@tff.federated_computation(FLOATS)
def lambda_with_three_calls(values):
    return tff.federated_map(three_times, values)


@pytest.fixture(params=FACTORIES.values(), ids=FACTORIES)
def factory(request):
    return request.param()


def functions_in(trace):
    return [node for _, node in trace.ast().walk() if node.kind == "CompiledComputation"]


def test_functions_with_equal_graphs_are_two_nodes_with_two_names(factory):
    functions = functions_in(traced(one_after_the_other, [1.0, 2.0, 3.0], factory=factory)[1])
    assert sorted(node.label for node in functions) == ["first", "second"]
    assert all(len(node.spans) > 0 for node in functions)
    assert len(functions[0].spans) == len(functions[1].spans)


def test_a_function_that_is_mapped_twice_is_two_nodes_which_share_the_work(factory):
    functions = functions_in(traced(twice_the_same, [1.0, 2.0, 3.0], factory=factory)[1])
    assert [node.label for node in functions] == ["first", "first"]
    assert len(functions[0].spans) == len(functions[1].spans) > 0


def test_calls_of_one_function_in_a_lambda_are_told_apart_at_the_clients(factory):
    trace = traced(lambda_with_three_calls, [1.0, 2.0, 3.0], factory=factory)[1]
    calls = [node for _, node in trace.ast().walk() if node.label in ("call first", "first")]
    assert len(calls) == 6
    for kind in ("Call", "CompiledComputation"):
        counts = [len(node.spans) for node in calls if node.kind == kind]
        assert len(set(counts)) == 1 and counts[0] > 0
        assert [node.clients for node in calls if node.kind == kind] == [3, 3, 3]


def test_a_function_that_is_called_like_an_intrinsic_is_none_in_the_ledger(factory):
    @tff.federated_computation(FLOATS)
    def step(values):
        return tff.federated_sum(tff.federated_map(federated_step, values))

    @tff.federated_computation(np.float32)
    def step_once(x):
        return federated_step(x)

    @tff.federated_computation(FLOATS)
    def step_in_lambda(values):
        return tff.federated_sum(tff.federated_map(step_once, values))

    for computation in (step, step_in_lambda):
        ledger = traced(computation, [1.0, 2.0], factory=factory)[1].traffic()
        assert "federated_step" not in set(ledger.shown("intrinsic"))


def test_versions_of_a_function_can_be_compared():
    def run(function):
        @tff.federated_computation(FLOATS)
        def doubled(values):
            return tff.federated_map(function, values)

        return traced(doubled, [1.0, 2.0])[1]

    difference = run(first).diff(run(second))
    assert not difference.results_differ
    assert "call federated_map" in str(difference)


def test_a_computation_from_elsewhere_is_called_what_it_is():
    proto = pb.Computation()
    proto.CopyFrom(first.to_proto())
    proto.tensorflow.ClearField("cache_key")
    stranger = ConcreteComputation.from_building_block(CompiledComputation(proto))

    @tff.federated_computation(FLOATS)
    def mapped(values):
        return tff.federated_map(stranger, values)

    trace = traced(mapped, [1.0, 2.0])[1]
    assert [node.label for node in functions_in(trace)] == ["TensorFlow function"]
