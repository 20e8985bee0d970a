"""What a value was, in so few words that a sentence or a box has room for them."""

import re

_MAX_VALUE = 80
# Of an array of which all numbers are shown.
_STATISTICS = re.compile(r"(\[[^][…]+\])  min \S+  mean \S+  max [^\s,>]+")
# Members of which no more is known than a type that they share.
_ALIKE = re.compile(r"(\b[a-z]+\d*\[[\d,?]*\])(?:, \1)+(?:, …)?")
# Of an array in a result: all that is said beside its numbers, or beside its type if it has many.
_SUMMED_UP = re.compile(r"(\]|>)(?:  (?:min|mean|max|norm) [^\s,>]+)+")
_TYPE_OF_NUMBERS = re.compile(r"\b(?:float|int|uint|bool|complex|bfloat)\d*\[[\d,]*\] (?=\[[^…]*\])")
_TEXT = re.compile(r"\bstr b(?=['\"])")


def shortened(text: str) -> str:
    """Returns a value in short: its numbers, and not what only repeats or sums up those that are all there.

    Of a text that is still long the two ends are left: what is wrong may be the last of many numbers.
    """
    text = _STATISTICS.sub(r"\1", text)
    text = _ALIKE.sub(r"\1, …", text).replace("  ", ", ")
    return text if len(text) <= _MAX_VALUE else f"{text[: _MAX_VALUE // 2]} … {text[-_MAX_VALUE // 2 :]}"


def of_result(text: str) -> str:
    """Returns a result in short: without what sums up its numbers, and without its type where it has few."""
    text = _TEXT.sub("", _SUMMED_UP.sub(r"\1", text))
    return _ALIKE.sub(r"\1, …", _TYPE_OF_NUMBERS.sub("", text))
