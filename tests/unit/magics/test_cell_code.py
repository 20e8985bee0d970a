"""Code that a magic got as text."""

import asyncio

import pytest
from IPython.core.error import UsageError

from tffsim.magics.cell_code import CellCode


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1 + 1", 2),
        ("x = 3\nx * 2", 6),
        ("x = 3", None),
        ("if True:\n    5", None),
        ("", None),
        ("# nothing", None),
        ("x = 1\nx;", 1),
        ("%precision 3\n7", 7),
        ("import asyncio\nawait asyncio.sleep(0, 4)", 4),
    ],
)
def test_the_value_is_that_of_the_last_expression(shell, code, value):
    assert CellCode(shell, code).run() == value


def test_it_sees_and_sets_the_variables_of_the_shell(shell):
    shell.user_ns["a"] = 5
    assert CellCode(shell, "b = a + 1\nb").run() == 6
    assert shell.user_ns["b"] == 6


def test_local_variables_come_first_and_stay_where_they_are(shell):
    shell.user_ns["a"] = 5
    assert CellCode(shell, "a").run({"a": 7}) == 7
    assert shell.user_ns["a"] == 5


@pytest.mark.parametrize(
    ("code", "is_silent"),
    [("1;", True), ("1; # why", True), ("1;\n\n# why\n", True), ("1", False), ("';'", False), ("1 # ;", False)],
)
def test_a_semicolon_at_the_end_says_that_nothing_is_displayed(shell, code, is_silent):
    assert CellCode(shell, code).ends_silently is is_silent


@pytest.mark.parametrize(
    ("code", "awaits"),
    [("await f()", True), ("x = await f()\n1", True), ("async def g():\n    await f()", False), ("1", False)],
)
def test_only_code_that_awaits_at_its_top_needs_a_loop(shell, code, awaits):
    assert CellCode(shell, code).awaits is awaits


def test_code_that_awaits_runs_in_the_loop_that_runs(shell):
    async def main():
        return await CellCode(shell, "import asyncio\nx = await asyncio.sleep(0, 4)\nx + 1").run_in_loop()

    assert asyncio.run(main()) == 5


def test_a_loop_cannot_wait_for_code_that_waits_for_it(shell):
    async def main():
        return CellCode(shell, "import asyncio\nawait asyncio.sleep(0)").run()

    with pytest.raises(UsageError, match="the event loop waits for this magic"):
        asyncio.run(main())


def test_code_that_cannot_be_compiled_is_refused_before_anything_runs(shell):
    with pytest.raises(SyntaxError):
        CellCode(shell, "ran = True\nx = = 1")
    assert "ran" not in shell.user_ns
