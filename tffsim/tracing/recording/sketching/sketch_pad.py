"""Where sketches are taken while a stack runs.

Values hardly cost anything when they are recorded. Small ones wait for others, as `sketch_batch` says. Of
the rest the numbers of the sample are copied at once, at most a few thousand. When there are many numbers, or when
somebody reads, the statistics of all of them are computed in one go. Nothing is kept of a value but its sketch.
"""

import threading
from collections.abc import Callable

import federated_language as fl
import numpy as np

from tffsim.tracing.document.sketch_coordinates import Coordinates
from tffsim.tracing.document.sketches import Sketch, Sketches
from tffsim.tracing.recording.sketching.payloads import Kind, kind_of
from tffsim.tracing.recording.sketching.seen_tensors import Leaf, SeenTensor, SeenTensors
from tffsim.tracing.recording.sketching.sketch_batch import (
    Marks,
    TensorNumbers,
    ValuesOfType,
    WaitingValues,
    number_space,
)
from tffsim.tracing.recording.sketching.sketch_forms import Layout, layout_of, unknown
from tffsim.tracing.recording.sketching.sketch_parts import Parts, numbers_of, take_apart
from tffsim.tracing.recording.sketching.sketch_statistics import Picked, Segments, Statistics, rows_of

# Half a megabyte of numbers: at least seven values, and a hundred of small models.
_CAPACITY = 65_536
# Larger values do not wait for others.
_MAX_WAITING = 32_768


class _OfForm:
    """The sketches of one form: their numbers, and what they are made of, many at once.

    Attributes:
        numbers: The numbers of the sketches.
        waiting: Of those for which nothing is computed yet: the numbers, and the segments.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.numbers: list[int] = []
        self.waiting: tuple[list[int], list[int]] = ([], [])
        self._picked: list[Picked] = []
        self._num_picked = 0
        self._rows: list[tuple[np.ndarray, ...]] = []

    def compute(self, numbers: list[int], segments: "list[int] | np.ndarray", statistics: Statistics) -> None:
        """Adds some sketches, from their segments, those of one after those of another."""
        self.numbers += numbers
        picked = Picked.of(self.layout, np.asarray(segments).reshape(len(numbers), -1), statistics)
        self._picked.append(picked)
        self._num_picked += picked.leaves.size
        if self._num_picked >= _CAPACITY:
            self._add_rows()

    def joined(self) -> "tuple[np.ndarray, ...]":
        """Returns the rows of all sketches."""
        if self._picked:
            self._add_rows()
        self._rows = [tuple(map(np.concatenate, zip(*self._rows, strict=True)))]
        return self._rows[0]

    def _add_rows(self) -> None:
        # For few sketches it takes as long as for many.
        picked, self._picked, self._num_picked = self._picked, [], 0
        self._rows.append(rows_of(self.layout, Picked(*map(np.concatenate, zip(*picked, strict=True)))))


class SketchPad:
    """Takes sketches of values. Thread-safe.

    One value passes through many executors, and one broadcast value goes to many clients: tensors, which nobody
    can change, are looked at once, and structs of the same tensors share a sketch.
    """

    def __init__(self) -> None:
        self._later = WaitingValues()
        self._segments: Segments | None = None
        self._batch = 0
        self._forms: dict[object, _OfForm] = {}
        self._forms_of_tensors: dict[object, _OfForm | None] = {}
        self._waiting: list[_OfForm] = []
        self._values: list[int] = []
        self._sketches: list[int] = []
        self._num_sketches = 0
        self._tensors = SeenTensors()
        self._marks = Marks(self._tensors)
        self._known: dict[tuple[int, ...], int] = {}
        # Of data sets, of which only the type is told, by their class and the number of their type.
        self._of_dataset: dict[tuple[type, int], int] = {}
        # For the number of each type: that of the first one that is alike.
        self._kinds: dict[int, int] = {}
        self._first_of_kind: dict[fl.Type | None, int] = {}
        self._lock = threading.RLock()

    def add(
        self, number: int, value: object, type_number: int = -1, type_spec: fl.Type | None = None, size: int = -1
    ) -> None:
        """Takes a sketch of a value. Fails nothing: of what cannot be looked at, the class is told.

        Args:
            number: The number of the value.
            value: What it is.
            type_number: The number of its type: what has one type has one name for each of its parts.
            type_spec: Its type, if it is known.
            size: Its bytes, if they are known; -1 otherwise.
        """
        with self._lock:
            later = self._later
            if 0 <= size <= _MAX_WAITING and type_spec is not None:
                kind = self._kinds.get(type_number)
                if kind is None:
                    kind = self._kind(type_number, type_spec)
                if later.add(kind, number, value, type_number, type_spec, size):
                    if later.are_many:
                        self._take_later()
                    return
            self._take(number, value, type_number, type_spec)

    def table(self, row_of: "Callable[[np.ndarray], np.ndarray] | None" = None) -> Sketches:
        """Returns all sketches so far.

        Args:
            row_of: Returns the rows of spans, -1 for one that has none; by default their numbers.
        """
        with self._lock:
            self._take_later()
            if not self._values:
                return Sketches.none()
            self._compute()
            forms = [form for form in dict.fromkeys(self._forms.values()) if form.numbers]
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
            self._take_later()
            self._compute()
            self._forget()
            self._segments = None

    def _take_later(self) -> None:
        """Takes the sketches of the values that wait."""
        waiting, self._later = self._later.of_types, WaitingValues()
        tensors = TensorNumbers([tensor for alike in waiting.values() for tensor in alike.tensors], self._marks)
        taken: list[tuple[_OfForm, list[int], np.ndarray]] = []
        start = 0
        for kind, alike in waiting.items():
            start, first = start + len(alike.tensors), start
            copies = tensors.indices[first:start].reshape(len(alike.numbers), alike.num_tensors)
            form = self._form_of_type(kind, alike, tensors.marks[copies])
            if form is not None:
                taken.append((form, *self._numbered(alike.numbers, copies)))
                continue
            for number, value in zip(alike.numbers, alike.values, strict=True):
                self._take(number, value, alike.type_number, alike.type_spec)
        if not taken:
            return
        with number_space() as space:
            *joined, places = tensors.joined(space)
            statistics = Statistics(*joined)
            for form, sketches, copies in taken:
                form.compute(sketches, places[copies], statistics)

    def _numbered(self, values: list[int], copies: "np.ndarray") -> "tuple[list[int], np.ndarray]":
        """Numbers the sketches of values of one form: one for all that consist of the same tensors.

        Returns:
            The numbers of the sketches, and the tensors of each.
        """
        sketches: dict[tuple[int, ...], int] = {}
        for row in map(tuple, copies.tolist()):
            sketch = sketches.setdefault(row, self._num_sketches)
            self._num_sketches += sketch == self._num_sketches
            self._sketches.append(sketch)
        self._values += values
        return list(sketches.values()), np.array(list(sketches), np.int64)

    def _form_of_type(self, kind: int, alike: ValuesOfType, marks: "np.ndarray") -> _OfForm | None:
        """Returns the form of values of one type; None if they must be looked at one by one."""
        # A type without open dimensions says how the tensors are nested, and should say what they are.
        if (marks != marks[:1]).any():
            return None
        key = (kind, *marks[0].tolist())
        if key not in self._forms_of_tensors:
            self._forms_of_tensors[key] = self._form_of_value(alike.values[0], kind, alike.type_spec, len(marks[0]))
        return self._forms_of_tensors[key]

    def _form_of_value(self, value: object, kind: int, type_spec: fl.Type, num_tensors: int) -> _OfForm | None:
        parts = Parts(self._tensors, kind)
        try:
            take_apart(value, parts)
            form = self._form(tuple(parts.marks), lambda: layout_of(value, parts, type_spec))
        except Exception:
            return None
        # Not if there are others than those with numbers, or too many.
        return form if form.layout.is_whole and len(form.layout.taken) == num_tensors else None

    def _take(self, number: int, value: object, type_number: int, type_spec: fl.Type | None) -> None:
        sketch = self._of_dataset.get((type(value), type_number))
        if sketch is None:
            sketch = self._sketch_of_any(value, type_number, type_spec)
        self._values.append(number)
        self._sketches.append(sketch)

    def _sketch_of_any(self, value: object, type_number: int, type_spec: fl.Type | None) -> int:
        try:
            sketch = self._sketch_of(value, type_number, type_spec)
        except Exception as error:
            text = f"{type(value).__name__} ({type(error).__name__})"
            return self._new_sketch(self._form(text, lambda: unknown(text)), Parts(self._tensors, -1))
        if type_number >= 0 and kind_of(value) is Kind.DATASET:
            self._of_dataset[type(value), type_number] = sketch
        return sketch

    def _sketch_of(self, value: object, type_number: int, type_spec: fl.Type | None) -> int:
        """Returns the number of the sketch of a value: one that was taken before, if it has the same tensors."""
        if self._tensors.is_full:
            self._forget()
        parts = Parts(self._tensors, self._kind(type_number, type_spec))
        take_apart(value, parts)
        form = self._form(tuple(parts.marks), lambda: layout_of(value, parts, type_spec))
        if not parts.is_unchangeable:
            return self._new_sketch(form, parts)
        key = (id(form), *[leaf.token for leaf in parts.leaves])  # type: ignore[attr-defined]
        sketch = self._known.get(key)
        if sketch is None:
            sketch = self._known[key] = self._new_sketch(form, parts)
        return sketch

    def _kind(self, type_number: int, type_spec: fl.Type | None) -> int:
        """Returns the number of the first type that gives values of the same form, wherever they are placed."""
        kind = self._kinds.get(type_number)
        if kind is None:
            if isinstance(type_spec, fl.FederatedType) and (type_spec.placement is fl.SERVER or type_spec.all_equal):
                type_spec = type_spec.member
            kind = self._kinds[type_number] = self._first_of_kind.setdefault(type_spec, type_number)
        return kind

    def _form(self, marks: object, make: Callable[[], Layout]) -> _OfForm:
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
        copies = [
            self._copy(leaf, value, taken)
            for leaf, value, taken in zip(parts.leaves, parts.values, layout.taken, strict=True)
        ]
        numbers, segments = form.waiting
        if not numbers:
            self._waiting.append(form)
        numbers.append(self._num_sketches)
        segments += copies or [self._segments.add(None, 0)]
        self._num_sketches += 1
        return self._num_sketches - 1

    def _copy(self, leaf: Leaf, value: object, taken: Coordinates) -> int:
        """Returns the segment with the numbers of a leaf, copied if they are not there yet."""
        assert self._segments is not None
        if type(leaf) is not SeenTensor:
            if type(value) is np.ndarray:
                return self._segments.add(numbers_of(value, taken) if taken.examined else None, taken.examined)
            return self._segments.add_number(value)
        if leaf.batch != self._batch:
            leaf.batch = self._batch
            leaf.copies.clear()
        copy = leaf.copies.get(taken.key)
        if copy is None:
            numbers = numbers_of(value, taken) if taken.examined else None
            copy = leaf.copies[taken.key] = self._segments.add(numbers, taken.examined)
        return copy

    def _compute(self) -> None:
        """Computes what waits; the numbers are not needed any more."""
        if self._segments is None or not self._waiting:
            return
        statistics = self._segments.statistics()
        for form in self._waiting:
            form.compute(*form.waiting, statistics)
            form.waiting = ([], [])
        self._waiting.clear()
        self._segments.clear()
        self._batch += 1

    def _forget(self) -> None:
        self._tensors.clear()
        self._known.clear()


def sketch_of(value: object, type_spec: fl.Type | None = None) -> Sketch:
    """Returns the sketch of one value.

    Args:
        value: Anything; what is unknown is described by the name of its class.
        type_spec: Its type, if it is known: that names the members of structs.
    """
    pad = SketchPad()
    pad.add(0, value, -1, type_spec)
    return pad.table()[0]
