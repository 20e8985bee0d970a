"""What a reader sees stands in one file, in two languages."""

import json
import logging
import pathlib
import string

import pytest

import tffsim
from tffsim.views.panels import words
from tffsim.views.panels.words import (
    LANGUAGES,
    chosen_language,
    filled,
    say,
    say_role,
    say_state,
    set_language,
    texts_about,
    words_of_views,
)

WRITTEN = json.loads((pathlib.Path(tffsim.__file__).parent / "views" / "words.json").read_text(encoding="utf-8"))
ENGLISH = WRITTEN["en"]


@pytest.fixture(autouse=True)
def _nobody_has_chosen(monkeypatch):
    monkeypatch.setattr(words, "_chosen", None)
    monkeypatch.delenv(words.VARIABLE, raising=False)


def test_the_languages_are_those_of_the_file():
    assert tuple(WRITTEN) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", ENGLISH)
def test_each_language_has_the_same_texts_with_the_same_gaps(language, subject):
    texts = WRITTEN[language][subject]
    assert list(texts) == list(ENGLISH[subject])
    for name, text in texts.items():
        english = ENGLISH[subject][name]
        assert type(text) is type(english), name
        assert _gaps(_form(text, "many")) == _gaps(_form(english, "many")), name
        # Of one thing the number may be a word.
        assert _gaps(_form(text, "one")) <= _gaps(_form(english, "many")), name


def test_a_text_of_views_is_called_otherwise_than_one_that_only_python_says():
    assert not ENGLISH["view"].keys() & ENGLISH["told"].keys()


def test_no_text_is_empty_and_none_is_left_in_english():
    for subject, texts in WRITTEN["ko"].items():
        for name, text in texts.items():
            for form in ("one", "many"):
                told = _form(text, form)
                assert told.strip(), name
                is_alike = told == _form(ENGLISH[subject][name], form)
                assert not is_alike or name in {"nan", "times", "examples", "Overview"}, name


def test_who_chooses_nothing_reads_english():
    assert chosen_language() == "en"
    assert say("n clients", count=1200) == "1,200 clients"
    assert say("n clients", count=1) == "1 client"
    assert say_state("failed") == "failed"


def test_a_language_is_chosen_for_all_that_is_said_from_then_on():
    set_language("ko")
    assert say("n clients", count=1200) == "클라이언트 1,200개"
    assert say("of", part=3, all=7) == "7 중 3"
    set_language("en")
    assert say("of", part=3, all=7) == "3 of 7"


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"There is no language 'kr'. Languages: en, ko."):
        set_language("kr")
    assert chosen_language() == "en"


def test_the_environment_chooses_a_language_that_a_program_may_change(monkeypatch):
    monkeypatch.setenv(words.VARIABLE, "ko")
    assert chosen_language() == "ko"
    set_language("en")
    assert chosen_language() == "en"


def test_an_unknown_language_of_the_environment_stops_no_run(monkeypatch, caplog):
    monkeypatch.setenv(words.VARIABLE, "xx")
    with caplog.at_level(logging.WARNING, "tffsim"):
        assert (chosen_language(), chosen_language()) == ("en", "en")
    assert caplog.messages == ["TFFSIM_LANGUAGE is 'xx'. There is no such language; words are English."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_end_finds_texts_by_their_numbers_and_gaps_by_their_order_in_english(language):
    set_language(language)
    told = words_of_views()["texts"]
    for number, (name, english) in enumerate(ENGLISH["view"].items()):
        names = _in_order(_form(english, "many"))
        parts = {part: f"<{k}>" for k, part in enumerate(names)}
        text = told[number] if isinstance(told[number], str) else told[number][1]
        assert text.format(*parts.values()) == _form(texts_about("view")[name], "many").format(**parts), name


def test_one_and_many_are_told_apart_by_the_first_gap():
    assert filled({"one": "a box", "many": "{count} boxes of {name}"}, count=1, name="x") == "a box"
    assert filled({"one": "a box", "many": "{count} boxes of {name}"}, count=2, name="x") == "2 boxes of x"


def _form(text: str | dict[str, str], form: str) -> str:
    return text if isinstance(text, str) else text[form]


def _in_order(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def _gaps(text: str) -> set[str]:
    return set(_in_order(text))


def test_what_an_executor_is_there_for_is_told_in_the_language():
    assert say_role("clients 0-9") == "clients 0-9"
    set_language("ko")
    assert [say_role(role) for role in ("clients 0-9", "server", "")] == ["클라이언트 0-9", "서버", ""]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_mean_of_a_histogram_has_the_mark_of_the_line_that_shows_it(language):
    assert WRITTEN[language]["view"]["mean"].startswith("│ ")
