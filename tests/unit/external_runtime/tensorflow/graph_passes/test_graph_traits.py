"""What is asked of a graph before it runs."""

import pytest
import tensorflow as tf

from tffsim.external_runtime.tensorflow.graph_passes.graph_traits import data_calls_functions

MADE = {
    "mapped": (lambda: tf.data.Dataset.range(5).map(lambda x: x + 1), True),
    "below a batch": (lambda: tf.data.Dataset.range(5).map(lambda x: x + 1).batch(2), True),
    "of numbers": (lambda: tf.data.Dataset.range(5).batch(2), False),
}


@pytest.mark.parametrize("has_identity", [True, False], ids=["as TensorFlow writes it", "without the identity"])
@pytest.mark.parametrize("case", MADE)
def test_a_data_set_that_a_function_returns_is_looked_at(case, has_identity):
    make, expected = MADE[case]
    made = tf.function(make)
    graph_def = tf.function(lambda: made().cardinality()).get_concrete_function().graph.as_graph_def()
    if not has_identity:
        for function in graph_def.library.function:
            _leave_out_identities(function)
    assert data_calls_functions(graph_def) is expected


def _leave_out_identities(function):
    """Lets a function return what it made itself."""
    identities = {node.name: node for node in function.node_def if node.op == "Identity"}
    for name, result in function.ret.items():
        if (node := result.split(":")[0]) in identities:
            function.ret[name] = identities[node].input[0]
    kept = [node for node in function.node_def if node.name not in identities]
    del function.node_def[:]
    function.node_def.extend(kept)
