"""A program is read off an AST: its steps, in order, and what flows between them."""

import functools
import inspect

import tffsim as tff
from tests.unit.tracing import traced_programs
from tests.unit.tracing.traced_programs import (
    FLOAT,
    half,
    logs_of_halves,
    rounds,
    secure_sum,
    send_back,
    sum_of_logs,
    traced,
)  # fmt: skip
from tffsim.tracing.analysis.program import Program, build_program


def program_of(snapshot) -> Program:
    return build_program(snapshot, snapshot.invocations[-1].root)


def test_steps_are_named_by_the_functions_that_they_run():
    steps = program_of(rounds()).steps
    assert [step.title for step in steps] == [
        "half", "federated_broadcast", "shift", "federated_mean", "federated_max",
    ]  # fmt: skip
    assert steps[0].written_as == "federated_map"


def test_taking_a_result_apart_is_no_step():
    assert sum(step.written_as == "federated_map" for step in program_of(rounds()).steps) == 2


def test_steps_say_what_they_use_and_where_values_cross():
    program = program_of(rounds())
    assert [(value.name, value.placement) for value in program.inputs] == [
        ("bias", "server"), ("temperatures", "clients"),
    ]  # fmt: skip
    assert [step.sources for step in program.steps] == [(-1,), (0,), (1, -2), (2,), (2,)]
    assert [step.crosses_to for step in program.steps] == ["", "clients", "", "server", "server"]
    assert program.results == (("mean", (3,)), ("most", (4,)))


def test_steps_know_the_lines_and_the_variables_of_their_author():
    half_step, broadcast, *_ = program_of(rounds()).steps
    assert broadcast.variable == "everywhere" and broadcast.line == half_step.line > 0


def test_a_computation_that_is_called_in_another_is_a_part_of_it():
    assert [step.title for step in program_of(traced(logs_of_halves, [1.0])).steps] == [
        "half",
        "log_of",
        "federated_sum",
    ]


def test_a_value_that_passes_unchanged_keeps_its_crossings():
    program = program_of(traced(send_back, 3.0, [1.0, 2.0]))
    assert [step.crosses_to for step in program.steps] == ["clients", "server"]
    assert [step.sources for step in program.steps] == [(-1,), (0,)]


def test_different_results_stay_different():
    program = program_of(rounds())
    (_, mean), (_, most) = program.results
    assert mean != most


def test_a_function_that_is_called_alone_is_a_program_of_one_step():
    program = program_of(traced(half, 3.0))
    assert [(step.title, step.intrinsic, step.placement) for step in program.steps] == [("half", "", "")]
    assert program.results == (("", (0,)),)


def test_an_aggregation_is_a_step_by_its_own_name():
    (step,) = program_of(traced(secure_sum, [1, 2])).steps
    assert step.title == step.written_as == "federated_secure_sum_bitwidth"


def test_a_single_argument_has_the_name_of_the_parameter():
    assert [value.name for value in program_of(traced(sum_of_logs, [1.0])).inputs] == ["values"]
    assert [value.name for value in program_of(traced(half, 3.0)).inputs] == ["x"]


def test_what_a_method_or_a_partial_function_was_given_is_no_parameter():
    two_thirds = tff.tf_computation(functools.partial(lambda factor, x: factor * x, 2 / 3), FLOAT)
    assert [value.name for value in program_of(traced(two_thirds, 3.0)).inputs] == ["x"]


def test_steps_know_the_line_that_makes_their_result():
    source = inspect.getsource(traced_programs).splitlines()
    step, total = program_of(traced(sum_of_logs, [1.0])).steps
    assert source[step.output_line - 1].strip() == "return tf.math.log(x)"
    assert total.output_line == 0
