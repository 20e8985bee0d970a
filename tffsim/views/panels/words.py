"""The words that a reader sees, in the language that was chosen; they stand in `words.json`."""

import contextlib
import contextvars
import functools
import json
import logging
import os
import pathlib
import re
from collections.abc import Iterator
from typing import TypeAlias

Text: TypeAlias = "str | dict[str, str]"
"""A text with gaps such as `{count}`, or its forms for `one` thing and for `many`."""

LANGUAGES = ("en", "ko")
"""English and Korean."""

VARIABLE = "TFFSIM_LANGUAGE"
"""The environment variable that chooses a language for whoever does not call `set_language`."""

_FOLDER = pathlib.Path(__file__).parents[1]
_log = logging.getLogger("tffsim")
_chosen: str | None = None
_for_now: contextvars.ContextVar[str | None] = contextvars.ContextVar("language", default=None)

FACTS: dict[str, dict[str, dict[str, str]]] = json.loads(_FOLDER.joinpath("theme.json").read_text(encoding="utf-8"))
"""All of `theme.json`: by subject and name, colours."""


def set_language(language: str) -> None:
    """Chooses the language of what is drawn and told from now on: views, figures, pages, the sentence about a run.

    The environment variable `TFFSIM_LANGUAGE` chooses it for a whole process. Names, error messages and tables stay
    English, as programs depend on them.

    Args:
        language: `"en"` for English, or `"ko"` for Korean.

    Raises:
        ValueError: If there is no such language.
    """
    global _chosen
    if language not in LANGUAGES:
        raise ValueError(f"There is no language {language!r}. Languages: {', '.join(LANGUAGES)}.")
    _chosen = language


def chosen_language() -> str:
    """Returns the language that was chosen."""
    return _for_now.get() or _chosen or _language_of_process(os.environ.get(VARIABLE, ""))


@contextlib.contextmanager
def spoken(language: str) -> Iterator[None]:
    """A block in which this thread speaks a language, whatever was chosen."""
    token = _for_now.set(language)
    try:
        yield
    finally:
        _for_now.reset(token)


@functools.cache
def _language_of_process(named: str) -> str:
    if named and named not in LANGUAGES:
        # What a picture is called is no reason to stop a run.
        _log.warning("%s is %r. There is no such language; words are English.", VARIABLE, named)
    return named if named in LANGUAGES else LANGUAGES[0]


def say(word: str, **parts: object) -> str:
    """Returns a text that views and figures show.

    Args:
        word: What the text is called in the part `view` of `words.json`, or in `told`, which only Python says.
        **parts: What stands in its gaps. Of a text that has forms for one and for many, the first is a number.
    """
    words = _words()[chosen_language()]
    return filled(words["view"][word] if word in words["view"] else words["told"][word], **parts)


def say_state(state: str) -> str:
    """Returns what a state of a client, a call or a run is called, or an outcome."""
    return words_about("states")[state]


def say_role(role: str) -> str:
    """Returns what an executor is there for, as `clients 0-9`, in the words of the language."""
    words = words_about("roles")
    return re.sub("[a-z]+", lambda word: words.get(word[0], word[0]), role)


def filled(text: Text, **parts: object) -> str:
    """Returns a text, with parts in its gaps; whole numbers have commas between thousands."""
    if isinstance(text, dict):
        text = text["one" if parts[_gaps(text)[0]] == 1 else "many"]
    return text.format(**{name: f"{part:,}" if isinstance(part, int) else part for name, part in parts.items()})


def texts_about(subject: str, language: str | None = None) -> dict[str, Text]:
    """Returns the texts about a subject, which is a part of `words.json`.

    Args:
        subject: Its name.
        language: `en` or `ko`; by default the one that was chosen.
    """
    return _words()[language or chosen_language()][subject]


def words_about(subject: str, language: str | None = None) -> dict[str, str]:
    """Returns the same of a subject of which no text has several forms."""
    return {name: str(text) for name, text in texts_about(subject, language).items()}


def words_of_views() -> dict[str, object]:
    """Returns the words of the front end, which knows texts by their numbers, and gaps by their order in English."""
    told = texts_about("view")
    texts = [_numbered(told[name], _gaps(text)) for name, text in texts_about("view", "en").items()]
    return {"texts": texts, "states": words_about("states"), "roles": words_about("roles")}


def _numbered(text: Text, gaps: list[str]) -> str | list[str]:
    if isinstance(text, dict):
        return [str(_numbered(text[form], gaps)) for form in ("one", "many")]
    return re.sub(r"\{(\w+)\}", lambda gap: f"{{{gaps.index(gap[1])}}}", text)


def _gaps(text: Text) -> list[str]:
    """Returns the names of the gaps of a text, in their order."""
    return re.findall(r"\{(\w+)\}", text["many"] if isinstance(text, dict) else text)


@functools.cache
def _words() -> dict[str, dict[str, dict[str, Text]]]:
    words: dict[str, dict[str, dict[str, Text]]] = json.loads(
        _FOLDER.joinpath("words.json").read_text(encoding="utf-8")
    )
    return words
