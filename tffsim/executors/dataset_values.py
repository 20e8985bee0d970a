"""Turns lists, generators and datasets into datasets of a given element type.

TensorFlow stores the components of an element in the alphabetical order of the names
when it is a dict, and in the order of the fields when it is a named tuple. The type's
element specification fixes one order. A dataset that has another is mapped onto it, so
names always keep their values.
"""

import collections
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import federated_language as fl
import numpy as np
import tensorflow as tf

from tffsim.computations.containers import struct_elements
from tffsim.computations.identity_cache import IdentityCache
from tffsim.computations.tensorflow_types import element_spec, type_from_spec
from tffsim.executors.eager_execution import EagerTensor
from tffsim.executors.failure_location import locate_argument
from tffsim.executors.tensor_values import to_array

_element_spec: IdentityCache[fl.SequenceType, Any] = IdentityCache(lambda type_spec: element_spec(type_spec.element))


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
    if isinstance(value, (np.ndarray, EagerTensor)) and isinstance(type_spec.element, fl.TensorType):
        return _from_array(value, type_spec.element)
    if isinstance(value, (list, tuple)):
        return _from_elements(value, type_spec)
    if isinstance(value, (str, bytes, Mapping)) or not (callable(value) or isinstance(value, Iterable)):
        raise TypeError(
            f"Expected a sequence of type {type_spec}, found a {type(value).__name__}. "
            "Pass a `tf.data.Dataset`, a list, or a function that returns an iterator."
        )
    return _from_iterators(_iterator_maker(value), type_spec)


def _matching(dataset: tf.data.Dataset, type_spec: fl.SequenceType) -> tf.data.Dataset:
    found = dataset.element_spec
    if found == _element_spec(type_spec):
        return dataset
    element_type = type_spec.element
    _structured(found, element_type, _check_component)
    places = tf.nest.pack_sequence_as(found, range(len(tf.nest.flatten(found))))
    in_order = tf.nest.flatten(_structured(places, element_type, lambda place, _: place))
    if in_order == sorted(in_order):
        return dataset

    def in_type_order(*element: Any) -> Any:
        # `map` unpacks a plain tuple into arguments and passes anything else whole.
        whole = element if type(found) is tuple else element[0]
        return _structured(whole, element_type, lambda component, _: component)

    return dataset.map(in_type_order)


def _check_component(spec: tf.TypeSpec, type_spec: fl.TensorType) -> tf.TypeSpec:
    found = type_from_spec(spec) if isinstance(spec, tf.TensorSpec) else spec
    if not isinstance(found, fl.Type) or not type_spec.is_assignable_from(found):
        raise TypeError(f"Expected a dataset with components of type {type_spec}, found {found}.")
    return spec


def _structured(value: Any, type_spec: fl.Type, convert: Callable[[Any, fl.TensorType], Any]) -> Any:
    """Rebuilds an element in the containers of `element_spec`, each component converted."""
    if isinstance(type_spec, fl.TensorType):
        return convert(value, type_spec)
    if not isinstance(type_spec, fl.StructType):
        raise TypeError(f"A dataset holds tensors and structs of them, found an element type {type_spec}.")
    components: list[Any] = []
    names: list[str | None] = []
    fields = zip(struct_elements(value, type_spec), type_spec.items(), strict=True)
    for position, (component, (name, component_type)) in enumerate(fields):
        try:
            components.append(_structured(component, component_type, convert))
        except (TypeError, ValueError) as error:
            raise locate_argument(error, name if name is not None else position) from None
        names.append(name)
    return collections.OrderedDict(zip(names, components, strict=True)) if any(names) else tuple(components)


def _from_array(value: Any, element_type: fl.TensorType) -> tf.data.Dataset:
    if len(value.shape) == 0:
        raise TypeError(f"Expected a sequence of {element_type}, found a scalar. Put it in a list.")
    shape = None if element_type.shape is None else (None, *element_type.shape)
    return tf.data.Dataset.from_tensor_slices(to_array(value, fl.TensorType(element_type.dtype, shape)))


def _from_elements(elements: Sequence[Any], type_spec: fl.SequenceType) -> tf.data.Dataset:
    spec = _element_spec(type_spec)
    if not elements:
        return tf.data.Dataset.from_tensor_slices(tf.nest.map_structure(_no_elements, spec))
    rows = [_row(element, position, type_spec) for position, element in enumerate(elements)]
    # Rows of one shape are stacked. Shapes seldom change: most often at the last batch.
    runs = [
        tf.data.Dataset.from_tensor_slices(tf.nest.pack_sequence_as(spec, [np.stack(c) for c in zip(*run)]))
        for _, run in itertools.groupby(rows, key=lambda row: [component.shape for component in row])
    ]
    return _joined(runs)


def _row(element: Any, position: int, type_spec: fl.SequenceType) -> list[np.ndarray]:
    try:
        return tf.nest.flatten(_structured(element, type_spec.element, to_array))
    except (TypeError, ValueError) as error:
        raise locate_argument(error, position) from None


def _no_elements(spec: tf.TensorSpec) -> tf.Tensor:
    dimensions = [size or 0 for size in spec.shape] if spec.shape.rank is not None else []
    return tf.zeros([0, *dimensions], spec.dtype)


def _joined(datasets: Sequence[tf.data.Dataset]) -> tf.data.Dataset:
    # A chain of n concatenations passes each element through up to n of them.
    if len(datasets) == 1:
        return datasets[0]
    middle = len(datasets) // 2
    return _joined(datasets[:middle]).concatenate(_joined(datasets[middle:]))


def _iterator_maker(value: Any) -> Callable[[], Iterator[Any]]:
    if isinstance(value, Iterator):
        return _ReadOnce(value)
    return value if callable(value) else functools.partial(iter, value)


class _ReadOnce:
    """Gives an iterator to its first reader and an error to all others."""

    def __init__(self, iterator: Iterator[Any]) -> None:
        self._iterator: Iterator[Any] | None = iterator

    def __call__(self) -> Iterator[Any]:
        iterator, self._iterator = self._iterator, None
        if iterator is None:
            raise RuntimeError(
                "A generator can be read only once, and this one was read before. "
                "Pass the function that makes it instead: `make_examples`, not `make_examples()`."
            )
        return iterator


def _from_iterators(make_iterator: Callable[[], Iterable[Any]], type_spec: fl.SequenceType) -> tf.data.Dataset:
    def elements() -> Iterator[Any]:
        for position, element in enumerate(make_iterator()):
            try:
                yield _structured(element, type_spec.element, to_array)
            except (TypeError, ValueError) as error:
                raise type(error)(f"Element {position}: {error}") from None

    return tf.data.Dataset.from_generator(elements, output_signature=_element_spec(type_spec))
