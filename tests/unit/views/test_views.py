"""Panels, which Python and the front end read from one file."""

import json
import pathlib

import tffsim.views
from tffsim.views import PANELS
from tffsim.views.figures.figures import Figures

DECLARED = json.loads((pathlib.Path(tffsim.views.__file__).parent / "panels.json").read_text(encoding="utf-8"))


def test_each_panel_has_a_picture_of_its_name():
    assert [name for name in PANELS if not callable(getattr(Figures, name, None))] == []


def test_names_and_titles_are_different_from_one_another():
    assert len(set(PANELS)) == len(PANELS)
    assert len({panel["title"] for panel in DECLARED["panels"]}) == len(PANELS)


def test_the_overview_shows_panels_that_there_are():
    assert set(DECLARED["overview"]) <= set(PANELS)
