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


Text = Annotated[str, AtMost(MAX_TEXT)]
Source = Annotated[str, AtMost(20_000)]
Reference = Annotated[int, Between(-1, MAX_COUNT)]
"""The number of an entry, or -1 for none."""
Count = Annotated[int, Between(0, MAX_COUNT)]


def saved_row(row: Any) -> dict[str, Any]:
    """Returns a row as an entry of a description; texts that are too long are cut short."""
    return {name: _saved(getattr(row, name), hint) for name, hint in fields_of(type(row)).items()}


def read_row(cls: type[_Row], entry: Any) -> _Row:
    """Returns the row that an entry describes.

    Raises:
        TraceFileError: If it describes none.
    """
    fields = fields_of(cls)
    if not isinstance(entry, dict) or entry.keys() != fields.keys():
        found = ", ".join(entry) if isinstance(entry, dict) else type(entry).__name__
        raise TraceFileError(f"expected the fields {', '.join(fields)} of {cls.__name__}, found {found:.200}.")
    return cls(**{name: _read(entry[name], hint) for name, hint in fields.items()})


def rows_for_views(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Returns rows as views get them."""
    names = [name for name in fields_of(type(rows[0])) if is_for_views(type(rows[0]), name)] if rows else []
    return [{name: getattr(row, name) for name in names} for row in rows]


def is_for_views(cls: type, name: str) -> bool:
    """Whether views get a field of a row."""
    return not any(isinstance(mark, NotForViews) for mark in parts_of(fields_of(cls)[name])[1])


@functools.cache
def fields_of(cls: type) -> dict[str, Any]:
    """Returns the types of the fields of a row, with what is said of them."""
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


@functools.cache
def parts_of(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Returns a type, and what is said of it beside."""
    if get_origin(hint) is Annotated:
        return get_args(hint)[0], hint.__metadata__
    return hint, ()


def whole(value: Any, low: int, high: int) -> int:
    """Returns a number that was checked to be whole and within bounds."""
    if type(value) is not int or not low <= value < high:
        raise TraceFileError(f"expected a number from {low} to {high - 1}, found {value!r:.60}.")
    return value


def text(value: Any, limit: int = MAX_TEXT) -> str:
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


def _saved(value: Any, hint: Any) -> Any:
    kind, marks = parts_of(hint)
    if kind is str:
        return saved_text(value, _length(marks))
    if get_origin(kind) is tuple:
        return [_saved(part, get_args(kind)[0]) for part in value]
    return saved_row(value) if dataclasses.is_dataclass(kind) else value


def _read(value: Any, hint: Any) -> Any:
    kind, marks = parts_of(hint)
    return _READERS[get_origin(kind) or kind](value, kind, marks) if not _is_row(kind) else read_row(kind, value)


def _is_row(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind)


def _read_text(value: Any, _: Any, marks: tuple[Any, ...]) -> str:
    for mark in marks:
        if isinstance(mark, OneOf) and value not in mark.words:
            raise TraceFileError(f"expected one of {', '.join(map(repr, mark.words))}, found {value!r:.60}.")
    return text(value, _length(marks))


def _read_whole(value: Any, _: Any, marks: tuple[Any, ...]) -> int:
    (bounds,) = (mark for mark in marks if isinstance(mark, Between))
    return whole(value, bounds.low, bounds.high)


def _read_truth(value: Any, *_: Any) -> bool:
    if type(value) is not bool:
        raise TraceFileError(f"expected true or false, found {value!r:.60}.")
    return value


def _read_tuple(value: Any, kind: Any, marks: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > _length(marks):
        raise TraceFileError(f"expected a list of at most {_length(marks)}, found {value!r:.60}.")
    return tuple(_read(part, get_args(kind)[0]) for part in value)


def _read_dict(value: Any, kind: Any, marks: tuple[Any, ...]) -> dict[Any, Any]:
    if not isinstance(value, dict) or len(value) > _length(marks):
        raise TraceFileError(f"expected at most {_length(marks)} entries, found {value!r:.60}.")
    key, entry = get_args(kind)
    return {_read(name, key): _read(part, entry) for name, part in value.items()}


def _length(marks: tuple[Any, ...]) -> int:
    return next((mark.length for mark in marks if isinstance(mark, AtMost)), MAX_TEXT)


_READERS: dict[Any, Callable[[Any, Any, tuple[Any, ...]], Any]] = {
    str: _read_text,
    int: _read_whole,
    bool: _read_truth,
    tuple: _read_tuple,
    dict: _read_dict,
}
