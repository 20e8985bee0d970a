"""Turns lists, generators and datasets into datasets of a given element type.

TensorFlow stores the components of an element in the alphabetical order of the names
when it is a dict, and in the order of the fields when it is a named tuple. The type's
element specification fixes one order. A dataset that has another is mapped onto it, so
names always keep their values.
"""

import collections
import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import federated_language as fl
import numpy as np
import tensorflow as tf

from tffsim.external_runtime.tensorflow.eager_execution import EagerTensor
from tffsim.external_runtime.tensorflow.sparse_values import is_row, not_dense, with_dense_rows
from tffsim.external_runtime.tensorflow.tensorflow_types import element_spec, to_type
from tffsim.external_runtime.tensorflow.values.tensor_values import check_mask, to_array
from tffsim.failures.failure_location import locate_argument
from tffsim.language.containers import struct_elements
from tffsim.language.identity_cache import IdentityCache

_element_spec: IdentityCache[fl.SequenceType, object] = IdentityCache(lambda type_spec: element_spec(type_spec.element))


def to_dataset(value: object, type_spec: fl.SequenceType) -> tf.data.Dataset:
    """Converts a payload to a dataset.

    Args:
        value: A dataset; a list, tuple or array of elements; or something read lazily:
            an iterable, or a function without arguments that returns an iterator. An
            iterator can be read only once.
        type_spec: The type of the sequence.

    Returns:
        A dataset whose components are in the order of the type's element
        specification. A dataset that has it already is returned itself.

    Raises:
        TypeError: If the elements do not fit the type.
        ValueError: If a number is out of range.
    """
    if isinstance(value, tf.data.Dataset):
        return _matching(value, type_spec)
    if hasattr(value, "columns") and hasattr(value, "to_dict"):
        raise TypeError(
            f"Expected a sequence of type {type_spec}, found a `{type(value).__name__}`, which is read by columns, "
            'not by rows. Pass `frame.to_dict("records")` for elements with names, or `frame.to_numpy()`.'
        )
    if isinstance(value, (np.ndarray, EagerTensor)) and isinstance(type_spec.element, fl.TensorType):
        check_mask(value)
        return _from_array(value, type_spec.element)
    if isinstance(value, (list, tuple)):
        return _from_elements(value, type_spec)
    if isinstance(value, (str, bytes, Mapping)) or not (callable(value) or isinstance(value, Iterable)):
        raise TypeError(
            f"Expected a sequence of type {type_spec}, found a value of Python type `{type(value).__name__}`. "
            "Pass a `tf.data.Dataset`, a list, or a function that returns an iterator."
        )
    return _from_iterators(_iterator_maker(value), type_spec)


def _matching(dataset: tf.data.Dataset, type_spec: fl.SequenceType) -> tf.data.Dataset:
    # Looked at for each client, several times a round; comparing specifications is slow.
    if dataset.__dict__.get("tffsim_matches") is type_spec:
        return dataset
    found = dataset.element_spec
    if found == _element_spec(type_spec):
        dataset.tffsim_matches = type_spec
        return dataset
    element_type = type_spec.element
    if any(is_row(component) for component in tf.nest.flatten(found)):
        return _matching(with_dense_rows(dataset), type_spec)
    _structured(found, element_type, _check_component)
    places = tf.nest.pack_sequence_as(found, range(len(tf.nest.flatten(found))))
    rearranged = _structured(places, element_type, lambda place, _: place)
    if rearranged == places:  # Only the dimensions differ.
        return dataset
    order = tf.nest.flatten(rearranged)
    if order == sorted(order):
        return _renamed(dataset, type_spec)

    def in_type_order(*element: object) -> object:
        # `map` unpacks a plain tuple into arguments and passes anything else whole.
        whole = element if type(found) is tuple else element[0]
        return _structured(whole, element_type, lambda component, _: component)

    return dataset.map(in_type_order)


def _renamed(dataset: tf.data.Dataset, type_spec: fl.SequenceType) -> tf.data.Dataset:
    """Puts components that are in the right order into other containers.

    `map` would do the same, at a hundred times the price: it traces a function.
    """
    renamed = tf.data.experimental.from_variant(tf.data.experimental.to_variant(dataset), _element_spec(type_spec))
    renamed.tffsim_sources = [dataset]  # A generator of Python lives as long as its dataset.
    renamed.tffsim_renamed = dataset
    return renamed


def _check_component(spec: tf.TypeSpec, type_spec: fl.TensorType) -> tf.TypeSpec:
    if not isinstance(spec, tf.TypeSpec):
        raise TypeError(
            f"Expected a dataset with components of type {type_spec}, found a value of Python type "
            f"`{type(spec).__name__}` in their place. Take one component of it with `dataset.map`."
        )
    if not isinstance(spec, tf.TensorSpec):
        raise TypeError(f"Expected a dataset with components of type {type_spec}. {not_dense(spec)}")
    found = to_type(spec)
    if not type_spec.is_assignable_from(found):
        raise TypeError(
            f"Expected a dataset with components of type {type_spec}, found {found}. {_how_to_fit(type_spec, spec)}"
        )
    return spec


def _how_to_fit(expected: fl.TensorType, found: tf.TensorSpec) -> str:
    if found.dtype != tf.as_dtype(expected.dtype):
        return f"Convert them with `dataset.map` and `tf.cast(x, tf.{tf.as_dtype(expected.dtype).name})`."
    if found.shape.rank and found.shape.is_compatible_with(expected.shape):
        return "If it is a batch whose last part may be shorter: `batch(n, drop_remainder=True)`, or None in the type."
    return "Bring them into this shape with `dataset.map` and `tf.reshape`, or change the type."


def _structured(value: object, type_spec: fl.Type, convert: Callable[[object, fl.TensorType], object]) -> object:
    """Rebuilds an element in the containers of `element_spec`, each component converted."""
    if isinstance(type_spec, fl.TensorType):
        return convert(value, type_spec)
    if not isinstance(type_spec, fl.StructType):
        raise TypeError(f"A dataset holds tensors and structs of them, found an element type {type_spec}.")
    if isinstance(value, tf.TensorSpec):
        raise TypeError(
            f"Expected a dataset with elements of type {type_spec}, found tensors of type {to_type(value)}. "
            "Make a dict or a tuple of each with `dataset.map`."
        )
    components: list[object] = []
    names: list[str | None] = []
    fields = zip(struct_elements(value, type_spec), type_spec.items(), strict=True)
    for position, (component, (name, component_type)) in enumerate(fields):
        try:
            components.append(_structured(component, component_type, convert))
        except (TypeError, ValueError) as error:
            raise locate_argument(error, name if name is not None else position) from None
        names.append(name)
    return collections.OrderedDict(zip(names, components, strict=True)) if any(names) else tuple(components)


def _from_array(value: np.ndarray | tf.Tensor, element_type: fl.TensorType) -> tf.data.Dataset:
    if len(value.shape) == 0:
        raise TypeError(f"Expected a sequence of {element_type}, found a scalar. Put it in a list.")
    return _from_rows(value, element_type)


def _from_rows(rows: object, element_type: fl.TensorType) -> tf.data.Dataset:
    shape = None if element_type.shape is None else (None, *element_type.shape)
    return tf.data.Dataset.from_tensor_slices(to_array(rows, fl.TensorType(element_type.dtype, shape)))


def _from_elements(elements: Sequence[object], type_spec: fl.SequenceType) -> tf.data.Dataset:
    spec = _element_spec(type_spec)
    if not elements:
        return tf.data.Dataset.from_tensor_slices(tf.nest.map_structure(_no_elements, spec))
    if isinstance(type_spec.element, fl.TensorType):
        # All at once is much faster; only one by one tells which element is wrong.
        with contextlib.suppress(TypeError, ValueError):
            return _from_rows(elements, type_spec.element)
    rows = [_row(element, position, type_spec) for position, element in enumerate(elements)]
    shapes = [[component.shape for component in row] for row in rows]
    first_other = next((position for position, shape in enumerate(shapes) if shape != shapes[0]), len(rows))
    if first_other == len(rows):
        return _stacked(rows, spec)
    if first_other == len(rows) - 1:  # Batches of one size and a smaller last one.
        return _stacked(rows[:-1], spec).concatenate(_stacked(rows[-1:], spec))
    return _cut_out(rows, spec)


def _stacked(rows: Sequence[Sequence[np.ndarray]], spec: object) -> tf.data.Dataset:
    columns = [np.stack(column) for column in zip(*rows, strict=True)]
    return tf.data.Dataset.from_tensor_slices(tf.nest.pack_sequence_as(spec, columns))


def _cut_out(rows: Sequence[Sequence[np.ndarray]], spec: object) -> tf.data.Dataset:
    """Returns a dataset of elements of many shapes, in linear time.

    The numbers of a component lie end to end in one tensor; each element is cut out of it.
    """
    columns = list(zip(*rows, strict=True))
    numbers = [_end_to_end([component.ravel() for component in column]) for column in columns]
    shapes = [_end_to_end([np.array(component.shape, np.int64) for component in column]) for column in columns]
    specs = tf.nest.flatten(spec)

    def element(position: tf.Tensor) -> object:
        components = [
            tf.ensure_shape(tf.reshape(_cut(flat, position), _cut(shape, position)), component_spec.shape)
            for flat, shape, component_spec in zip(numbers, shapes, specs, strict=True)
        ]
        return tf.nest.pack_sequence_as(spec, components)

    return tf.data.Dataset.range(len(rows)).map(element)


def _end_to_end(pieces: Sequence[np.ndarray]) -> tuple[tf.Tensor, tf.Tensor]:
    bounds = np.cumsum([0, *(piece.size for piece in pieces)])
    return tf.constant(np.concatenate(pieces)), tf.constant(bounds, tf.int64)


def _cut(end_to_end: tuple[tf.Tensor, tf.Tensor], position: tf.Tensor) -> tf.Tensor:
    flat, bounds = end_to_end
    return flat[bounds[position] : bounds[position + 1]]


def _row(element: object, position: int, type_spec: fl.SequenceType) -> list[np.ndarray]:
    try:
        return tf.nest.flatten(_structured(element, type_spec.element, to_array))
    except (TypeError, ValueError) as error:
        raise locate_argument(error, position) from None


def _no_elements(spec: tf.TensorSpec) -> tf.Tensor:
    dimensions = [size or 0 for size in spec.shape] if spec.shape.rank is not None else []
    return tf.zeros([0, *dimensions], spec.dtype)


def _iterator_maker(value: object) -> Callable[[], Iterator[object]]:
    if isinstance(value, Iterator):
        return _ReadOnce(value)
    return value if callable(value) else functools.partial(iter, value)


class _ReadOnce:
    """Gives an iterator to its first reader and an error to all others."""

    def __init__(self, iterator: Iterator[object]) -> None:
        self._iterator: Iterator[object] | None = iterator

    def __call__(self) -> Iterator[object]:
        iterator, self._iterator = self._iterator, None
        if iterator is None:
            raise RuntimeError(
                "A generator can be read only once, and this one was read before. "
                "Pass the function that makes it instead: `make_examples`, not `make_examples()`."
            )
        return iterator


def _from_iterators(make_iterator: Callable[[], Iterable[object]], type_spec: fl.SequenceType) -> tf.data.Dataset:
    def elements() -> Iterator[object]:
        for position, element in enumerate(make_iterator()):
            try:
                yield _structured(element, type_spec.element, to_array)
            except (TypeError, ValueError) as error:
                raise type(error)(f"Element {position}: {error}") from None

    return tf.data.Dataset.from_generator(elements, output_signature=_element_spec(type_spec))
