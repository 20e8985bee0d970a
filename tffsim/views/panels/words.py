"""The words of pictures: those of `theme.json` beside its colours, and those of `words.json`, in two languages."""

import functools
import json
import pathlib

_FOLDER = pathlib.Path(__file__).parents[1]

FACTS: dict[str, dict[str, dict[str, str]]] = json.loads(_FOLDER.joinpath("theme.json").read_text(encoding="utf-8"))
"""All of `theme.json`: by subject and name, colours and words."""

PLACEMENT_WORDS = {name: facts["words"] for name, facts in FACTS["placements"].items()}
VISIBILITY_WORDS = {name: facts["words"] for name, facts in FACTS["visibilities"].items()}


def words_about(subject: str, language: str = "en") -> dict[str, str]:
    """Returns the words about a subject, an entry of `words.json`.

    Args:
        subject: Its name.
        language: `en` or `ko`.
    """
    words = _words()[language][subject]
    assert isinstance(words, dict)
    return words


@functools.cache
def _words() -> dict[str, dict[str, str | dict[str, str]]]:
    words: dict[str, dict[str, str | dict[str, str]]] = json.loads(
        _FOLDER.joinpath("words.json").read_text(encoding="utf-8")
    )
    return words
