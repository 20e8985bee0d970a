"""Branches and calls that become loops of one step, compared with the graphs as written."""

import threading

import numpy as np
import pytest
import tensorflow as tf

from tffsim.computations.tensorflow_computation import tf_computation
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction
from tffsim.external_runtime.tensorflow.graph_passes.functions_in_thread import keep_functions_in_thread
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import all_nodes
from tffsim.failures.failure_location import location_of

_BOUND_SECONDS = 60
_LEAVE_THE_THREAD = {"If", "StatelessIf", "Case", "StatelessCase"}


class Witness:
    """Python code in a graph that notes what it was given, and in which thread."""

    def __init__(self):
        self.seen = []
        self.threads = set()

    def __call__(self, x):
        return tf.ensure_shape(tf.py_function(self._note, [x], x.dtype), x.shape)

    def _note(self, value):
        self.seen.append(value.numpy().tolist())
        self.threads.add(threading.get_ident())
        return value


def leaves(value):
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple) else [np.asarray(value)]


def compare(body, arguments, type_spec=np.int32):
    """Runs a function of a tensor and a witness, as written and rewritten; returns the results."""
    found = [_run(body, arguments, type_spec, as_written) for as_written in (True, False)]
    (expected, before), (results, after) = found
    for result, other in zip(results, expected, strict=True):
        assert [(a.dtype, a.shape, a.tolist()) for a in result] == [(a.dtype, a.shape, a.tolist()) for a in other]
    assert after.seen == before.seen
    assert after.threads == {threading.get_ident()}
    return results


def _run(body, arguments, type_spec, as_written):
    witness = Witness()
    proto = tf_computation(lambda x: body(x, witness), type_spec).to_proto()
    function = TensorFlowFunction(proto, as_written=as_written)
    return [leaves(function(tf.constant(argument))) for argument in arguments], witness


def cases(x, witness):
    return tf.switch_case(x, [lambda: witness(x), lambda: witness(x) * 10, lambda: witness(x) * 100])


def in_order(x, witness):
    def both():
        with tf.control_dependencies([witness(x + 100)]):
            return witness(x + 200)

    return tf.cond(x > 1, both, lambda: witness(x))


def several_results(x, witness):
    text, number, row = tf.cond(
        x > 1, lambda: ("yes", witness(x), tf.range(x)), lambda: ("no", x, tf.zeros([2], tf.int32))
    )
    return {"text": text, "number": number, "row": row}


def branch_in_a_branch(x, witness):
    return tf.cond(x > 0, lambda: tf.cond(x > 1, lambda: witness(x), lambda: x - 10), lambda: witness(x) * 2)


def branch_in_a_loop(x, witness):
    def step(i, total):
        return i + 1, total + tf.cond(i % 2 == 0, lambda: witness(i), lambda: i * 100)

    return tf.while_loop(lambda i, _: i < x, step, (0, 0))[1]


def loop_in_a_branch(x, witness):
    return tf.cond(
        x > 0, lambda: tf.while_loop(lambda i: i < x, lambda i: i + witness(tf.constant(1)), [0])[0], lambda: x
    )


def called_in_a_branch(x, witness):
    doubled = tf.function(lambda y: witness(y) * 2, autograph=False)
    return tf.cond(x > 1, lambda: doubled(doubled(x)), lambda: doubled(x))


def never_written_out(x, witness):
    called = tf.function(lambda y: witness(y) + 1, autograph=False, experimental_attributes={"_noinline": True})
    return tf.while_loop(lambda i: i < x, lambda i: called(i), [0])[0]


def reduction(x, witness):
    return tf.data.Dataset.range(3).reduce(
        x, lambda total, y: total + tf.cond(y > 0, lambda: witness(total), lambda: 1)
    )


def variables(x, witness):
    total = tf.Variable(1)

    def added():
        with tf.control_dependencies([total.assign_add(witness(x))]):
            return total.read_value()

    return tf.cond(x > 1, added, total.read_value)


def data_set_or_another(x, witness):
    numbers = tf.cond(
        x > 1,
        lambda: tf.data.experimental.to_variant(tf.data.Dataset.range(3)),
        lambda: tf.data.experimental.to_variant(tf.data.Dataset.range(5)),
    )
    dataset = tf.data.experimental.from_variant(numbers, tf.TensorSpec([], tf.int64))
    return dataset.reduce(witness(x), lambda total, y: total + tf.cast(y, tf.int32))


def without_results(x, witness):
    def effect():
        witness(x)

    tf.cond(x > 1, effect, lambda: None)
    return witness(x * 10)


BODIES = [
    cases, in_order, several_results, branch_in_a_branch, branch_in_a_loop, loop_in_a_branch, called_in_a_branch,
    never_written_out, reduction, variables, data_set_or_another, without_results,
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_results_and_effects_are_those_of_the_graph_as_written_and_the_thread_is_the_callers(body):
    compare(body, [1, 2, 3])


@pytest.mark.parametrize("number", [-1, 3, 100])
def test_a_number_of_no_branch_chooses_the_last_one(number):
    ((result,),) = compare(cases, [number])
    assert result == number * 100


def test_gradients_go_through_the_branch_that_was_taken():
    def slope(x, witness):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.cond(x > 0.0, lambda: tf.sin(x) * witness(x), lambda: tf.exp(x) + witness(x))
        return y, tape.gradient(y, x)

    compare(slope, [0.5, 2.0, -1.0], np.float32)


def test_gradients_go_through_branches_in_loops():
    def slope(x, witness):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.while_loop(
                lambda i, _: i < 3,
                lambda i, y: (i + 1, tf.cond(i < 2, lambda: y * y * tf.stop_gradient(witness(x)), lambda: tf.sin(y))),
                (0, x),
            )[1]
        return y, tape.gradient(y, x)

    compare(slope, [0.5, 1.5], np.float32)


def test_functions_that_several_nodes_share_serve_all_of_them():
    shared = tf.function(lambda y: y * 3, autograph=False)
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.int32, [], "x")
        shared(x)
        concrete = shared.get_concrete_function(tf.TensorSpec([], tf.int32))
        concrete.add_to_graph(graph)
        for name in ("first", "second"):
            tf.raw_ops.StatelessIf(
                cond=x > 0, input=[x], Tout=[tf.int32], then_branch=concrete, else_branch=concrete, name=name
            )
    graph_def = graph.as_graph_def()
    keep_functions_in_thread(graph_def)
    assert not _LEAVE_THE_THREAD & {node.op for node in all_nodes(graph_def)}
    with tf.Graph().as_default() as again:
        found = tf.graph_util.import_graph_def(
            graph_def, return_elements=["first:0", "second:0", "PartitionedCall:0"], name=""
        )
    with tf.compat.v1.Session(graph=again) as session:
        assert session.run(found, {"x:0": 5}) == [15, 15, 15]
        assert session.run(found, {"x:0": -5}) == [-15, -15, -15]


@pytest.mark.parametrize("condition", ["", "text", 0, 3, 0.0, 0.5, [True], []])
def test_a_condition_of_any_type_chooses_as_written(condition):
    def body(x, witness):
        yes, no = (
            tf.function(lambda y, sign=sign: witness(y) * sign, autograph=False).get_concrete_function(x)
            for sign in (1, -1)
        )
        return tf.raw_ops.If(cond=tf.constant(condition), input=[x], Tout=[tf.int32], then_branch=yes, else_branch=no)[
            0
        ]

    compare(body, [7])


def test_loops_and_conditions_of_tensorflow_1_stay():
    with tf.Graph().as_default() as graph:
        control_flow = tf.compat.v1.placeholder(tf.bool, [], "x")
        tf.raw_ops.Switch(data=1, pred=control_flow)
        tf.cond(control_flow, lambda: 1, lambda: 2)
    graph_def = graph.as_graph_def()
    before = graph_def.SerializeToString(deterministic=True)
    keep_functions_in_thread(graph_def)
    assert graph_def.SerializeToString(deterministic=True) == before


def test_an_error_in_a_branch_tells_the_line_of_the_python_function():
    def fails(value):
        raise ValueError("mine")

    body = tf_computation(
        lambda x: tf.cond(x > 0, lambda: tf.ensure_shape(tf.py_function(fails, [x], tf.int32), []), lambda: x), np.int32
    )
    function = TensorFlowFunction(body.to_proto())
    assert int(function(tf.constant(-1))) == -1
    with pytest.raises(tf.errors.OpError, match="mine") as caught:
        function(tf.constant(1))
    assert 'raise ValueError("mine")' in location_of(caught.value).source


def test_a_loop_in_a_branch_can_be_cancelled():
    started = threading.Event()

    def announce(x):
        started.set()
        return x

    def endless(x):
        announced = tf.ensure_shape(tf.py_function(announce, [x], tf.int32), [])
        return tf.while_loop(lambda i: i >= 0, lambda i: i * 1, [announced])[0]

    proto = tf_computation(lambda x: tf.cond(x > 0, lambda: endless(x), lambda: x), np.int32).to_proto()
    function = TensorFlowFunction(proto)
    cancellation = CancellationManager()

    def cancel():
        if started.wait(_BOUND_SECONDS):
            cancellation.start_cancel()

    threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises(tf.errors.CancelledError):
        function(tf.constant(1), cancellation)
    assert int(function(tf.constant(0))) == 0


def test_branches_without_python_code_are_left_to_tensorflow():
    proto = tf_computation(lambda x: tf.cond(x > 0, lambda: x * 2, lambda: x), np.int32).to_proto()
    ops = {node.op for d in TensorFlowFunction(proto)._imported.runner.definitions() for node in d.node_def}
    assert ops & _LEAVE_THE_THREAD
