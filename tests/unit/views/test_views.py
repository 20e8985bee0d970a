"""What is wrong is told from all else by its colour, also by those who see no red or no green."""

import json
import pathlib

import numpy as np
import pytest

import tffsim.views
from tests.unit.views.colour_vision import SIGHTS, ciede2000, contrast, distance

FACTS = json.loads((pathlib.Path(tffsim.views.__file__).parent / "theme.json").read_text(encoding="utf-8"))
# A distance of 1 is just to be noticed side by side, and up to 10 two colours are taken for one at a glance. The red
# and the orange that stood here before differed by 6 for those who see no green.
AT_A_GLANCE = 10
READABLE, VISIBLE = 4.5, 3.0
GROUNDS = ("light", "dark")
_HUES = ("ink", "soft", "blue", "orange", "green", "accent", "running")


def others(ground):
    """Returns all colours that stand for something else than what is wrong, by their names."""
    found = {name: FACTS["ground"][name][ground] for name in _HUES}
    for subject in ("operations", "clients"):
        found |= {f"{subject} {name}": facts[ground] for name, facts in FACTS[subject].items() if name != "failed"}
    # Tiles that are coloured by a number stand beside those with a frame for what is wrong.
    for subject in ("heat", "difference"):
        found |= {f"{subject} {name}": facts[ground] for name, facts in FACTS[subject].items()}
    return found


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_wrong_is_told_from_every_other_colour(ground, sight):
    wrong = FACTS["ground"]["red"][ground]
    near = {name: distance(wrong, colour, sight) for name, colour in others(ground).items()}
    assert {name: round(d, 1) for name, d in near.items() if d < AT_A_GLANCE} == {}


@pytest.mark.parametrize("sight", SIGHTS)
def test_wrong_is_told_from_every_other_colour_in_figures(sight):
    wrong = FACTS["outcomes"]["error"]["figure"]
    subjects = ("outcomes", "placements", "visibilities")
    figures = {(s, name): facts["figure"] for s in subjects for name, facts in FACTS[s].items() if name != "error"}
    near = {name: round(distance(wrong, colour, sight), 1) for name, colour in figures.items()}
    assert {name: d for name, d in near.items() if d < AT_A_GLANCE} == {}


@pytest.mark.parametrize("ground", GROUNDS)
def test_wrong_is_one_colour_and_can_be_read(ground):
    wrong = FACTS["ground"]["red"][ground]
    failed = FACTS["clients"]["failed"]
    assert failed[ground] == wrong
    assert min(contrast(wrong, FACTS["ground"][name][ground]) for name in ("surface", "raised")) >= READABLE
    assert contrast(wrong, failed[f"inkOn{ground.capitalize()}"]) >= READABLE
    assert contrast(FACTS["outcomes"]["error"]["figure"], FACTS["ground"]["surface"][ground]) >= VISIBLE


def test_what_was_given_up_is_grey_and_nothing_else_is():
    for ground in GROUNDS:
        colour = FACTS["clients"]["cancelled"][ground]
        parts = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        assert max(parts) - min(parts) < 32


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_of_the_paper(one, other, expected):
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)
