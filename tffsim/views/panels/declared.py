"""The panels, each of which is declared once, in `panels.json`; what is said of it stands in `words.json`.

Magics and their completion, `trace.show`, the tabs of the front end, the glossary and the page on
notebooks read it. A panel has two painters besides: a method of `Figures`, and a class below
`widgets/src/panels`.
"""

import dataclasses
import json
import pathlib

from tffsim.views.panels.words import LANGUAGES, words_about

_FILE = json.loads(pathlib.Path(__file__).parents[1].joinpath("panels.json").read_text(encoding="utf-8"))
_SAID = {"question": "questions", "shows": "panels"}


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


def _said(name: str) -> dict[str, str]:
    """Returns what is said of a panel."""
    return {part: words_about(subject, LANGUAGES[0])[name] for part, subject in _SAID.items()}


DECLARED = {
    panel["name"]: Panel(**{**panel, **_said(panel["name"]), "data": tuple(panel["data"])}) for panel in _FILE["panels"]
}
"""The panels by their names, in the order of their tabs."""

OVERVIEW: tuple[str, ...] = tuple(_FILE["overview"])
"""The panels that are seen side by side on the first tab."""
