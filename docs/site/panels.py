"""Writes the table of the panels in `docs/notebook.md`: `make glossary`."""

import pathlib
import re

from tffsim.views.panels.declared import DECLARED, OVERVIEW

TARGET = pathlib.Path(__file__).parents[1] / "notebook.md"
_HEAD = "| panel | answers | shows |\n|---|---|---|\n"
_TABLE = re.compile(f"{re.escape(_HEAD)}(\\|.*\n)*")


def written(text: str) -> str:
    """Returns a page with the table as the panels declare it."""
    assert _TABLE.search(text), "The page has no such table."
    return _TABLE.sub(lambda _: table(), text)


def table() -> str:
    """Returns the table."""
    *always, wide = [DECLARED[name].title for name in OVERVIEW]
    overview = f"| **Overview** | | {' and '.join(always)}, the source beside them, and in a wide view {wide} too. |\n"
    rows = [
        f"| **{panel.title}** | {panel.question} | {' '.join(filter(None, (panel.shows, panel.more)))} |\n"
        for panel in DECLARED.values()
    ]
    return "".join([_HEAD, overview, *rows])


if __name__ == "__main__":
    TARGET.write_text(written(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
