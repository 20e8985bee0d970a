"""Cells that run in the background, in IPython without a front end."""

import asyncio
import concurrent.futures
import re
import threading

import pytest

import tffsim as tff


@pytest.fixture
def in_background(shell, execute):
    """Runs a cell in the background and returns the handle that it shows."""

    def in_background(line, cell):
        assert execute(f"--background --view none {line}", cell).success
        return shell.user_ns["_"]

    return in_background


def test_a_cell_in_the_background_returns_at_once(shell, in_background):
    run = in_background("--trace t", "mean([2.0, 4.0])")
    assert isinstance(shell.user_ns["t"], tff.Trace)
    assert run.result(30) == 3
    assert run.done() and run.trace.invocations.num_rows == 1
    assert not run.cancel()
    assert asyncio.run(asyncio.wait_for(run, 30)) == 3
    assert in_background("--no-trace", "mean([6.0])").trace is None


def test_magics_and_await_work_in_the_background(in_background):
    cell = """
%precision 3
import asyncio
await asyncio.sleep(0)
with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
    results = await asyncio.gather(mean([1.0]), mean([3.0]))
results
"""
    run = in_background("", cell)
    assert run.result(30) == [1, 3]
    assert run.trace.invocations.num_rows == 2


def test_an_error_in_the_background_is_shown_and_raised(shell, execute, in_background, capsys):
    run = in_background("", "x = 1\n\nmean(['x'])")
    with pytest.raises(tff.ArgumentError):
        run.result(30)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "----> 4 mean(['x'])" in printed and "client 0 (of 1)" in printed
    assert "tffsim." not in printed
    assert not execute("--background --view none --trace bad", "1 +").success
    assert "SyntaxError" in capsys.readouterr().out
    assert "bad" not in shell.user_ns


def test_a_cell_in_the_background_can_be_cancelled(shell, in_background):
    shell.user_ns["started"] = threading.Event()
    run = in_background("", "mean([1.0]); started.set()\nwhile True: mean([1.0])")
    assert shell.user_ns["started"].wait(30)
    assert run.cancel()
    with pytest.raises(concurrent.futures.CancelledError):
        run.result(30)
    assert run.trace.invocations.num_rows >= 1


def test_a_cell_in_the_background_has_a_context_of_its_own(shell, in_background):
    before = tff.get_context()
    mine = tff.SyncExecutionContext(tff.debug_executor_factory())
    shell.user_ns |= {"mine": mine, "inside": threading.Event(), "seen": threading.Event()}
    cell = "at_first = tff.get_context(); tff.use(at_first); inside.set(); seen.wait(30); at_first, mean([1.0])"
    run = in_background("--stack mine", cell)
    assert shell.user_ns["inside"].wait(30)
    assert tff.get_context() is before
    shell.user_ns["seen"].set()
    assert run.result(30) == (mine, 1)
