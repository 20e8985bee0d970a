"""What is to be done when a cell ends."""

import concurrent.futures

import pytest

from tffsim.magics.running_cells import RunningCells


def test_what_is_done_at_the_end_of_a_cell_goes_on_after_an_error_of_it(shell, capsys):
    done = []

    def fail():
        done.append("second")
        raise OSError("the disk is full")

    def interrupt():
        done.append("third")
        raise KeyboardInterrupt

    cells = RunningCells(shell)
    cells.follow()
    shell.user_ns |= {"cells": cells, "first": lambda: done.append("first"), "fail": fail, "interrupt": interrupt}
    result = shell.run_cell("for action in (first, fail, interrupt): cells.at_end(action)\n1/0")
    # An impatient second interrupt is not shown.
    assert done == ["third", "second", "first"] and isinstance(result.error_in_exec, ZeroDivisionError)
    printed = capsys.readouterr().out
    assert "disk is full" in printed and "KeyboardInterrupt" not in printed
    result = shell.run_cell("cells.at_end(interrupt)")
    assert isinstance(result.error_in_exec, KeyboardInterrupt) and not cells.is_in_cell


@pytest.fixture
def cells(shell):
    """Follows the cells of the shell, instead of those of the extension."""
    cells = RunningCells(shell)
    cells.follow()
    shell.user_ns["cells"] = cells
    return cells


def test_no_cell_runs_before_and_after_one(shell, cells):
    assert not cells.is_in_cell and cells.num_in_front == 0
    assert shell.run_cell("seen = cells.is_in_cell, cells.num_in_front").success
    assert shell.user_ns["seen"] == (True, 1)
    assert not cells.is_in_cell and cells.num_in_front == 0


@pytest.mark.parametrize("ending", ["pass", "1/0", "raise KeyboardInterrupt", "x = = 1"])
def test_what_is_to_be_done_is_done_once_however_the_cell_ends(shell, cells, ending):
    done = shell.user_ns["done"] = []
    shell.run_cell("cells.at_end(lambda: done.append(1))\ncells.at_end(lambda: done.append(2))\n" + ending)
    shell.run_cell("pass")
    assert done == ([] if ending == "x = = 1" else [2, 1])


def test_a_silent_cell_ends_too(shell, cells):
    done = shell.user_ns["done"] = []
    shell.run_cell("cells.at_end(lambda: done.append(1))", silent=True)
    assert done == [1] and not cells.is_in_cell


def test_a_cell_inside_another_ends_first(shell, cells):
    done = shell.user_ns["done"] = []
    inner = "cells.at_end(lambda: done.append('inner'))"
    code = f"cells.at_end(lambda: done.append('outer'))\nget_ipython().run_cell({inner!r})\ndone.append('rest')"
    assert shell.run_cell(code).success
    assert done == ["inner", "rest", "outer"]


def test_a_block_may_be_a_cell_of_which_the_shell_does_not_know(cells):
    done = []
    with cells.cell():
        cells.at_end(lambda: done.append("outer"))
        with cells.cell():
            cells.at_end(lambda: done.append("inner"))
        assert done == ["inner"] and cells.is_in_cell
    assert done == ["inner", "outer"] and not cells.is_in_cell


def test_cells_of_other_threads_are_their_own(cells):
    with cells.cell(), concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert cells.is_in_cell and not pool.submit(lambda: cells.is_in_cell).result(60)


def test_who_follows_a_shell_later_follows_it_alone(shell, cells):
    later = RunningCells(shell)
    later.follow()
    shell.user_ns["later"] = later
    shell.run_cell("seen = cells.is_in_cell, later.is_in_cell")
    assert shell.user_ns["seen"] == (False, True)
