"""The magics in IPython without a front end: text, results, errors."""

import re

import numpy as np
import pytest
from IPython.core.error import UsageError

import tffsim as tff
from tffsim.tracing.recording.active import active_recorder


def test_the_cell_runs_and_its_last_expression_is_displayed(shell, execute, capsys):
    assert execute("", "y = mean([1.0, 3.0])\ny").success
    printed = capsys.readouterr().out
    assert "2.0" in printed and "1 invocation" in printed
    assert shell.user_ns["y"] == 2


def test_the_trace_gets_a_name_and_a_file(shell, execute, tmp_path):
    path = tmp_path / "x.tfftrace"
    assert execute(f"--trace t --save {path} --view none", "mean([1.0, 3.0])").success
    assert shell.user_ns["t"].invocations.shown("name").tolist() == ["mean"]
    assert tff.load_trace(path).invocations.num_rows == 1


def test_the_stack_is_chosen_for_the_cell_only(shell, execute):
    before = tff.get_context()
    cell = "context = tff.get_context()\nmean([1.0, 2.0, 3.0])"
    assert execute("--stack debug --clients 3 --trace t --view none", cell).success
    assert shell.user_ns["context"] is not before and tff.get_context() is before
    shell.user_ns["mine"] = tff.local_executor_factory(default_num_clients=7)
    everyone = "tff.federated_computation(lambda: tff.federated_sum(tff.federated_value(1, tff.CLIENTS)))()"
    assert execute("--stack mine --view none", f"n = {everyone}").success
    assert shell.user_ns["n"] == 7


def test_without_a_trace_nothing_is_recorded(execute, capsys):
    assert execute("--no-trace", "mean([5.0])").success
    assert "span" not in capsys.readouterr().out


def test_an_error_is_shown_as_in_any_cell_and_the_trace_is_kept(shell, execute, capsys):
    execute("--trace t --view none", "mean([1.0])\nmean(['x'])")
    printed = capsys.readouterr().out
    assert "----> 3 mean(['x'])" in re.sub(r"\x1b\[[0-9;]*m", "", printed)
    assert "ArgumentError" in printed and "client 0 (of 1)" in printed
    assert not re.search(r"tffsim.\w+|federated_language", printed.replace("import tffsim", ""))
    assert shell.user_ns["t"].invocations.shown("outcome").tolist() == ["ok", "error"]
    assert execute("--view none", "z = mean([4.0])").success
    assert shell.user_ns["z"] == 4


def test_await_works(shell, execute):
    cell = """
import asyncio
with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
    results = await asyncio.gather(mean([1.0]), mean([3.0]))
"""
    assert execute("--trace t --view none", cell).success
    assert shell.user_ns["results"] == [1, 3]
    assert shell.user_ns["t"].invocations.num_rows == 2


def test_a_stack_that_a_cell_sets_stays(execute):
    before = tff.get_context()
    try:
        execute("--view none", "tff.use(tff.debug_executor_factory())")
        assert tff.get_context() is not before
    finally:
        tff.use(before)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--stack nobody", "There is no stack 'nobody'. Stacks: local, debug, mine"),
        ("--view stack,cake", "There is no panel 'cake'"),
        ("--trace 1x", "name of a variable"),
        ("--save /no/such/folder/x.tfftrace", "there is no such folder"),
        ("--values few", "invalid choice"),
        ("--trace 't", "No closing quotation"),
        ("mean([1.0])", "unrecognized arguments"),
        ("--clients many", "invalid int value"),
        ("--clients -2", "--clients is a number from 0 on, found -2"),
        ("--max-fanout 1", "--max-fanout is a number from 2 on, found 1"),
        ("--stack debug --max-fanout 3", "--max-fanout 3 does not go with --stack debug"),
        ("--stack mine --clients 3", "--clients 3 does not go with --stack mine. Set it where mine is made"),
        ("--stack mine --max-fanout 3", "--max-fanout 3 does not go with --stack mine"),
        ("--no-trace --trace t", "--no-trace records nothing, so --trace has no trace"),
        ("--no-trace --save t.tfftrace", "--no-trace records nothing, so --save has no trace"),
    ],
)
def test_bad_options_are_told_before_anything_runs(shell, execute, capsys, line, message):
    shell.user_ns["mine"] = tff.local_executor_factory()
    execute(line, "ran = True")
    printed = capsys.readouterr()
    assert message in printed.out + printed.err
    assert "ran" not in shell.user_ns


@pytest.mark.parametrize("cell", ["%%tff_execute --help\npass", "%%tff_execute --help", "%tff_execute --help"])
def test_help_lists_every_option_with_and_without_a_cell(shell, capsys, cell):
    assert shell.run_cell(cell).success
    printed = capsys.readouterr()
    for option in ("--stack", "--clients", "--max-fanout", "--view", "--trace", "--save", "--values", "--background"):
        assert option in printed.out + printed.err


def test_the_stack_is_shown_and_set(shell, capsys):
    before = tff.get_context()
    try:
        shell.run_line_magic("tff_stack", "debug")
        assert "FederatingExecutor" in capsys.readouterr().out
        assert tff.get_context() is not before
    finally:
        tff.use(before)


def test_traces_are_listed_and_unknown_ones_refused(shell, execute, capsys):
    shell.run_line_magic("tff_trace", "")
    assert "No traces yet" in capsys.readouterr().out
    execute("--trace first --view none", "mean([1.0])")
    shell.run_line_magic("tff_trace", "")
    assert re.search(r"^first  \d\d:\d\d:\d\d  Cell \[\d+\]  mean$", capsys.readouterr().out, re.MULTILINE)
    shell.run_cell("%tff_trace second")
    assert "There is no trace called 'second'. Traces: first." in "".join(capsys.readouterr())
    shell.run_cell("%tff_trace frist")
    assert "Did you mean first?" in "".join(capsys.readouterr())


def test_traces_are_known_when_the_extension_is_loaded_again(shell, execute, capsys):
    execute("--view none", "mean([1.0])")
    assert shell.run_cell("%reload_ext tffsim").success
    execute("--view none", "mean([2.0])")
    shell.run_line_magic("tff_trace", "")
    assert re.findall(r"^trace_\d", capsys.readouterr().out, re.MULTILINE) == ["trace_1", "trace_2"]


def test_a_cell_that_loads_the_extension_again_is_recorded_to_its_end(shell, execute):
    assert execute("--view none --trace t", "%reload_ext tffsim\nmean([1.0])").success
    assert shell.user_ns["t"].is_finished


def test_a_value_of_numpy_survives(shell, execute):
    execute("--view none", "v = mean(np.arange(3, dtype=np.float32))")
    assert shell.user_ns["v"] == np.float32(1)


@pytest.mark.parametrize("head", ["%%tff_execute {}\n", "%tff_execute {}\n", "%tff_execute {} "])
def test_max_fanout_makes_a_tree(shell, head):
    everyone = "mean([float(number) for number in range(9)])"
    for options, composers in (
        ("--max-fanout 3", 9),  # Five pairs of clients, three pairs of these, and the top.
        ("--stack local --max-fanout 3", 9),
        ("--max-fanout 9", 1),
        ("", 1),
    ):
        assert shell.run_cell(head.format(f"{options} --view none --trace t") + everyone).success
        executors = shell.user_ns["t"].snapshot.executors
        assert [executor.name for executor in executors].count("FederatingExecutor") == composers


def test_the_rest_of_no_cell_cannot_be_shown(shell):
    with pytest.raises(UsageError, match="shows the rest of a cell"):
        shell.run_line_magic("tff_execute", "--view none")
    with pytest.raises(UsageError, match="needs the code of a cell"):
        shell.run_line_magic("tff_execute", "--view none --background")


def test_a_called_magic_returns_its_value_and_raises_its_error(shell):
    assert shell.run_cell_magic("tff_execute", "--view none", "x = 2\nx + 1") == 3
    assert shell.run_line_magic("tff_execute", "--view none x + 3") == 5
    assert shell.run_cell_magic("tff_execute", "--view none", "import asyncio\nawait asyncio.sleep(0, 7)") == 7
    with pytest.raises(tff.ArgumentError):
        shell.run_cell_magic("tff_execute", "--view none --trace t", "mean(['wrong'])")
    assert shell.user_ns["t"].is_finished
    with pytest.raises(KeyboardInterrupt):
        shell.run_cell_magic("tff_execute", "--view none", "raise KeyboardInterrupt")


def test_a_file_with_the_magic_can_be_run(shell, tmp_path):
    path = tmp_path / "cells.ipy"
    path.write_text("%tff_execute --view none --trace t\ny = mean([6.0])\n")
    shell.run_line_magic("run", str(path))
    assert shell.user_ns["y"] == 6 and shell.user_ns["t"].is_finished


def test_tasks_live_on_in_a_terminal_too(shell, execute):
    make = "import asyncio\nawait asyncio.sleep(0)\ntask = asyncio.create_task(asyncio.sleep(0, 5))"
    assert execute("--view none", make).success
    assert execute("--view none", "x = await task").success
    assert shell.user_ns["x"] == 5


def test_a_magic_that_runs_the_cell_often_records_each_time(shell):
    assert shell.run_cell("%%timeit -n2 -r1\n%%tff_execute --view none --trace t\nmean([1.0])").success
    assert shell.user_ns["t"].is_finished
    assert active_recorder() is None


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("mean", " `mean` is a computation: call it, `mean(...)`."),
        ("@tff.tf_computation\ndef one():\n    return 1", " `one` is a computation: call it, `one()`."),
        ("x = 3", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("head", ["%%tff_execute\n", "%tff_execute\n"])
def test_a_cell_without_a_call_says_so_in_one_line_and_leaves_no_trace(shell, capsys, head, cell, advice):
    assert shell.run_cell(head + cell).success
    told = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("Out[")]
    assert told == [f"No computation was called in this cell, so there is nothing to show.{advice}"]
    shell.run_line_magic("tff_trace", "")
    assert "No traces yet" in capsys.readouterr().out


@pytest.mark.parametrize("cell", ["1/0", "undefined", "x = = 1", "import tffsim.nowhere"])
def test_a_cell_that_fails_before_a_call_says_only_that(shell, execute, capsys, tmp_path, cell):
    assert not execute(f"--save {tmp_path}/x", cell).success
    assert "No computation was called" not in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_trace_without_a_call_is_not_saved(execute, capsys, tmp_path):
    assert execute(f"--view none --save {tmp_path}/x", "x = 3").success
    assert capsys.readouterr().out == "No computation was called in this cell, so there is nothing to save.\n"
    assert list(tmp_path.iterdir()) == []
    assert execute("--view none", "x = 3").success
    assert capsys.readouterr().out == ""


def test_a_computation_of_the_cell_is_not_overwritten_by_its_trace(shell, execute, capsys):
    cell = "one = tff.tf_computation(lambda: 1)\none()"
    assert execute("--view none --trace one", cell).success
    assert "`one` is in use, so the trace is called `one_trace`." in capsys.readouterr().out
    assert shell.user_ns["one"]() == 1 and isinstance(shell.user_ns["one_trace"], tff.Trace)
