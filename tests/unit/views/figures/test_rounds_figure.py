"""The picture of rounds: one row per call, and what went wrong."""

import pytest
from matplotlib import pyplot as plt

import tffsim as tff
from tests.unit.tracing.traced_programs import rounds, sum_of_logs, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.views.figures.figures import Figures
from tffsim.views.figures.theme import LIGHT


@pytest.fixture
def drawn():
    """Draws the rounds of a trace and returns its axes."""
    figures = []

    def drawn(snapshot):
        axes = Figures(snapshot).rounds(dark=False)
        figures.append(axes.figure)
        return axes

    yield drawn
    for figure in figures:
        plt.close(figure)


def test_each_call_has_its_number_its_clients_and_what_it_returned(drawn):
    texts = texts_of(drawn(rounds()))
    assert {"1", "2", "3", "0, 3", "1, 3", "2, 3", "↓ 12 B", "↑ 24 B"} <= set(texts)
    assert "3 done; first call" in texts and texts.count("3 done") == 2


def test_bars_are_as_long_as_the_calls_took(drawn):
    snapshot = rounds()
    widths = {}
    for patch in drawn(snapshot).patches:
        row = round(patch.get_y() + patch.get_height() / 2)
        if patch.get_height() == pytest.approx(0.48):
            widths[row] = widths.get(row, 0.0) + patch.get_width()
    lasted = [
        snapshot.columns["end"][call.span] - snapshot.columns["start"][call.span] for call in snapshot.invocations
    ]
    assert [widths[row] / max(widths.values()) for row in range(3)] == pytest.approx([t / max(lasted) for t in lasted])


def test_a_round_that_made_nan_has_a_mark_in_the_colour_of_wrong(drawn):
    axes = drawn(traced(sum_of_logs, [1.0, -1.0]))
    (mark,) = (text for text in axes.texts if text.get_text().startswith("◆"))
    assert mark.get_color() == LIGHT.wrong


def test_of_very_many_rounds_the_first_are_drawn(drawn):
    with tff.trace() as trace:
        for _ in range(45):
            sum_of_logs([])
    assert "… 5 more" in texts_of(drawn(trace.snapshot))
