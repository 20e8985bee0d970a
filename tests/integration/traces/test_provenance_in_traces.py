"""A trace speaks of the user's program: functions, lines, variables."""

import numpy as np
import pytest

import tffsim as tff

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


@tff.tf_computation(np.float32)
def halve(x):
    return x / 2


@tff.tf_computation(np.float32)
def halve_again(x):
    return x / 2


@tff.federated_computation(FLOATS)
def mean_of_quarters(values):
    halves = tff.federated_map(halve, values)
    quarters = tff.federated_map(halve_again, halves)
    return tff.federated_mean(quarters)


@pytest.fixture(scope="module")
def trace():
    return tff.trace(mean_of_quarters)([2.0, 4.0]).trace.frozen()


def _line_of(trace, node):
    function = trace.functions[node.function]
    return function.text.splitlines()[node.line - function.line].strip()


def _calls(trace):
    return [node for node in trace.nodes if node.kind == "Call" and node.function >= 0]


def test_the_calls_of_a_computation_know_their_lines_and_variables(trace):
    assert [(node.label, node.variable, _line_of(trace, node)) for node in _calls(trace)] == [
        ("call federated_map", "halves", "halves = tff.federated_map(halve, values)"),
        ("call federated_map", "quarters", "quarters = tff.federated_map(halve_again, halves)"),
        ("call federated_mean", "", "return tff.federated_mean(quarters)"),
    ]


def test_names_are_those_of_the_user(trace):
    by_kind = {kind: [node.label for node in trace.nodes if node.kind == kind] for kind in ("Block", "Reference")}
    assert by_kind["Block"] == ["let halves, quarters, federated_mean"]
    assert by_kind["Reference"] == ["mean_of_quarters_arg", "halves", "quarters", "federated_mean"]
    assert {"halves", "quarters"} <= {node.edge for node in trace.nodes}


def test_functions_that_take_part_are_there_with_their_sources(trace):
    found = {function.name: function for function in trace.functions}
    assert set(found) == {"mean_of_quarters", "halve", "halve_again"}
    assert found["halve_again"].file == "test_provenance_in_traces.py"
    assert found["halve_again"].text == "@tff.tf_computation(np.float32)\ndef halve_again(x):\n    return x / 2\n"
    graphs = [trace.functions[node.function].name for node in trace.nodes if node.kind == "CompiledComputation"]
    assert graphs == ["halve", "halve_again"]


def test_the_root_is_the_function_that_was_called(trace):
    root = trace.nodes[trace.invocations.row(0)["root"]]
    assert trace.functions[root.function].name == "mean_of_quarters"


def test_files_keep_all_of_it_or_leave_the_source_out(trace, tmp_path):
    trace.save(tmp_path / "all.tfftrace")
    loaded = tff.load_trace(tmp_path / "all.tfftrace")
    assert (loaded.functions, loaded.nodes) == (trace.functions, trace.nodes)
    trace.save(tmp_path / "without.tfftrace", source=False)
    without = tff.load_trace(tmp_path / "without.tfftrace")
    assert {function.text for function in without.functions} == {""}
    assert [function.name for function in without.functions] == [function.name for function in trace.functions]
    assert b"halve_again(x)" not in (tmp_path / "without.tfftrace").read_bytes()


def test_a_cell_is_called_as_the_notebook_calls_it(tmp_path):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        shell.run_cell(
            "import numpy as np, tffsim as tff\n"
            "@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))\n"
            "def total(values):\n"
            "    result = tff.federated_sum(values)\n"
            "    return result\n",
            store_history=True,
        )
        trace = tff.trace(shell.user_ns["total"])([1.0, 2.0]).trace.frozen()
    finally:
        InteractiveShell.clear_instance()
    (call,) = _calls(trace)
    assert (call.variable, call.line) == ("result", 4)
    assert trace.functions[call.function].file == "Cell [1]"
