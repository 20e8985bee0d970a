"""Nodes of an AST are told apart by where they stand, also when their texts are equal."""

# ruff: noqa: N802, N803, N806 (Korean has no lower case)

import numpy as np
import pytest
from federated_language.framework import CompiledComputation, ConcreteComputation, Literal
from federated_language.proto import computation_pb2 as pb

import tffsim as tff
from tests.unit.computations.call_places_elsewhere import total
from tests.unit.tracing.traced_runs import FLOATS, traced
from tffsim.executors.executor_base import current_node
from tffsim.language.building_blocks import to_building_block
from tffsim.tracing.document.operations import COMPUTE, INVOKE
from tffsim.tracing.recording.ast_nodes import AstNodes
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.spans import Span

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


@tff.federated_computation(FLOATS)
def sum_of_doubles(values):
    doubles = tff.federated_map(first, values)
    return tff.federated_sum(doubles)


@tff.federated_computation(FLOATS)
def equal_calls(values):
    one, other = sum_of_doubles(values), sum_of_doubles(values)
    again = sum_of_doubles(values)
    return one, other, again


@tff.federated_computation(FLOATS)
def lambdas_in_a_loop(values):
    for step in [tff.tf_computation(lambda x: 2 * x, np.float32) for _ in range(3)]:
        values = tff.federated_map(step, values)
    return values


@tff.federated_computation(FLOATS)
def elsewhere_twice(values):
    return total(values), total(values)


@tff.tf_computation(np.float32)
def 두배(값):
    return 2 * 값


@tff.federated_computation(FLOATS)
def 합계_두번(값들):
    합계 = tff.federated_sum(tff.federated_map(두배, 값들))
    다른_합계 = tff.federated_sum(tff.federated_map(두배, 값들))
    return 합계, 다른_합계


@tff.federated_computation(np.float32, np.float32)
def add_twice(x, y):
    return first(x), first(y)


@tff.federated_computation(FLOATS, np.float32)
def lambda_with_an_outer_value(values, rate):
    step = tff.federated_computation(lambda x: add_twice(x, rate), np.float32)
    return tff.federated_map(step, values)


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


def nodes_labelled(trace, label):
    return [node for _, node in trace.ast().walk() if node.label == label]


def numbers_of_spans(nodes):
    return [len(node.spans) for node in nodes]


def assert_equal_shares(nodes, count):
    """Each of `count` nodes has spans of its own, and as many as the others."""
    shares = numbers_of_spans(nodes)
    assert len(shares) == count
    assert len(set(shares)) == 1 and shares[0] > 0
    assert len(np.unique(np.concatenate([node.spans for node in nodes]))) == sum(shares)


def test_equal_calls_of_one_computation_are_nodes_with_spans_of_their_own(factory):
    trace = traced(equal_calls, [1.0, 2.0, 3.0], factory=factory)[1]
    for label in ("call federated_sum", "call federated_map", "federated_map", "first"):
        assert_equal_shares(nodes_labelled(trace, label), 3)


def test_equal_calls_have_lines_and_variables_of_their_own():
    @tff.federated_computation(FLOATS)
    def sums(values):
        one = tff.federated_sum(values)
        other = tff.federated_sum(values)
        return one, other, tff.federated_sum(values)

    trace = traced(sums, [1.0, 2.0])[1]
    nodes = [trace.frozen().nodes[node.number] for node in nodes_labelled(trace, "call federated_sum")]
    assert [node.variable for node in nodes] == ["one", "other", ""]
    assert [node.line - nodes[0].line for node in nodes] == [0, 1, 2]


def test_lambdas_that_are_made_in_a_loop_are_nodes_of_their_own(factory):
    trace = traced(lambdas_in_a_loop, [1.0, 2.0, 3.0], factory=factory)[1]
    assert_equal_shares([node for node in functions_in(trace) if node.label == "<lambda>"], 3)
    calls = [trace.frozen().nodes[node.number] for node in nodes_labelled(trace, "call federated_map")]
    assert [call.variable for call in calls] == ["values"] * 3


def test_a_function_of_another_module_is_a_node_wherever_it_is_used(factory):
    trace = traced(elsewhere_twice, [1.0, 2.0, 3.0], factory=factory)[1]
    calls = nodes_labelled(trace, "call federated_sum")
    assert_equal_shares(calls, 2)
    frozen = trace.frozen()
    for call in calls:
        node = frozen.nodes[call.number]
        assert frozen.functions[node.function].file == "call_places_elsewhere.py"
        assert node.variable == "summe_aller_werte"


def test_korean_names_are_those_of_nodes(factory):
    trace = traced(합계_두번, [1.0, 2.0, 3.0], factory=factory)[1]
    assert_equal_shares(nodes_labelled(trace, "두배"), 2)
    calls = [trace.frozen().nodes[node.number] for node in nodes_labelled(trace, "call federated_sum")]
    assert [call.variable for call in calls] == ["합계", "다른_합계"]


def test_work_in_a_lambda_that_takes_an_outer_value_along_is_that_of_its_nodes(factory):
    trace = traced(lambda_with_an_outer_value, [1.0, 2.0, 3.0], np.float32(0.5), factory=factory)[1]
    calls = nodes_labelled(trace, "call first")
    assert_equal_shares(calls, 2)
    assert [call.clients for call in calls] == [3, 3]


def test_a_computation_that_was_parsed_again_keeps_its_numbers():
    nodes = AstNodes()
    root = nodes.add(twice_the_same)
    before = to_building_block(twice_the_same.to_proto())
    literal = Literal(np.float32(1), tff.TensorType(np.float32)).to_proto()
    for _ in range(1100):  # More than parsing remembers.
        to_building_block(pb.Computation.FromString(literal.SerializeToString()))
    after = to_building_block(twice_the_same.to_proto())
    assert after is not before
    assert nodes.add(twice_the_same) == root
    assert [nodes.numbers[id(block.result)] for block in (before, after)] == [root + 1] * 2


def test_what_is_in_no_ast_is_work_for_the_node_that_asked():
    recorder = Recorder()
    above = Span(recorder, 0, None, INVOKE, -1, -1)
    above.node = 7
    token = current_node.set(to_building_block(first.to_proto()))
    try:
        assert recorder.open(above, COMPUTE, Layer.of(recorder)).node == 7
    finally:
        current_node.reset(token)


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
