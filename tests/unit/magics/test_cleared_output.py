"""Cells that clear their output: when they do, and whose output it is."""

import contextlib
from unittest import mock

import ipywidgets
import pytest

from tffsim.magics.cleared_output import when_cleared


class ShellOfKernel:
    """A shell that runs a cell at a time."""

    def __init__(self):
        self.cell = "cell 1"
        self.events = []
        self.display_pub = mock.Mock(clear_output=lambda wait=False: self.events.append(f"clear, wait={wait}"))

    def get_parent(self):
        return {"header": {"msg_id": self.cell}}

    def show(self):
        self.events.append("show")


@pytest.fixture
def shell():
    return ShellOfKernel()


def test_a_view_is_shown_after_each_clearing_until_the_block_ends(shell):
    with when_cleared(shell, shell.show):
        shell.display_pub.clear_output(wait=True)
        shell.display_pub.clear_output()
    shell.display_pub.clear_output()
    assert shell.events == ["clear, wait=True", "show", "clear, wait=False", "show", "clear, wait=False"]


def test_blocks_end_in_any_order_and_an_action_may_end_its_own(shell):
    first, second = contextlib.ExitStack(), contextlib.ExitStack()
    first.enter_context(when_cleared(shell, first.close))
    second.enter_context(when_cleared(shell, shell.show))
    for _ in range(2):
        shell.display_pub.clear_output()
    second.close()
    shell.display_pub.clear_output()
    assert [event for event in shell.events if event == "show"] == ["show"] * 2


def test_another_cell_clears_its_own_output(shell):
    with when_cleared(shell, shell.show):
        shell.cell = "cell 2"
        shell.display_pub.clear_output()
    assert "show" not in shell.events


@contextlib.contextmanager
def taken_by(output: ipywidgets.Output, shell: ShellOfKernel):
    """A block whose outputs a widget takes from the cell, as `with output` in a kernel."""
    output.msg_id = shell.cell
    yield
    output.msg_id = ""


def test_an_output_widget_is_cleared_alone(shell):
    output = ipywidgets.Output()
    with when_cleared(shell, shell.show):
        with taken_by(output, shell):
            shell.display_pub.clear_output()
        assert "show" not in shell.events
        shell.display_pub.clear_output()
        assert shell.events[-1] == "show"


def test_a_view_in_an_output_widget_is_shown_when_that_is_cleared(shell):
    output = ipywidgets.Output()
    with taken_by(output, shell), when_cleared(shell, shell.show):
        shell.display_pub.clear_output()
    assert shell.events[-1] == "show"
