"""What a front end is told of a program."""

import json

import tffsim as tff
from tests.unit.tracing.traced_programs import AT_CLIENTS, half, rounds, sum_of_logs, traced
from tffsim.views.panels.program_summary import program_summary


def test_steps_have_the_values_of_the_last_call():
    summary = program_summary(rounds())
    assert summary is not None
    assert summary["steps"][2]["values"] == ["<1, 1>", "<2, 2>", "<3, 3>"]
    assert [result["value"] for result in summary["results"]] == ["2", "3"]


def test_a_result_without_a_name_has_that_of_its_variable_or_of_its_place():
    @tff.federated_computation(AT_CLIENTS)
    def two(values):
        halves = tff.federated_map(half, values)
        total = tff.federated_sum(halves)
        return total, tff.federated_mean(halves)

    summary, one = program_summary(traced(two, [1.0, 2.0])), program_summary(traced(sum_of_logs, [1.0]))
    assert summary is not None and one is not None
    assert [result["name"] for result in one["results"]] == [""]
    assert [(result["name"], result["value"]) for result in summary["results"]] == [
        ("total", "1.5"),
        ("result[1]", "0.75"),
    ]


def test_numbers_and_values_say_of_which_rounds_they_are_if_there_are_several():
    many, one = program_summary(rounds()), program_summary(traced(sum_of_logs, [1.0]))
    assert many is not None and one is not None
    assert (many["scope"], one["scope"]) == (["numbers of all 3 rounds, values of the last", "all 3 rounds"], [])


def test_flows_lead_from_box_to_box():
    summary = program_summary(rounds())
    assert summary is not None
    assert summary["flows"] == [
        ["i0", "s0"], ["s0", "s1"], ["s1", "s2"], ["i1", "s2"], ["s2", "s3"], ["s2", "s4"], ["s3", "r0"], ["s4", "r1"],
    ]  # fmt: skip


def test_a_run_that_failed_has_no_result():
    summary = program_summary(traced(sum_of_logs, [1.0, 7.0]))
    assert summary is not None
    assert [result["value"] for result in summary["results"]] == [""]


def test_the_step_that_made_a_nan_is_marked():
    summary = program_summary(traced(sum_of_logs, [1.0, -1.0]))
    assert summary is not None
    assert [step["wrong"] for step in summary["steps"]] == [1, 0]


def test_it_can_be_written_as_json():
    assert json.loads(json.dumps(program_summary(rounds()))) == program_summary(rounds())


def test_without_a_call_there_is_no_program():
    with tff.trace() as trace:
        pass
    assert program_summary(trace.snapshot) is None
