"""Executors as boxes inside each other."""

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.views.panels.stack_boxes import stack_boxes


def test_alike_executors_of_many_clients_are_one_box():
    factory = tff.local_executor_factory(max_fanout=2)
    _, trace = traced(mean_of_doubles, [1.0] * 9, factory=factory)
    boxes = stack_boxes(trace.snapshot.executors)
    assert sum(box.num_columns for box in boxes) <= 5
    assert sum(len(box.layers) for box in _all(boxes)) == len(trace.snapshot.executors)


def _all(boxes):
    return [found for box in boxes for found in (box, *_all(box.below))]
