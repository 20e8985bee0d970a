"""How the line of options of a magic becomes words."""

import re
import shlex

_LIST_OF_PANELS = re.compile(r"(?<!\S)(--view(?:\s+|=))(\w+(?:\s*,\s*\w+)+)")


def with_joined_lists(line: str) -> str:
    """Returns a line of options in which a list of panels is one word: `--view stack, clients` has a blank."""
    return _LIST_OF_PANELS.sub(lambda found: found[1] + re.sub(r"\s", "", found[2]), line)


def words_of(line: str) -> list[str]:
    """Returns the words of a line of options.

    What is quoted belongs to one word, and loses its quotes; in IPython's own words they stay. A backslash is one: it
    may be that of a path on Windows.

    Raises:
        ValueError: If a quote has no end.
    """
    words = shlex.shlex(with_joined_lists(line), posix=True)
    words.whitespace_split, words.commenters, words.escape = True, "", ""
    return list(words)
