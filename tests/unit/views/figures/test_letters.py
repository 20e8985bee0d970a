"""Names in any script are drawn."""

import dataclasses
import io
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager
from matplotlib.ft2font import FT2Font

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, traced
from tests.unit.views.figures.drawn import texts_of
from tffsim.views.figures import letters
from tffsim.views.figures.theme import columns, literal
from tffsim.views.notebook.still_picture import still_picture

USUAL = set(FT2Font(findfont("DejaVu Sans")).get_charmap())


@pytest.fixture(autouse=True)
def nothing_known():
    letters._families.cache_clear()
    yield
    letters._families.cache_clear()


@pytest.fixture
def axes():
    return Figure().add_subplot()


def drawn(axes):
    """Draws axes, and returns what matplotlib warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        axes.figure.savefig(io.BytesIO(), format="png", dpi=20)
    return [str(warning.message) for warning in caught]


def letter_of_another_font():
    """Returns a letter that the usual font lacks, and the name of a font of matplotlib's own that has it."""
    for entry in fontManager.ttflist:
        if entry.name.startswith("STIX") and entry.style == "normal" and entry.weight == 400:
            for code in sorted(set(FT2Font(entry.fname).get_charmap()) - USUAL):
                if chr(code).isalpha():
                    return chr(code)
    raise AssertionError("matplotlib's fonts have changed")


def test_a_letter_of_another_font_is_drawn_in_it(axes):
    name = f"mean {letter_of_another_font()}"
    axes.text(0.5, 0.5, name)
    assert any("missing from font" in message for message in drawn(axes))
    letters.find_letters(axes)
    assert drawn(axes) == []
    assert texts_of(axes)[0] == name


def test_what_the_usual_font_has_stays_as_it_is(axes):
    text = axes.text(0.5, 0.5, "3 µs → 2 ×")
    before = text.get_fontfamily()
    letters.find_letters(axes)
    assert text.get_fontfamily() == before


def test_a_letter_that_no_font_has_is_a_box_and_one_warning_says_what_to_do(axes, monkeypatch):
    monkeypatch.setattr(letters, "_fonts", list)
    axes.text(0.5, 0.5, "평균 mean")
    axes.set_title("온도")
    with pytest.warns(UserWarning, match="fonts-nanum") as caught:
        letters.find_letters(axes)
    assert len(caught) == 1
    assert texts_of(axes)[:2] == ["□□ mean", "□□"]
    assert drawn(axes) == []


def test_a_picture_for_which_nobody_asked_does_not_warn(monkeypatch):
    def 평균(값):  # noqa: N802, N803 (Korean has no capitals)
        return tff.federated_mean(값)

    _, trace = traced(tff.federated_computation(평균, FLOATS), [1.0])
    monkeypatch.setattr(letters, "_fonts", list)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        still_picture(trace.snapshot, "평균 1")


def test_a_font_that_is_gone_is_passed_over(axes, monkeypatch):
    there = letters._fonts()
    gone = dataclasses.replace(there[0], fname="/nowhere/gone.ttf")
    monkeypatch.setattr(letters, "_fonts", lambda: [gone, *there])
    axes.text(0.5, 0.5, letter_of_another_font())
    letters.find_letters(axes)
    assert drawn(axes) == []


@pytest.mark.parametrize("picture", ["ast", "program", "stack", "timeline", "graph", "traffic", "clients"])
def test_pictures_of_a_computation_with_korean_names_warn_of_no_letter(picture):
    def 화씨로(celsius):  # noqa: N802 (Korean has no capitals)
        return celsius * 1.8 + 32.0

    to_fahrenheit = tff.tf_computation(화씨로, np.float32)
    mean = tff.federated_computation(lambda x: tff.federated_mean(tff.federated_map(to_fahrenheit, x)), FLOATS)
    axes = Figure().add_subplot()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Whether this machine has Korean letters is not known here.
        getattr(traced(mean, [1.0, 2.0])[1].plot, picture)(axes)
    assert drawn(axes) == []


def test_wide_letters_count_twice_where_there_is_little_room():
    assert (columns("mean"), columns("평균"), columns("평균 x")) == (4, 4, 6)
    assert literal("평균온도 mean", 6) == "평균…"
    assert literal("평균온도", 8) == "평균온도"
    assert literal("mean of means", 6) == "mean …"
    assert literal("평", 1) == literal("평", 0) == "…"
