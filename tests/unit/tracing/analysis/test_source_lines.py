"""What is told of each line of the user's source is what happened there."""

import dataclasses
import inspect
import warnings

import pytest

import tffsim as tff
from tests.unit.tracing import traced_programs
from tests.unit.tracing.traced_programs import AT_CLIENTS, half, log_of, mean_of_halves, rounds, sum_of_logs, traced
from tffsim.tracing.analysis.phases import phases
from tffsim.tracing.analysis.program_runs import step_runs
from tffsim.tracing.analysis.run_facts import run_facts
from tffsim.tracing.analysis.source_lines import SourceLine, line_of_definition, source_lines
from tffsim.tracing.document.snapshot import FunctionInfo, without_source

SOURCE = inspect.getsource(traced_programs).splitlines()
STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


def lines_of(snapshot) -> dict[str, SourceLine]:
    """Returns what is told of the lines of `traced_programs.py`, by their text."""
    here = [k for k, function in enumerate(snapshot.functions) if function.file == "traced_programs.py"]
    return {SOURCE[row.line - 1].strip(): row for row in source_lines(snapshot) if row.function in here}


@pytest.mark.parametrize("stack", STACKS)
def test_clients_bytes_and_values_belong_to_the_line_of_the_intrinsic(stack):
    with tff.use(STACKS[stack]()):
        lines = lines_of(traced(sum_of_logs, [1.0, 2.0, 4.0]))
    (call,) = (row for text, row in lines.items() if text.startswith("return tff.federated_sum"))
    assert (call.letters, call.size, call.crosses_to) == (3, 12, "server")
    assert call.done == call.expected == 4, "three clients ran the function, and the server added once"
    assert call.values == ("2.07944",)


@pytest.mark.parametrize("stack", STACKS)
def test_the_line_of_a_mean_tells_the_mean_and_not_the_sum(stack):
    with tff.use(STACKS[stack]()):
        lines = lines_of(traced(mean_of_halves, [1.0, 2.0, 6.0]))
    (call,) = (row for text, row in lines.items() if text.startswith("return tff.federated_mean"))
    assert call.values == ("1.5",)


def test_a_function_is_one_call_whose_inner_lines_have_no_time():
    lines = lines_of(traced(sum_of_logs, [1.0, 2.0, 4.0]))
    whole, inner = lines["def log_of(x):"], lines["return tf.math.log(x)"]
    assert (whole.done, whole.expected, whole.at_clients) == (3, 3, True)
    assert (whole.names, whole.given) == (("x",), ("1", "2", "4"))
    assert whole.elapsed > 0 and not whole.is_passed_on
    assert inner.values == ("0", "0.693147", "1.38629")
    assert inner.elapsed == inner.done == 0
    assert 'tf.debugging.assert_none_equal(x, 7.0, message="a client sent seven")' not in lines


def test_the_line_that_defines_a_computation_has_the_time_of_its_calls():
    snapshot = rounds()
    line = lines_of(snapshot)["def next_round(bias, temperatures):"]
    assert line.done == line.expected == 3 and line.is_passed_on
    assert line.elapsed == sum(phases(snapshot, row).total for row in range(3))


def test_numbers_are_those_of_the_steps_of_the_line():
    snapshot = rounds()
    lines = lines_of(snapshot)
    facts = run_facts(snapshot)
    assert facts is not None
    runs = step_runs(snapshot, facts.program, facts.invocations)
    shift = lines["shifted, kept = tff.federated_map(shift, (everywhere, temperatures))"]
    assert (shift.elapsed, shift.done) == (runs[2].elapsed, runs[2].done) and shift.is_passed_on
    both = next(row for text, row in lines.items() if text.startswith("return {"))
    assert both.letters == runs[3].letters + runs[4].letters
    assert max(runs[3].elapsed, runs[4].elapsed) <= both.elapsed <= runs[3].elapsed + runs[4].elapsed


def test_the_line_of_an_error_is_marked_with_the_client_and_what_was_said():
    snapshot = traced(sum_of_logs, [2.0, 7.0, 2.0])
    lines = lines_of(snapshot)
    marked = {text: row.marks for text, row in lines.items() if row.marks}
    ((mark,),) = marked.values()
    assert next(iter(marked)).startswith("tf.debugging.assert_none_equal")
    assert (mark.kind, mark.client, mark.count, mark.text) == ("error", 1, 1, "a client sent seven")
    assert snapshot.columns["client"][mark.span] == 1
    (call,) = (row for text, row in lines.items() if text.startswith("return tff.federated_sum"))
    assert call.values != ("0",), "what a sum had reached when it stopped is no value of the line"


def test_nan_and_infinity_are_marked_where_they_arose():
    marks = lines_of(traced(sum_of_logs, [1.0, -1.0, -2.0, 0.0]))["return tf.math.log(x)"].marks
    assert [(mark.kind, mark.client, mark.count, mark.text) for mark in marks] == [
        ("nan", 1, 2, "-1"),
        ("inf", 3, 1, "0"),
    ]


def test_of_many_clients_the_extent_is_told():
    values = [float(number) for number in range(1, 31)]
    fine = tff.federated_computation(lambda values: tff.federated_sum(tff.federated_map(half, values)), AT_CLIENTS)
    assert lines_of(traced(fine, values))["return x / 2"].extent == (0.5, 15.0)


def test_a_function_that_stands_in_one_line_with_its_call_is_counted_once():
    mean = tff.federated_computation(lambda values: tff.federated_sum(tff.federated_map(half, values)), AT_CLIENTS)
    snapshot = traced(mean, [1.0, 2.0])
    (line,) = (row for row in source_lines(snapshot) if snapshot.functions[row.function].name == "mean")
    assert line.done == line.expected == 1
    assert line.letters == 2


def test_without_source_the_lines_stay():
    snapshot = traced(sum_of_logs, [1.0, 2.0])
    bare = source_lines(without_source(snapshot))
    assert {row.line for row in bare} and all(row.elapsed > 0 for row in bare if row.done)


def test_without_clients_nothing_is_done_in_the_line_of_a_map():
    line = lines_of(traced(sum_of_logs, []))["def log_of(x):"]
    assert line.done == line.expected == line.elapsed == 0


def test_calls_that_fail_are_counted_as_such():
    with tff.trace() as trace, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sum_of_logs([1.0])
        with pytest.raises(tff.ExecutionError):
            sum_of_logs([7.0])
    line = lines_of(trace.snapshot)["def sum_of_logs(values):"]
    assert (line.done, line.failed, line.expected) == (1, 1, 2)


def test_a_definition_stands_below_its_decorators():
    function = FunctionInfo("f", "model.py", 10, "@tff.tf_computation(\n    np.float32\n)\ndef f(x):\n    return x\n")
    assert line_of_definition(function) == 13
    assert line_of_definition(dataclasses.replace(function, text="f = lambda x: x\n")) == 10
    assert line_of_definition(dataclasses.replace(function, text="")) == 10


def test_a_function_that_is_called_alone_has_its_line():
    line = lines_of(traced(log_of, 1.0))["def log_of(x):"]
    assert (line.done, line.expected, line.at_clients) == (1, 1, False)
