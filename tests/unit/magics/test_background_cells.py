"""What cells in the background show: below themselves, and not below others. A real kernel runs them."""

import pytest

from tests.unit.magics.kernel import running_kernel

SETUP = """
import os, sys, subprocess
import matplotlib.pyplot as plt
import tensorflow as tf

begun, go_on = threading.Event(), threading.Event()
def wait_for_others():
    begun.set()
    assert go_on.wait(60)
def let_go_on():
    go_on.set()
"""
BACKGROUND = "%%tff_execute --view none --background "
PICTURE = ["<Figure size 640x480 with 1 Axes>"]


@pytest.fixture(scope="module")
def module_kernel():
    with running_kernel() as kernel:
        assert kernel.run(SETUP).status == "ok"
        yield kernel


@pytest.fixture
def kernel(module_kernel):
    module_kernel.run("begun.clear(); go_on.clear(); plt.close('all')")
    return module_kernel


def test_the_handle_gets_a_name(kernel):
    assert "Running in the background" in kernel.run(BACKGROUND + "run --trace t\nmean([1.0, 2.0])").result
    assert kernel.run("float(run.result()), run.trace is t").result == "(1.5, True)"
    assert kernel.run("%tff_execute --background=second --view none mean([4.0])").status == "ok"
    assert kernel.run("float(second.result())").result == "4.0"
    assert kernel.run("%tff_execute --view none --background mean([6.0])").status == "ok"
    assert kernel.run("float(_.result())").result == "6.0"


@pytest.mark.parametrize("name", ["1st", "a-b", "class", "t.x"])
def test_the_name_of_a_handle_is_that_of_a_variable(kernel, name):
    seen = kernel.run(f"{BACKGROUND}{name}\nmean([1.0])")
    assert f"--background needs the name of a variable, found '{name}'" in seen.printed
    same = kernel.run(BACKGROUND + "both --trace both\nmean([1.0])")
    assert "cannot both be called 'both'" in same.printed


@pytest.mark.parametrize("head", [BACKGROUND, BACKGROUND + "named"])
def test_what_a_cell_returned_is_there_after_a_loop_that_used_its_name(kernel, head):
    kernel.run("for _ in range(3): pass")
    kernel.run(head + "\nmean([1.0, 2.0])")
    if head == BACKGROUND:
        kernel.run("run = _")
        assert kernel.run("float(run.result())").result == "1.5"
    else:
        assert kernel.run("float(named.result()), _").result == "(1.5, 2)"
    kernel.run("del _")


def test_a_function_called_underscore_stays(kernel):
    kernel.run("def _(text): return text")
    kernel.run(BACKGROUND + "\n1")
    assert kernel.run("_('kept')").result == "'kept'"
    kernel.run("del _")


@pytest.mark.parametrize("at_the_end", ["", "plt.show()"])
def test_a_figure_is_shown_below_its_cell_when_it_is_drawn(kernel, at_the_end):
    cell = f"figure, axes = plt.subplots(); wait_for_others(); axes.plot([1, 2], [3, 4])\n{at_the_end}"
    background, meanwhile, other, last = kernel.run_all(
        BACKGROUND + "run\n" + cell, "begun.wait(60)", "let_go_on()", "run.result(); plt.get_fignums()"
    )
    assert background.displayed == PICTURE
    assert meanwhile.displayed == other.displayed == last.displayed == []
    assert last.result == "[]"


def test_cells_that_draw_at_the_same_time_show_their_own_figures(kernel):
    cell = "plt.title('behind'); wait_for_others(); plt.plot([1]); len(plt.get_fignums()), plt.gca().get_title()"
    background, front, last = kernel.run_all(
        BACKGROUND + "run\n" + cell,
        "begun.wait(60); plt.figure(); plt.plot([2]); plt.figure(); print(plt.get_fignums(), [plt.gca().get_title()])",
        "let_go_on(); run.result()",
    )
    assert last.result == "(1, 'behind')" and background.displayed == PICTURE
    assert front.printed == "[1, 2] ['']\n" and len(front.displayed) == 2


def test_figures_are_shown_when_the_cell_fails_or_is_cancelled(kernel):
    background, _ = kernel.run_all(BACKGROUND + "run\nplt.plot([1]); 1/0", "run.exception(60)")
    assert background.displayed == PICTURE and [name for name, _ in background.errors] == ["ZeroDivisionError"]
    cell = "plt.plot([1]); begun.set()\nwhile True: mean([1.0])"
    background, *_ = kernel.run_all(
        BACKGROUND + "run\n" + cell, "begun.wait(60); run.cancel()", "try: run.result()\nexcept BaseException: pass"
    )
    assert background.displayed == PICTURE


def test_figures_that_notebooks_leave_open_stay_open(kernel):
    kernel.run("%config InlineBackend.close_figures = False")
    try:
        background, last = kernel.run_all(
            BACKGROUND + "run\nplt.title('mine')",
            "run.result(); [plt.figure(n).gca().get_title() for n in plt.get_fignums()]",
        )
        assert background.displayed == PICTURE and last.result == "['mine']"
    finally:
        kernel.run("%config InlineBackend.close_figures = True")
