"""The traces of a notebook, by name."""

import re

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles
from tffsim.magics.known_traces import KnownTraces


def traced(calls=1):
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        for _ in range(calls):
            mean_of_doubles([1.0])
    return trace


@pytest.fixture
def variables():
    return {}


@pytest.fixture
def known(variables):
    return KnownTraces(variables)


def test_the_list_has_name_time_cell_and_calls_and_no_empty_traces(known):
    known.add(traced(), 3, "first")
    known.add(traced(0), 4)
    known.add(traced(2), 12)
    lines = known.listing().splitlines()
    assert [re.sub(r"\d\d:\d\d:\d\d", "hh:mm:ss", line) for line in lines] == [
        "first    hh:mm:ss  Cell [3]  mean_of_doubles",
        "trace_2  hh:mm:ss  Cell [12]  mean_of_doubles × 2",
    ]
    assert known.names() == ["first", "trace_2"]


def test_a_name_is_a_variable_and_found_and_so_is_a_variable_of_the_user(known, variables):
    first, mine = traced(0), traced(0)
    assert known.add(first, 1, "first") == "first"
    assert variables["first"] is known.find("first") is first
    variables |= {"mine": mine, "number": 3}
    assert known.find("mine") is mine
    assert known.find("number") is known.find("nobody") is None


@pytest.mark.parametrize("made", [mean_of_doubles, 3.5], ids=["computation", "number"])
def test_what_the_cell_made_is_not_overwritten(known, variables, made):
    variables["mean"] = made
    first, again = traced(0), traced(0)
    assert [known.add(trace, 1, "mean") for trace in (first, again)] == ["mean_trace", "mean_trace"]
    assert variables == {"mean": made, "mean_trace": again}


def test_of_traces_without_a_name_the_latest_twenty_are_kept_and_replace_no_other(known):
    known.add(traced(), 1, "trace_2")
    names = [known.add(traced(), 2) for _ in range(22)]
    assert names[:2] == ["trace_1", "trace_3"]
    assert known.names() == ["trace_2", *names[2:]]
