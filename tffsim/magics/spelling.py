"""Questions about words that nobody knows."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, possible: Iterable[str]) -> str:
    """Returns a question for the end of a message, after a blank; empty if nothing looks like the word."""
    near = difflib.get_close_matches(word, list(possible), 1)
    return f" Did you mean {near[0]}?" if near else ""
