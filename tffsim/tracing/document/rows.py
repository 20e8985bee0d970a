"""Rows: what a trace says that is no column, such as an executor. How they are saved, read again, and told to views.

A row is a data class, and the types of its fields are all that is said of it: here stands what they mean for a file.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from tffsim.tracing.document.schema import MAX_COUNT
from tffsim.tracing.document.trace_file_error import TraceFileError

MAX_TEXT = 2000
"""How many characters a text may have that says nothing else; longer ones are saved cut short."""
_Row = TypeVar("_Row")
_Kind = TypeVar("_Kind", list[object], dict[str, object])


@dataclasses.dataclass(frozen=True, slots=True)
class AtMost:
    """How long a text, a tuple or a dict may be."""

    length: int


@dataclasses.dataclass(frozen=True, slots=True)
class Between:
    """Which whole numbers are allowed; `high` is the first that is not."""

    low: int
    high: int


@dataclasses.dataclass(frozen=True, slots=True)
class OneOf:
    """Which words are allowed."""

    words: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class NotForViews:
    """Marks a field that views do not get."""


@dataclasses.dataclass(frozen=True, slots=True)
class Added:
    """Marks a field that files of older versions lack; they mean its default."""


Text = Annotated[str, AtMost(MAX_TEXT)]
Source = Annotated[str, AtMost(20_000)]
Reference = Annotated[int, Between(-1, MAX_COUNT)]
"""The number of an entry, or -1 for none."""
Count = Annotated[int, Between(0, MAX_COUNT)]


def saved_row(row: object) -> dict[str, object]:
    """Returns a row as an entry of a description; texts that are too long are cut short."""
    return {name: save(getattr(row, name)) for name, save in _savers(_key(type(row))).items()}


def read_row(cls: type[_Row], entry: object) -> _Row:
    """Returns the row that an entry describes.

    Raises:
        TraceFileError: If it describes none.
    """
    readers = _readers(_key(cls))
    if not isinstance(entry, dict) or not entry.keys() <= readers.keys() <= entry.keys() | _added(_key(cls)):
        found = ", ".join(entry) if isinstance(entry, dict) else type(entry).__name__
        raise TraceFileError(f"expected the fields {', '.join(readers)} of {cls.__name__}, found {found:.200}.")
    return cls(**{name: readers[name](value) for name, value in entry.items()})


def rows_for_views(rows: Sequence[object]) -> list[dict[str, object]]:
    """Returns rows as views get them."""
    if not rows:
        return []
    cls = _key(type(rows[0]))
    names = [name for name in fields_of(cls) if is_for_views(cls, name)]
    return [{name: getattr(row, name) for name in names} for row in rows]


def is_for_views(cls: type, name: str) -> bool:
    """Whether views get a field of a row."""
    return not any(isinstance(mark, NotForViews) for mark in parts_of(fields_of(_key(cls))[name])[1])


@functools.cache
def fields_of(cls: type) -> dict[str, object]:
    """Returns the types of the fields of a row, with what is said of them."""
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _key(cls: type) -> Any:
    """Returns a class as the key of a cache; mypy does not take classes for hashable."""
    return cls


def parts_of(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Returns a type, and what is said of it beside."""
    if get_origin(hint) is Annotated:
        return get_args(hint)[0], hint.__metadata__
    return hint, ()


def whole(value: object, low: int, high: int) -> int:
    """Returns a number that was checked to be whole and within bounds."""
    if type(value) is not int or not low <= value < high:
        raise TraceFileError(f"expected a number from {low} to {high - 1}, found {value!r:.60}.")
    return value


def text(value: object, limit: int = MAX_TEXT) -> str:
    """Returns a text that was checked to be one, not too long, and of whole characters."""
    if not isinstance(value, str) or len(value) > limit:
        raise TraceFileError(f"expected a text, found {value!r:.60}.")
    if not value.isascii():
        value.encode("utf-8")  # Half a character is an error here, and not when the text is shown.
    return value


def saved_text(value: str, limit: int = MAX_TEXT) -> str:
    """Returns a text that every program can write: not too long, and without half characters."""
    if not value.isascii():
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if len(value) <= limit else value[: limit - 1] + "…"


@functools.cache
def _added(cls: type) -> frozenset[str]:
    marks = {name: parts_of(hint)[1] for name, hint in fields_of(cls).items()}
    return frozenset(name for name, said in marks.items() if any(isinstance(mark, Added) for mark in said))


@functools.cache
def _readers(cls: type) -> dict[str, Callable[[object], object]]:
    """Returns what reads each field of a row: a trace may have many rows."""
    return {name: _reader(hint) for name, hint in fields_of(cls).items()}


def _reader(hint: object) -> Callable[[object], object]:
    kind, marks = parts_of(hint)
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is str:
        words = next((mark.words for mark in marks if isinstance(mark, OneOf)), None)
        length = _length(marks)
        return (lambda value: text(value, length)) if words is None else (lambda value: _one_of(value, words))
    if kind is int:
        (bounds,) = (mark for mark in marks if isinstance(mark, Between))
        return lambda value: whole(value, bounds.low, bounds.high)
    if kind is bool:
        return _truth
    if origin is tuple:
        part, most = _reader(arguments[0]), _length(marks)
        return lambda value: tuple(map(part, _at_most(value, list, most)))
    if origin is dict:
        key, part, most = _reader(arguments[0]), _reader(arguments[1]), _length(marks)
        return lambda value: {key(name): part(entry) for name, entry in _at_most(value, dict, most).items()}
    return lambda value: read_row(kind, value)


def _one_of(value: object, words: tuple[str, ...]) -> str:
    if value not in words:
        raise TraceFileError(f"expected one of {', '.join(map(repr, words))}, found {value!r:.60}.")
    return text(value)


def _truth(value: object) -> bool:
    if type(value) is not bool:
        raise TraceFileError(f"expected true or false, found {value!r:.60}.")
    return value


def _at_most(value: object, kind: type[_Kind], length: int) -> _Kind:
    if not isinstance(value, kind) or len(value) > length:
        raise TraceFileError(f"expected a {kind.__name__} of at most {length} entries, found {value!r:.60}.")
    return value


@functools.cache
def _savers(cls: type) -> dict[str, Callable[[object], object]]:
    return {name: _saver(hint) for name, hint in fields_of(cls).items()}


def _saver(hint: object) -> Callable[[Any], Any]:
    kind, marks = parts_of(hint)
    if kind is str:
        length = _length(marks)
        return lambda value: saved_text(value, length)
    if get_origin(kind) is tuple:
        part = _saver(get_args(kind)[0])
        return lambda value: list(map(part, value))
    return saved_row if dataclasses.is_dataclass(kind) else lambda value: value


def _length(marks: tuple[object, ...]) -> int:
    return next((mark.length for mark in marks if isinstance(mark, AtMost)), MAX_TEXT)
