"""The picture of a program."""

import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

import tffsim as tff
from tests.unit.tracing.traced_programs import half, rounds, secure_sum, sum_of_logs, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.views.figures.figures import Figures
from tffsim.views.figures.program_figure import _state
from tffsim.views.figures.theme import LIGHT


@pytest.fixture
def drawn():
    """Draws the program of a trace and returns its axes."""
    figures = []

    def drawn(snapshot):
        axes = Figures(snapshot).program(dark=False)
        figures.append(axes.figure)
        return axes

    yield drawn
    for figure in figures:
        plt.close(figure)


def test_each_step_stands_in_the_lane_of_its_placement(drawn):
    axes = drawn(rounds())
    height = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert height["SERVER"] < height["federated_mean"] < height["CLIENTS"] < height["shift"]


def test_what_crosses_says_how_many_values_and_who_can_read_them(drawn):
    assert "↑ 9 open · 36 B" in texts_of(drawn(rounds()))
    assert "↑ 2 sealed · 8 B" in texts_of(drawn(traced(secure_sum, [1, 2])))


def test_it_says_of_which_rounds_its_numbers_are_if_there_are_several(drawn):
    said = "numbers of all 3 rounds, values of the last"
    assert said in texts_of(drawn(rounds()))
    assert not any("rounds" in text for text in texts_of(drawn(traced(secure_sum, [1, 2]))))


def test_the_result_is_in_the_picture(drawn):
    assert {"2", "3", "mean", "most"} <= set(texts_of(drawn(rounds())))


def test_a_failure_is_counted_and_has_no_result(drawn):
    axes = drawn(traced(sum_of_logs, [1.0, 7.0]))
    texts = texts_of(axes)
    assert any("1 failed" in text for text in texts)
    assert "no result" in texts
    thick = {to_hex(patch.get_edgecolor()) for patch in axes.patches if patch.get_linewidth() > 2}
    assert thick == {LIGHT.wrong}


def test_who_was_cancelled_is_told_apart_from_who_failed():
    counts = {"failed": 1, "wrong": 0, "cancelled": 1, "done": 1, "elapsed": 0, "gives": {"lane": "clients"}}
    assert _state(counts) == "✗ 1 failed · 1 cancelled · 1 done"


def test_the_step_that_made_a_nan_has_a_mark(drawn):
    assert "◆ log_of" in texts_of(drawn(traced(sum_of_logs, [-1.0])))


def test_without_a_placement_there_is_no_wall(drawn):
    texts = texts_of(drawn(traced(half, 3.0)))
    assert "half" in texts and "SERVER" not in texts


def test_without_a_call_the_picture_says_so(drawn):
    with tff.trace() as trace:
        pass
    assert "nothing was called" in texts_of(drawn(trace.snapshot))
