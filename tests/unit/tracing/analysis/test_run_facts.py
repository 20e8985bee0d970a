"""The facts of a run are those of the computation that was called last."""

import pytest

import tffsim as tff
from tests.unit.tracing.traced_programs import half, next_round, rounds, sum_of_logs, traced
from tffsim.tracing.analysis.run_facts import run_facts


def test_all_calls_of_the_last_computation_are_told():
    facts = run_facts(rounds())
    assert facts is not None
    assert (facts.name, facts.num_clients, len(facts.invocations)) == ("next_round", 3, 3)
    assert facts.results[-1] == ["2", "3"]


def test_numbers_among_the_results_have_their_names():
    facts = run_facts(rounds())
    assert facts is not None
    assert facts.numbers == {"mean": pytest.approx([0.0, 1.0, 2.0]), "most": pytest.approx([3.0, 3.0, 3.0])}


def test_other_computations_do_not_count():
    with tff.trace() as trace:
        next_round(1.0, [1.0])
        half(4.0)
    facts = run_facts(trace.snapshot)
    assert facts is not None
    assert (facts.name, facts.num_clients, facts.results, facts.numbers) == ("half", -1, [["2"]], {"": [2.0]})


def test_a_failure_says_who_where_and_what_was_given():
    facts = run_facts(traced(sum_of_logs, [1.0, 7.0]))
    assert facts is not None and facts.failure is not None
    assert (facts.failure.client, facts.failure.given) == (1, "7")
    assert "a client sent seven" in facts.failure.message
    assert str(facts.failure.place).startswith("traced_programs.py:")
    assert facts.program.steps[facts.failure.step].title == "log_of"


def test_where_nothing_was_called_there_are_no_facts():
    with tff.trace() as trace:
        pass
    assert run_facts(trace.snapshot) is None
