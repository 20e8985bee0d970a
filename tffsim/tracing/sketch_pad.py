"""Where sketches are taken while a stack runs.

A value is not looked at when it is recorded: the numbers of its sample are copied, at most a few thousand, beside
those of the values before it. When there are many, or when somebody reads, the statistics of all of them are
computed in one go. Nothing is kept of a value but its sketch.
"""

import threading
from collections.abc import Callable
from typing import Any

import federated_language as fl
import numpy as np

from tffsim.tracing.seen_tensors import SeenTensors
from tffsim.tracing.sketch_coordinates import Coordinates
from tffsim.tracing.sketch_forms import Layout, layout_of, unknown
from tffsim.tracing.sketch_parts import Parts, numbers_of, take_apart
from tffsim.tracing.sketch_statistics import Segments, rows_of
from tffsim.tracing.sketches import Sketch, Sketches

# Half a megabyte of numbers: at least seven values, and a hundred of small models.
_CAPACITY = 65_536
_EMPTY = np.zeros(0), np.zeros(0), np.zeros(0, np.float32)


class _OfForm:
    """The sketches of one form: their numbers, the segments of those that wait, and the rows of the others."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.numbers: list[int] = []
        self.waiting: list[list[int]] = []
        self.rows: list[tuple[np.ndarray, ...]] = []

    def joined(self) -> "tuple[np.ndarray, ...]":
        self.rows = [tuple(np.concatenate(parts) for parts in zip(*self.rows, strict=True))]
        return self.rows[0]


class SketchPad:
    """Takes sketches of values. Thread-safe.

    One value passes through many executors, and one broadcast value goes to many clients: tensors, which nobody
    can change, are looked at once, and structs of the same tensors share a sketch.
    """

    def __init__(self) -> None:
        self._segments: Segments | None = None
        self._batch = 0
        self._forms: dict[Any, _OfForm] = {}
        self._waiting: list[_OfForm] = []
        self._values: list[int] = []
        self._sketches: list[int] = []
        self._num_sketches = 0
        self._tensors = SeenTensors()
        self._known: dict[tuple[int, ...], int] = {}
        self._lock = threading.RLock()

    def add(self, number: int, value: Any, type_number: int = -1, type_spec: fl.Type | None = None) -> None:
        """Takes a sketch of a value. Fails nothing: of what cannot be looked at, the class is told.

        Args:
            number: The number of the value.
            value: What it is.
            type_number: The number of its type: what has one type has one name for each of its parts.
            type_spec: Its type, if it is known.
        """
        with self._lock:
            try:
                sketch = self._sketch_of(value, type_number, type_spec)
            except Exception as error:
                text = f"{type(value).__name__} ({type(error).__name__})"
                sketch = self._new_sketch(self._form(text, lambda: unknown(text)), Parts())
            self._values.append(number)
            self._sketches.append(sketch)

    def table(self, row_of: "Callable[[np.ndarray], np.ndarray] | None" = None) -> Sketches:
        """Returns all sketches so far.

        Args:
            row_of: Returns the rows of spans, -1 for one that has none; by default their numbers.
        """
        with self._lock:
            if not self._values:
                return Sketches.none()
            self._compute()
            forms = list(self._forms.values())
            joined = [form.joined() for form in forms]
            numbers = np.array([number for form in forms for number in form.numbers])
            values, sketches = np.array(self._values, np.int32), np.array(self._sketches, np.int32)
        row_of_sketch = np.empty(len(numbers), np.int32)
        row_of_sketch[numbers] = np.arange(len(numbers), dtype=np.int32)
        values = values if row_of is None else row_of(values)
        order = np.argsort(values, kind="stable")
        order = order[values[order] >= 0]
        return Sketches(
            values[order],
            row_of_sketch[sketches[order]],
            [form.layout.form for form in forms],
            np.array([len(form.numbers) for form in forms], np.int32),
            *(np.concatenate([parts[k].reshape(-1) for parts in joined]) for k in range(3)),
        )

    def finish(self) -> None:
        """Keeps the sketches only: no more values come."""
        with self._lock:
            self._compute()
            self._forget()
            self._segments = None

    def _sketch_of(self, value: Any, type_number: int, type_spec: fl.Type | None) -> int:
        """Returns the number of the sketch of a value: one that was taken before, if it has the same tensors."""
        if self._tensors.is_full:
            self._forget()
        parts = Parts(self._tensors, marks=[type_number, type(value)])
        take_apart(value, parts)
        form = self._form(tuple(parts.marks), lambda: layout_of(value, parts, type_spec))
        if parts.num_unseen:
            return self._new_sketch(form, parts)
        # With what is no tensor it would be another value.
        key = (id(form), *[seen.token for seen in parts.seen if seen is not None])
        sketch = self._known.get(key)
        if sketch is None:
            sketch = self._known[key] = self._new_sketch(form, parts)
        return sketch

    def _form(self, marks: Any, make: Callable[[], Layout]) -> _OfForm:
        form = self._forms.get(marks)
        if form is None:
            form = self._forms[marks] = _OfForm(make())
        return form

    def _new_sketch(self, form: _OfForm, parts: Parts) -> int:
        layout = form.layout
        if self._segments is None:
            self._segments = Segments(_CAPACITY)
        if self._segments.num_free < layout.form.examined + len(parts.leaves) + 1:
            self._compute()
        copies = [self._copy(parts, leaf, taken) for leaf, taken in enumerate(layout.taken)]
        if not form.waiting:
            self._waiting.append(form)
        form.waiting.append(copies or [self._segments.add((), 0)])
        form.numbers.append(self._num_sketches)
        self._num_sketches += 1
        return self._num_sketches - 1

    def _copy(self, parts: Parts, leaf: int, taken: Coordinates) -> int:
        """Returns the segment with the numbers of a leaf, copied if they are not there yet."""
        assert self._segments is not None
        seen = parts.seen[leaf]
        if seen is None:
            return self._segments.add(numbers_of(parts.leaves[leaf], taken), taken.examined)
        if seen.batch != self._batch:
            seen.batch = self._batch
            seen.copies.clear()
        key = (taken.step, len(taken.extra))
        copy = seen.copies.get(key)
        if copy is None:
            copy = self._segments.add(numbers_of(parts.leaves[leaf], taken), taken.examined)
            seen.copies[key] = copy
        return copy

    def _compute(self) -> None:
        """Computes what waits; the numbers are not needed any more."""
        if self._segments is None or not self._waiting:
            return
        statistics = self._segments.statistics()
        for form in self._waiting:
            form.rows.append(rows_of(form.layout, np.array(form.waiting), statistics))
            form.waiting = []
        self._waiting.clear()
        self._segments.clear()
        self._batch += 1

    def _forget(self) -> None:
        self._tensors.clear()
        self._known.clear()


def sketch_of(value: Any, type_spec: fl.Type | None = None) -> Sketch:
    """Returns the sketch of one value.

    Args:
        value: Anything; what is unknown is described by the name of its class.
        type_spec: Its type, if it is known: that names the members of structs.
    """
    pad = SketchPad()
    pad.add(0, value, -1, type_spec)
    return pad.table()[0]
