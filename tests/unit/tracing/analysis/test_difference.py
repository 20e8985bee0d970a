"""Two traces of one computation, compared."""

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import double, mean_of_doubles, traced


def test_two_stacks_are_compared_node_by_node():
    traces = [
        traced(mean_of_doubles, [1.0, 2.0], factory=f)[1]
        for f in (tff.local_executor_factory(), tff.debug_executor_factory())
    ]
    difference = traces[0].diff(traces[1])
    assert not difference.results_differ
    assert "call federated_map" in str(difference)
    other = traced(mean_of_doubles, [1.0, 3.0])[1]
    changed = traces[0].diff(other)
    assert changed.results_differ
    assert changed.nodes.where(changed.nodes["values_differ"]).shown("label").tolist() == ["    call federated_map"]
    assert not difference.nodes["values_differ"].any()
    with pytest.raises(ValueError, match=r"same computation.*`mean_of_doubles` and `double`"):
        traces[0].diff(traced(double, 1.0)[1])
