"""How often something is done that costs time."""

import pytest

from tests.unit.fake_time import FakeClock
from tffsim.views.notebook.cadence import Cadence


def due_after(costs, *pauses):
    clock = FakeClock()
    cadence = Cadence(0.1, 0.5, clock, clock)
    due = [cadence.is_due]
    for cost in costs:
        with cadence.measured():
            clock.advance(cost)
    for pause in pauses:
        clock.advance(pause)
        due.append(cadence.is_due)
    return due


def test_what_costs_much_waits_until_that_is_its_share_of_the_time():
    assert due_after([2.0, 2.0], 19.5, 1.0) == [True, False, True]


def test_what_costs_nothing_waits_for_a_moment():
    assert due_after([0.0, 0.0], 0.4, 0.2) == [True, False, True]


@pytest.mark.parametrize("costs", [[2.0], [0.0, 2.0], [2.0, 0.0]], ids=["the first time", "once more", "once less"])
def test_what_cost_much_once_only_waits_for_a_moment(costs):
    assert due_after(costs, 0.4, 0.2) == [True, False, True]
