"""The words of the project, each explained once, in `glossary.json`.

The page `docs/concepts.md`, the tables of words in the lessons and the hover texts of the
front end are made from it. What a panel shows is said in `words.json`.
"""

import dataclasses
import functools
import json
import pathlib
from collections.abc import Mapping

from tffsim.views.panels.declared import DECLARED, Panel
from tffsim.views.panels.words import chosen_language, words_about

PATH = pathlib.Path(__file__).with_name("glossary.json")
# What the panels of the front end show by these names; the other words would only make each page larger.
_CHAPTER_OF_PANELS = "The panels"
_IN_PANELS = ("The executors", "What a trace records", _CHAPTER_OF_PANELS)
_WORDS_IN_PANELS = frozenset(
    {"AST", "client", "execution context", "execution stack", "executor", "external runtime", "placement", "server"}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """What is said of a word.

    Attributes:
        chapter: Under which title it stands.
        means: What it means, in one or two short sentences of Markdown.
        brief: What it does, in the few words for which a box has room.
        more: What a reader of the glossary may want to know besides.
        picture: The file of a picture in `docs/images`.
        shows: What is in the picture.
        korean: The same as `means`, in Korean.
        korean_brief: The same as `brief`, in Korean.
    """

    chapter: str
    means: str
    brief: str = ""
    more: str = ""
    picture: str = ""
    shows: str = ""
    korean: str = ""
    korean_brief: str = ""


@functools.cache
def glossary() -> Mapping[str, Entry]:
    """Returns what is said of each word, in the order of the page."""
    written = {word: Entry(**entry) for word, entry in json.loads(PATH.read_text(encoding="utf-8")).items()}
    # A word that is explained elsewhere, such as the AST, is not explained again.
    panels = {panel.title: _entry_of(panel) for panel in DECLARED.values() if panel.title not in written}
    first = next(k for k, entry in enumerate(written.values()) if entry.chapter == _CHAPTER_OF_PANELS)
    words = list(written.items())
    return dict([*words[:first], *panels.items(), *words[first:]])


def hover_texts() -> Mapping[str, str]:
    """Returns the meaning of the words that panels show, as plain text, in the language that was chosen."""
    shown = {
        word: entry for word, entry in glossary().items() if entry.chapter in _IN_PANELS or word in _WORDS_IN_PANELS
    }
    return {word: _said(entry.means, entry.korean).replace("`", "") for word, entry in shown.items()}


def briefs() -> Mapping[str, str]:
    """Returns what stands in boxes below their names, in the language that was chosen."""
    return {word: _said(entry.brief, entry.korean_brief) for word, entry in glossary().items() if entry.brief}


def _said(english: str, korean: str) -> str:
    return korean if chosen_language() == "ko" else english


def _entry_of(panel: Panel) -> Entry:
    korean = words_about("panels", "ko")[panel.name]
    return Entry(_CHAPTER_OF_PANELS, panel.shows, "", panel.more, panel.picture, panel.pictured, korean)
