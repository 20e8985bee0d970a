"""Executors as boxes inside each other."""

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.document.snapshot import ExecutorInfo
from tffsim.views.panels.stack_boxes import arrangements, stack_boxes


def test_alike_executors_of_many_clients_are_one_box():
    factory = tff.local_executor_factory(max_fanout=2)
    _, trace = traced(mean_of_doubles, [1.0] * 9, factory=factory)
    boxes = stack_boxes(trace.snapshot.executors)
    assert sum(box.num_columns for box in boxes) <= 5
    assert sum(len(box.layers) for box in _all(boxes)) == len(trace.snapshot.executors)


def executor(name, parent, role=""):
    return ExecutorInfo(name, role, "clients", 0, 1, "", parent)


def loosest(executors):
    return arrangements(executors)[0]


def layers_below(box):
    return [lower.layers for lower in box.below]


def test_executors_alike_side_by_side_are_one_box():
    (top,) = loosest([executor("Top", -1), *(executor("A", 0, f"client {n}") for n in range(4)), executor("B", 0)])
    assert (top.layers, layers_below(top)) == ([0], [[1, 2, 3, 4], [5]])


def test_a_few_of_one_kind_stand_alone_and_so_do_those_of_other_roles():
    (top,) = loosest([executor("Top", -1), *(executor("A", 0) for _ in range(3))])
    assert layers_below(top) == [[1], [2], [3]]
    roles = ["server", *(f"clients {n}" for n in range(4))]
    (top,) = loosest([executor("Top", -1), *(executor("A", 0, role) for role in roles)])
    assert layers_below(top) == [[1], [2, 3, 4, 5]]


def test_below_a_box_stands_what_is_below_any_of_its_executors():
    leaves = [executor("Leaf", parent) for parent in (1, 2, 3, 4)]
    (top,) = loosest([executor("Top", -1), *(executor("A", 0) for _ in range(4)), *leaves])
    assert layers_below(top.below[0]) == [[5, 6, 7, 8]]


def test_there_may_be_several_stacks_or_none():
    assert [box.executor.name for box in loosest([executor("A", -1), executor("B", -1)])] == ["A", "B"]
    assert loosest([]) == []


def composed(levels):
    """Executors as of a composing stack: each level has a server, and twice the level below."""
    executors, above = [executor("Federating", -1)], [0]
    for _ in range(levels):
        below = []
        for parent in above:
            executors.append(executor("Eager", parent, "server"))
            for first in (0, 2):
                below.append(len(executors))
                executors.append(executor("Federating", parent, f"clients {first}-4"))
        above = below
    return executors


def shape(box):
    return box.executor.name, len(box.layers), [shape(lower) for lower in box.below]


def test_a_stack_that_is_too_wide_has_what_is_alike_as_one_box():
    leaves = [("Eager", 2, []), ("Federating", 4, [])]
    executors = composed(2)
    assert list(map(shape, stack_boxes(executors, max_columns=7))) == list(map(shape, loosest(executors)))
    (top,) = stack_boxes(executors, max_columns=6)
    assert shape(top) == ("Federating", 1, [("Eager", 1, []), ("Federating", 2, leaves)])


def test_a_tree_that_is_too_wide_still_has_one_box_for_what_its_levels_repeat():
    servers, federating = 1 + 2 + 4 + 8, 2 + 4 + 8 + 16
    (top,) = stack_boxes(composed(4), max_columns=2)
    below = ("Federating", federating, [("Eager", servers - 1, [])])
    assert shape(top) == ("Federating", 1, [("Eager", 1, []), below])


def test_a_box_of_several_does_not_say_for_which_clients():
    (top,) = loosest(
        [executor("Top", -1), *(executor("A", 0, f"client {n}") for n in range(4)), executor("B", 0, "client 7")]
    )
    assert [lower.role for lower in top.below] == ["clients", "client 7"]


def _all(boxes):
    return [found for box in boxes for found in (box, *_all(box.below))]
