"""Following a value from one executor into another.

Between server and clients a value goes as a payload: one executor computes it, another one
embeds it. The payload is the same object on both sides, so the trace can tell where it came from.
"""

import collections
import contextlib
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from federated_language.common_libs import structure

_MAX_REMEMBERED = 65_536
# Python may use one object of these for many values.
_SHARED = {bool, int, str, bytes, type(None)}
# What has no weak references, and is so small that it may be kept.
_NUMBERS = (float, complex, np.number, np.bool_)
_CONTAINERS = {list, tuple, dict, collections.OrderedDict, structure.Struct}


class PayloadOrigins:
    """Remembers by which span a payload left an executor; keeps no large payload alive. Thread-safe."""

    def __init__(self) -> None:
        self._origins: dict[int, tuple[Callable[[], object], int]] = {}

    def add(self, payload: object, span: int) -> None:
        """Notes that a span took out a payload, unless a span below it has done so before."""
        origins = self._origins
        for part in _parts(payload):
            known = origins.get(id(part))
            # Another object may have got the place of one that is gone.
            if (known is not None and known[0]() is part) or type(part) in _SHARED:
                continue
            reference = _reference(part)
            if reference is not None:
                origins[id(part)] = (reference, span)
        while len(origins) > _MAX_REMEMBERED:
            # Another thread may be doing the same.
            with contextlib.suppress(KeyError, RuntimeError):
                del origins[next(iter(origins))]

    def of(self, payload: object) -> tuple[int, ...]:
        """Returns the spans that took out a payload, or the parts of a struct."""
        origins = self._origins
        if not origins:
            return ()
        if type(payload) not in _CONTAINERS:
            known = origins.get(id(payload))
            return (known[1],) if known is not None and known[0]() is payload else ()
        found: dict[int, None] = {}
        for part in _parts(payload):
            known = origins.get(id(part))
            if known is not None and known[0]() is part:
                found[known[1]] = None
        return tuple(found)

    def clear(self) -> None:
        """Forgets all payloads."""
        self._origins.clear()


def _reference(part: object) -> Callable[[], object] | None:
    try:
        return weakref.ref(part)
    except TypeError:
        return (lambda: part) if isinstance(part, _NUMBERS) else None


def _parts(payload: object) -> Sequence[object]:
    """Returns a payload itself or the parts of a struct, as many as can be remembered."""
    if type(payload) not in _CONTAINERS:
        return (payload,)
    found: list[object] = []
    _add_parts(payload, found)
    return found


def _add_parts(payload: Any, found: list[object]) -> None:
    members = tuple(payload.values() if isinstance(payload, dict) else payload)
    if _CONTAINERS.isdisjoint(map(type, members)):
        found += members[: _MAX_REMEMBERED - len(found)]
        return
    for member in members:
        if len(found) >= _MAX_REMEMBERED:
            return
        if type(member) in _CONTAINERS:
            _add_parts(member, found)
        else:
            found.append(member)
