"""Writes `docs/concepts.md`, the page of the glossary: `make glossary`."""

import itertools
import pathlib

from tffsim.views.glossary import Entry, glossary

TARGET = pathlib.Path(__file__).parents[1] / "concepts.md"
_HEAD = """# The words

<!-- Made by `make glossary` from tffsim/views/glossary.json. Change it there. -->

The words of tffsim, each in one or two sentences. The same sentences appear in the lessons, and when the mouse rests on
a part of a picture. Most pictures are of a notebook cell while it runs: 30 clients learn to read digits.
"""


def page() -> str:
    """Returns the page."""
    parts = [_HEAD]
    for chapter, entries in itertools.groupby(glossary().items(), lambda item: item[1].chapter):
        parts.append(f"\n## {chapter}\n")
        parts += [_section(word, entry) for word, entry in entries]
    return "".join(parts)


def _section(word: str, entry: Entry) -> str:
    title = f"`{word}`" if "_" in word or word.endswith("Executor") else word
    picture = f"![{entry.shows}](images/{entry.picture})" if entry.picture else ""
    paragraphs = [f"### {title}", entry.means, entry.more, picture]
    return "".join(f"\n{paragraph}\n" for paragraph in paragraphs if paragraph)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
