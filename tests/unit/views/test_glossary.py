"""The glossary: one file of words, and what is made from it."""

import pathlib

import pytest

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.views.glossary import briefs, glossary, hover_texts
from tffsim.views.notebook.feed import Feed
from tffsim.views.panels.declared import DECLARED

ROOT = pathlib.Path(__file__).parents[3]
WORDS = glossary()
PANELS = ("Overview", *(panel.title for panel in DECLARED.values()))


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_explained_in_short_whole_sentences(word):
    entry = WORDS[word]
    for text in filter(None, (entry.means, entry.more, entry.shows)):
        assert text.lstrip("`(")[0] != text[0].lower() or text[0] == "`", text
        assert text.endswith((".", "?", ")"))
        assert all(len(sentence.split()) <= 26 for sentence in text.split(". "))


def test_words_of_a_chapter_stand_together():
    chapters = [entry.chapter for entry in WORDS.values()]
    assert [
        chapter for k, chapter in enumerate(chapters) if chapter in chapters[:k] and chapters[k - 1] != chapter
    ] == []


def test_a_picture_exists_and_is_described():
    pictures = {entry.picture: entry.shows for entry in WORDS.values() if entry.picture}
    assert pictures and all(pictures.values())
    assert [name for name in pictures if not (ROOT / "docs" / "images" / name).is_file()] == []


def test_every_executor_has_an_entry():
    files = (ROOT / "tffsim" / "executors").glob("*_executor.py")
    names = {
        line.split("(")[0].split()[1]
        for file in files
        for line in file.read_text().splitlines()
        if line[:6] == "class "
    }
    executors = {name for name in names if name.endswith("Executor") and not name.startswith("_")}
    assert executors <= {word for word, entry in WORDS.items() if entry.chapter == "The executors"}


def test_every_executor_says_in_few_words_what_it_does():
    executors = [word for word, entry in WORDS.items() if entry.chapter == "The executors"]
    assert [word for word in executors if not 2 <= len(briefs()[word].split()) <= 7] == []


def test_a_view_gets_the_meaning_of_what_its_panels_name():
    trace = traced(mean_of_doubles, [1.0, 2.0])[1]
    ((message, _),) = Feed(trace).everything(finished=True)
    words = message["description"]["words"]
    assert words == hover_texts()
    assert message["description"]["briefs"] == briefs()
    shown = {*PANELS, *OPERATIONS, *trace.executors["name"]}
    assert shown <= set(words)
    assert not any("`" in text for text in words.values())
