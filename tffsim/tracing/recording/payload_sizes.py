"""How large a value is, as far as its type, or a look at its parts, tells."""

import math
import weakref
from typing import TYPE_CHECKING, Any

import federated_language as fl
import numpy as np

from tffsim.language.clients_at_home import ClientAtHome
from tffsim.language.clients_on_demand import ClientOnDemand
from tffsim.language.type_sizes import static_size
from tffsim.tracing.recording.sketching.payloads import Kind, array_of, kind_of, members_of, num_members_of, shape_of

if TYPE_CHECKING:
    import tensorflow as tf

# Looking at each of many parts would take longer than what is traced.
_MAX_PARTS = 16_384
_known_datasets: "weakref.WeakKeyDictionary[object, int]" = weakref.WeakKeyDictionary()
_known_clients: "weakref.WeakKeyDictionary[ClientOnDemand, int]" = weakref.WeakKeyDictionary()


def size_of(value: object, type_spec: fl.Type | None = None) -> int:
    """Returns the bytes of a payload; 0 where they are unknown.

    A dataset has those of its elements, if it knows their number and shapes. It is not read.

    Args:
        value: The payload.
        type_spec: Its type, if it is known: often that says it all.
    """
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.placement is fl.CLIENTS and not type_spec.all_equal:
            if type(value) is list and value and type(value[0]) is ClientAtHome:
                return 0  # Their data is not here, and does not come.
            return _size_of_alike(value, type_spec.member)
        return size_of(value, type_spec.member)
    if type(value) is ClientOnDemand:
        return _size_of_client(value, type_spec)
    if kind_of(value) is Kind.DATASET:
        return _size_of_dataset(value)
    if isinstance(type_spec, fl.SequenceType):
        return _size_of_alike(value, type_spec.element)
    size = static_size(type_spec) if type_spec is not None else -1
    if size >= 0:
        return size
    if isinstance(type_spec, fl.TensorType) and type_spec.dtype.type is not np.str_:
        return type_spec.dtype.itemsize * _num_numbers(value)
    return _size_of_parts(value, type_spec)


def _size_of_alike(values: object, type_spec: fl.Type) -> int:
    """Returns the bytes of many values of one type."""
    size, count = static_size(type_spec), num_members_of(values)
    if size >= 0 and (number := _num_rows(values) if count is None else count) is not None:
        return number * size
    if count is None:
        return _size_of_parts(values, None)
    return sum(size_of(value, type_spec) for _, value in members_of(values)) if count <= _MAX_PARTS else 0


def _num_numbers(value: object) -> int:
    """Returns how many numbers an array, a tensor, or lists in lists of them have; 0 where that is unknown."""
    count = num_members_of(value)
    if count is not None:
        # All rows of a tensor are equally long.
        return count * next((_num_numbers(member) for _, member in members_of(value)), 0)
    shape = _plain_shape(value)
    return 0 if shape is None or None in shape else math.prod(size or 0 for size in shape)


def _num_rows(values: object) -> int | None:
    """Returns how many values an array or a tensor holds, one after the other; None for anything else."""
    shape = _plain_shape(values)
    return shape[0] if shape else None


def _plain_shape(value: object) -> tuple[int | None, ...] | None:
    """Returns the dimensions of a number, an array or a tensor; None for anything else."""
    if kind_of(value) in (Kind.TENSOR, Kind.VARIABLE):
        return shape_of(value)
    array = array_of(value)
    return None if array is None else array.shape


def _size_of_parts(value: Any, type_spec: fl.Type | None) -> int:
    if kind_of(value) is Kind.TEXT:
        return str.__len__(value) if issubclass(type(value), str) else bytes.__len__(value)
    count = num_members_of(value)
    if count is not None:
        types: list[fl.Type | None] = list(type_spec) if isinstance(type_spec, fl.StructType) else []
        if len(types) != count:
            types = [None] * count if count <= _MAX_PARTS else []
        return sum(size_of(member, part) for (_, member), part in zip(members_of(value), types, strict=False))
    array = array_of(value)
    if array is None:
        return _size_of_tensor(value) if kind_of(value) in (Kind.TENSOR, Kind.VARIABLE) else 0
    if array.dtype.kind != "O":
        return int(array.nbytes)
    return sum(len(text) for text in array.flat if type(text) in (str, bytes)) if array.size <= _MAX_PARTS else 0


def _size_of_tensor(tensor: "tf.Tensor") -> int:
    """Returns the bytes of a tensor of which only the shape is looked at."""
    shape = shape_of(tensor)
    if shape is None or None in shape or tensor.dtype.name == "string":
        return 0
    return int(math.prod(size or 0 for size in shape) * tensor.dtype.size)


def _size_of_client(client: ClientOnDemand, type_spec: fl.Type | None) -> int:
    """Returns the bytes of data that is made for this, and let go; once, though it goes through many executors."""
    size = _known_clients.get(client)
    if size is None:
        size = _known_clients[client] = size_of(client.make(), type_spec)
    return size


def _size_of_dataset(dataset: "tf.data.Dataset") -> int:
    """Returns the bytes of a dataset; of one that was asked before, which goes through many executors, what it said."""
    size = _known_datasets.get(dataset)
    if size is None:
        element = _size_of_element(dataset.element_spec)
        # -1 stands for an infinite number of elements, -2 for an unknown one.
        size = _known_datasets[dataset] = max(int(dataset.cardinality()), 0) * element if element else 0
    return size


def _size_of_element(spec: object) -> int:
    """Returns the bytes of what an element spec describes; 0 if they are not known in advance."""
    if isinstance(spec, (dict, list, tuple)):
        sizes = [_size_of_element(part) for part in (spec.values() if isinstance(spec, dict) else spec)]
        return sum(sizes) if all(sizes) else 0
    return _size_of_tensor(spec) if type(spec).__name__ == "TensorSpec" else 0
