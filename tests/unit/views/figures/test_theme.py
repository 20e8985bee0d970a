"""Colours and words, which figures and the front end read from one file."""

import json
import pathlib

import pytest

import tffsim.views
from tffsim.tracing.analysis.traffic import VISIBILITIES
from tffsim.tracing.document.operations import ALL_OUTCOMES, OPERATIONS
from tffsim.views.figures import theme

FACTS = json.loads((pathlib.Path(tffsim.views.__file__).parent / "theme.json").read_text(encoding="utf-8"))


def test_each_operation_and_outcome_has_a_colour_in_the_order_of_their_numbers():
    assert tuple(theme.OPERATION_COLOURS) == tuple(OPERATIONS)
    assert tuple(theme.OUTCOME_COLOURS) == tuple(ALL_OUTCOMES)


@pytest.mark.parametrize("colours", [theme.OPERATION_COLOURS, theme.OUTCOME_COLOURS, theme.PLACEMENT_COLOURS])
def test_what_a_figure_shows_side_by_side_has_different_colours(colours):
    assert len(set(colours.values())) == len(colours)


def test_a_figure_has_the_colours_of_the_notebook_unless_it_has_its_own():
    assert theme.OPERATION_COLOURS["invoke"] == FACTS["operations"]["invoke"]["light"]
    assert theme.OPERATION_COLOURS["compute"] == FACTS["operations"]["compute"]["figure"]


@pytest.mark.parametrize(("ground", "made"), [("light", theme.LIGHT), ("dark", theme.DARK)])
def test_ink_and_ground_are_those_of_the_notebook(ground, made):
    of = {name: colours[ground] for name, colours in FACTS["ground"].items()}
    assert (made.ground, made.ink, made.soft, made.line) == (of["surface"], of["ink"], of["soft"], of["line"])


def test_every_placement_and_every_visibility_has_a_colour():
    assert set(theme.PLACEMENT_COLOURS) == {"", "server", "clients"}
    assert set(theme.VISIBILITY_COLOURS) == set(VISIBILITIES)
