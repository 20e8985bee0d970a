"""What was said of the latest values, for those that come again."""

import collections
import contextlib
import dataclasses
import weakref
from typing import Any

from tffsim.tracing.previews import Preview

_MAX_REMEMBERED = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Description:
    """What a trace says of a value.

    Attributes:
        size: Its bytes; 0 if they are unknown.
        preview: What it is in short; None if the trace keeps nothing of values.
    """

    size: int
    preview: Preview | None


class RecentDescriptions:
    """Remembers the descriptions of arrays, tensors and datasets, and keeps none of them alive. Thread-safe.

    One value passes through many executors, and one broadcast value goes to many clients.
    """

    def __init__(self) -> None:
        self._known: collections.OrderedDict[int, tuple[weakref.ref[Any], Description]] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def find(self, value: Any) -> Description | None:
        """Returns what was said of this very value; None if it is unknown, or long ago."""
        known = self._known.get(id(value))
        # Another object may have got the place of one that is gone.
        return known[1] if known is not None and known[0]() is value else None

    def clear(self) -> None:
        """Forgets all of them."""
        self._known.clear()

    def add(self, value: Any, description: Description) -> None:
        """Remembers what was said of a value, unless only keeping it alive would tell it from others."""
        try:
            reference = weakref.ref(value)
        except TypeError:
            return
        self._known[id(value)] = reference, description
        while len(self._known) > _MAX_REMEMBERED:
            # Another thread may be doing the same.
            with contextlib.suppress(KeyError):
                self._known.popitem(last=False)
