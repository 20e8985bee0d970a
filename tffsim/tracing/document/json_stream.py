"""Reading JSON piece by piece, so that what is wrong is found before there is much of it in memory.

Who reads says what comes next, an object or a list, and gets its entries one after the other.
An entry is read as a whole, and may not be long.
"""

import codecs
import json
from collections.abc import Callable, Iterator
from typing import Any

MAX_ENTRY = 256 * 1024
"""How many characters an entry may have."""

_CHUNK = 64 * 1024
_SPACE = " \t\n\r"


class JsonStream:
    """A JSON document that is read from its beginning to its end.

    Args:
        read: Returns the next bytes of the document, at most as many as it is told; none at the end.

    All methods raise `ValueError` if the document is not what they expect, or an entry is too long.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._is_all = False

    def value(self) -> Any:
        """Returns the next value, whatever it is."""
        self._next()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError:
                if self._is_all:
                    raise
            else:
                # What touches the end of what is known may go on, such as a number.
                if end < len(self._text) or self._is_all:
                    self._at = end
                    return value
            self._fill()

    def items(self) -> Iterator[str]:
        """Yields the keys of an object; the value of each must be read before the next is asked for."""
        for _ in self._parts("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise ValueError(f"expected a key, found {key!r:.60}")
            self._expect(":")
            yield key

    def elements(self) -> Iterator[None]:
        """Yields before each element of a list, which must be read before the next is asked for."""
        return self._parts("[", "]")

    def end(self) -> None:
        """Checks that nothing more comes."""
        if self._next():
            raise ValueError("expected the end of the description")

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        self._expect(opening)
        if self._next() == closing:
            self._at += 1
            return
        while True:
            yield
            separator = self._next()
            self._at += 1
            if separator == closing:
                return
            if separator != ",":
                raise ValueError(f"expected a comma or {closing}, found {separator!r}")

    def _expect(self, character: str) -> None:
        found = self._next()
        if found != character:
            raise ValueError(f"expected {character}, found {found!r}")
        self._at += 1

    def _next(self) -> str:
        """Returns the next character that is no space; nothing at the end."""
        while True:
            while self._at < len(self._text):
                character = self._text[self._at]
                if character not in _SPACE:
                    return character
                self._at += 1
            if self._is_all:
                return ""
            self._fill()

    def _fill(self) -> None:
        self._text, self._at = self._text[self._at :], 0
        if len(self._text) > MAX_ENTRY:
            raise ValueError(f"an entry has more than {MAX_ENTRY} characters")
        content = self._read(_CHUNK)
        self._is_all = not content
        self._text += self._decode(content, self._is_all)
