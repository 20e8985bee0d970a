"""The columns of spans that views get, in the two forms in which they go there.

A message has them as buffers of numbers, which a front end can use as they are. A page keeps them packed, in a
quarter of the space; `widgets/src/model/packing.ts` unpacks them.
"""

import base64
import dataclasses
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tffsim.tracing.document.schema import (
    COLUMNS,
    NUMBERS_FOR_VIEWS,
    OPTIONAL_FOR_VIEWS,
    TICK,
    TIMES_FOR_VIEWS,
)

_NANOSECONDS_PER_MILLISECOND = 1e6
# A higher level takes three times as long, for a page that is a twentieth smaller.
_COMPRESSION = 4


@dataclasses.dataclass(frozen=True, slots=True)
class ViewColumns:
    """Columns of some spans.

    Attributes:
        numbers: `id` and `NUMBERS_FOR_VIEWS`, a row for each.
        times: `TIMES_FOR_VIEWS`, a row for each, in nanoseconds.
        optional: `OPTIONAL_FOR_VIEWS`, each for the spans that have such a number.
    """

    numbers: "np.ndarray"
    times: "np.ndarray"
    optional: "list[np.ndarray]"

    @classmethod
    def of(cls, columns: "Mapping[str, np.ndarray] | np.ndarray") -> "ViewColumns":
        """Returns what views get of columns, or of rows; `id` must be among them."""
        return cls(
            np.stack([columns[name].astype("<i4") for name in ("id", *NUMBERS_FOR_VIEWS)]),
            np.stack([columns[name].astype(np.int64) for name in TIMES_FOR_VIEWS]),
            [columns[name][columns[COLUMNS[name].validity]].astype("<f8") for name in OPTIONAL_FOR_VIEWS],
        )

    @property
    def count(self) -> int:
        """The number of spans."""
        return int(self.numbers.shape[1])

    def buffers(self) -> list[bytes]:
        """Returns a buffer of numbers, one of times in milliseconds, and one for each optional column."""
        times = self.times.astype("<f8") / _NANOSECONDS_PER_MILLISECOND
        return [self.numbers.tobytes(), times.tobytes(), *(column.tobytes() for column in self.optional)]

    def packed(self) -> dict[str, Any]:
        """Returns the columns as a page keeps them.

        Of whole numbers the differences from span to span are kept, in as many bytes as the largest needs: first
        the lowest byte of all, then the next. Such bytes are alike, and so they are deflated fast and well. Times
        are kept in ticks of an eighth of a microsecond: the rest is noise, and half of a page.
        """
        whole = [*self.numbers.astype(np.int64), *((self.times + TICK // 2) // TICK)]
        planes = [_planes(_differences(column)) for column in whole]
        optional = [np.ascontiguousarray(column.view(np.uint8).reshape(-1, 8).T) for column in self.optional]
        return {
            "widths": [len(bytes_of_one) for bytes_of_one in planes],
            "whole": deflated(b"".join(part.tobytes() for part in planes)),
            "optional": deflated(b"".join(part.tobytes() for part in optional)),
            "counts": [len(column) for column in self.optional],
        }


def deflated(content: bytes) -> str:
    """Returns bytes deflated, in base64: no text in them can be read as a part of a page."""
    return base64.b64encode(zlib.compress(content, _COMPRESSION)).decode("ascii")


def _differences(column: "np.ndarray") -> "np.ndarray":
    """Returns the differences of neighbours; 0, -1, 1, -2, … stand as 0, 1, 2, 3, …."""
    differences = np.diff(column, prepend=0)
    return (differences << 1) ^ (differences >> 63)


def _planes(numbers: "np.ndarray") -> "np.ndarray":
    """Returns the bytes of numbers, the lowest of all first, without those that are 0 everywhere."""
    width = max(1, -(-int(numbers.max(initial=0)).bit_length() // 8))
    return np.ascontiguousarray(numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T)
