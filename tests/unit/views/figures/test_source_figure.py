"""The picture of the source: the user's lines, and beside them what they did."""

import pytest
from matplotlib import pyplot as plt

from tests.unit.tracing.traced_programs import rounds, sum_of_logs, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.tracing.document.snapshot import without_source
from tffsim.views.figures.figures import Figures
from tffsim.views.figures.theme import LIGHT


@pytest.fixture
def drawn():
    """Draws the source of a trace and returns its axes."""
    figures = []

    def drawn(snapshot):
        axes = Figures(snapshot).source(dark=False)
        figures.append(axes.figure)
        return axes

    yield drawn
    for figure in figures:
        plt.close(figure)


def test_functions_stand_as_they_were_written_with_runs_and_bytes(drawn):
    texts = texts_of(drawn(rounds()))
    assert {"def shift(x, y):", "    return y - x, y", "× 9", "↓ 36 B", "traced_programs.py"} <= set(texts)


def test_a_mark_stands_below_the_line_in_the_colour_of_wrong(drawn):
    axes = drawn(traced(sum_of_logs, [1.0, -1.0]))
    (mark,) = (text for text in axes.texts if "◆" in text.get_text())
    assert mark.get_text().strip() == "◆ client 1: -1 → nan"
    assert mark.get_color() == LIGHT.wrong


def test_the_time_of_what_a_line_calls_is_pale(drawn):
    colours = {patch.get_facecolor() for patch in drawn(rounds()).patches if patch.get_width() > 0}
    assert len(colours) == 2


def test_without_source_names_and_numbers_stay(drawn):
    texts = texts_of(drawn(without_source(rounds())))
    assert "shift" in texts and "× 9" in texts
    assert not any("return" in text for text in texts)
