"""The panels, each of which is declared once, in `panels.json`; what is said of it stands in `words.json`.

Magics and their completion, `trace.show`, the tabs of the front end, the glossary and the page on
notebooks read it. A panel has two painters besides: a method of `Figures`, and a class below
`widgets/src/panels`.
"""

import dataclasses
import json
import pathlib
from typing import Any

from tffsim.views.panels.words import LANGUAGES, words_about

_FILE = json.loads(pathlib.Path(__file__).parents[1].joinpath("panels.json").read_text(encoding="utf-8"))


@dataclasses.dataclass(frozen=True, slots=True)
class Panel:
    """A panel.

    Attributes:
        name: What it is called in programs.
        title: What it is called on its tab.
        question: What it answers.
        shows: How it answers: what is seen.
        more: What a reader may want to know besides.
        data: What its painter in the front end reads: `spans`, or one of `panel_data.PANEL_DATA`.
        picture: The file of a picture in `docs/images`.
        pictured: What is in the picture.
    """

    name: str
    title: str
    question: str
    shows: str
    data: tuple[str, ...]
    more: str = ""
    picture: str = ""
    pictured: str = ""


def _declared(facts: dict[str, Any]) -> Panel:
    name = facts["name"]
    said = {
        "question": words_about("questions", LANGUAGES[0])[name],
        "shows": words_about("panels", LANGUAGES[0])[name],
    }
    return Panel(**{**facts, **said, "data": tuple(facts["data"])})


DECLARED = {panel["name"]: _declared(panel) for panel in _FILE["panels"]}
"""The panels by their names, in the order of their tabs."""

OVERVIEW: tuple[str, ...] = tuple(_FILE["overview"])
"""The panels that are seen side by side on the first tab."""
