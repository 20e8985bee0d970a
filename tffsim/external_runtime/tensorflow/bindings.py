"""Bindings: which tensors of a graph are the parameter and the result of a computation.

A computation proto describes a nested value as a tree of `Binding`s whose leaves name
tensors of the graph. A sequence is bound to a tensor of dtype variant that holds a
`tf.data.Dataset`.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import federated_language as fl
import numpy as np
import tensorflow as tf
from federated_language.common_libs import py_typecheck, structure
from federated_language.proto import computation_pb2 as pb

from tffsim.external_runtime.tensorflow.sparse_values import is_sparse, not_dense, to_dense, with_dense_rows
from tffsim.external_runtime.tensorflow.tensorflow_types import (
    element_spec,
    from_tf_dtype,
    infer_type,
    tensor_spec,
    to_python_containers,
    to_type,
)
from tffsim.language.containers import to_container

Binding = pb.TensorFlow.Binding


def tensor_names(binding: pb.TensorFlow.Binding) -> list[str]:
    """Returns the names of the tensors that a binding holds, in the order of the type.

    Raises:
        ValueError: If a sequence is bound in a form other than a variant tensor.
    """
    kind = binding.WhichOneof("binding")
    if kind == "tensor":
        return [binding.tensor.tensor_name]
    if kind == "sequence":
        if not binding.sequence.variant_tensor_name:
            raise ValueError("The computation binds a sequence in an old form. Bind a variant tensor instead.")
        return [binding.sequence.variant_tensor_name]
    return [name for element in binding.struct.element for name in tensor_names(element)]


def check_fits(binding: pb.TensorFlow.Binding, type_spec: fl.Type | None, what: str) -> None:
    """Checks that a binding has a tensor for each tensor and sequence of its type, no more and no less.

    Args:
        binding: What was bound to the parameter or the result of a computation.
        type_spec: Its type; None if there is no parameter.
        what: What it is called in the message, such as "result".

    Raises:
        TypeError: If it has not, or a part is of another kind.
    """
    found, expected = _form(binding), _form_of_type(type_spec)
    if found != expected:
        raise TypeError(
            f"The computation does not fit its type: it binds {found} to its {what}, "
            f"whose type {type_spec} needs {expected}. Build it again; do not edit its proto."
        )


def stamp_parameter(type_spec: fl.Type) -> tuple[object, pb.TensorFlow.Binding]:
    """Adds placeholders for a parameter to the current graph.

    Args:
        type_spec: The type of the parameter.

    Returns:
        The parameter as the user's function receives it, and its binding.

    Raises:
        TypeError: If TensorFlow has no such values.
    """
    if isinstance(type_spec, fl.TensorType):
        spec = tensor_spec(type_spec)
        placeholder = tf.compat.v1.placeholder(spec.dtype, spec.shape, name="arg")
        return placeholder, _bind_tensor(placeholder)
    if isinstance(type_spec, fl.SequenceType):
        variant = tf.compat.v1.placeholder(tf.variant, [], name="arg")
        return dataset_from_variant(variant, type_spec), _bind_sequence(variant)
    if isinstance(type_spec, fl.StructType):
        stamped = [stamp_parameter(t) for t in type_spec]
        binding = Binding(struct=pb.TensorFlow.StructBinding(element=[b for _, b in stamped]))
        return parameter_struct([value for value, _ in stamped], type_spec), binding
    raise TypeError(
        f"A TensorFlow function cannot take a value of type {type_spec}. Give the type of one value, without a "
        "placement, or make it a `tff.federated_computation`."
    )


def parameter_struct(elements: list[object], type_spec: fl.StructType) -> object:
    """Returns a struct as the user's function receives it.

    A type that remembers a Python container gives that container; otherwise fields with
    names can be selected as attributes, and fields without make a tuple.
    """
    names = [name for name, _ in type_spec.items()]
    if type_spec.python_container is not None or not any(names):
        return to_container(elements, type_spec)
    return structure.Struct(zip(names, elements, strict=True))


def dataset_from_variant(variant: tf.Tensor, type_spec: fl.SequenceType) -> tf.data.Dataset:
    """Returns the dataset in a variant tensor, its elements in the type's containers.

    Raises:
        TypeError: If TensorFlow does not take such containers.
    """
    _refuse_dataclasses(type_spec.element)
    dataset = tf.data.experimental.from_variant(variant, element_spec(type_spec.element))
    if _has_other_containers(type_spec.element):
        return dataset.map(lambda *parts: to_python_containers(_whole(parts, type_spec), type_spec.element))
    return dataset


def _refuse_dataclasses(element: fl.Type) -> None:
    for part in fl.framework.preorder_types(element):
        container = part.python_container if isinstance(part, fl.StructType) else None
        if isinstance(container, type) and dataclasses.is_dataclass(container):
            raise TypeError(
                f"TensorFlow has no datasets whose elements are of a dataclass, such as `{container.__name__}` in "
                f"SequenceType({element}). Use a `typing.NamedTuple`, a class of `attrs` or a dict for the elements."
            )


def capture_result(value: object, path: str = "the result") -> tuple[fl.Type, pb.TensorFlow.Binding, Any]:
    """Binds what the user's function returned to tensors of the current graph.

    Args:
        value: Tensors, variables, datasets, numbers, strings, arrays and containers.
        path: What the value is called in messages.

    Returns:
        The type, with its Python containers; the binding; and the bound tensors, which
        are flat, in the order of the binding.

    Raises:
        TypeError: If a part of the value cannot be represented.
    """
    if value is None:
        raise TypeError(f"Expected a tensor, a dataset or a container of them in {path}, found None.")
    if isinstance(value, tf.data.Dataset):
        return _capture_dataset(value, path)
    fields = _fields(value)
    if fields is None:
        tensor = _to_tensor(value, path)
        type_spec = fl.TensorType(from_tf_dtype(tensor.dtype), _shape(tensor))
        return type_spec, _bind_tensor(tensor), [tensor]
    captured = [
        (name, capture_result(element, f"{path}, field `{name if name is not None else i}`"))
        for i, (name, element) in enumerate(fields)
    ]
    named_types = [(name, t) if name is not None else t for name, (t, _, _) in captured]
    binding = Binding(struct=pb.TensorFlow.StructBinding(element=[b for _, (_, b, _) in captured]))
    return _struct_type(value, named_types), binding, [tensor for _, (_, _, ts) in captured for tensor in ts]


def rebind(binding: pb.TensorFlow.Binding, tensors: Iterator[tf.Tensor]) -> pb.TensorFlow.Binding:
    """Returns a binding of the same form to other tensors."""
    kind = binding.WhichOneof("binding")
    if kind == "tensor":
        return _bind_tensor(next(tensors))
    if kind == "sequence":
        return _bind_sequence(next(tensors))
    elements = [rebind(element, tensors) for element in binding.struct.element]
    return Binding(struct=pb.TensorFlow.StructBinding(element=elements))


def _form(binding: pb.TensorFlow.Binding) -> str:
    kind = binding.WhichOneof("binding")
    if kind in ("tensor", "sequence"):
        return str(kind)
    # An empty struct may be bound to an empty binding.
    return f"<{','.join(_form(element) for element in binding.struct.element)}>"


def _form_of_type(type_spec: fl.Type | None) -> str:
    if type_spec is None or isinstance(type_spec, fl.StructType):
        return f"<{','.join(_form_of_type(element_type) for element_type in type_spec or ())}>"
    return "sequence" if isinstance(type_spec, fl.SequenceType) else "tensor"


def _capture_dataset(dataset: tf.data.Dataset, path: str) -> tuple[fl.Type, pb.TensorFlow.Binding, object]:
    try:
        element_type = to_type(dataset.element_spec)
    except TypeError as error:
        raise TypeError(f"The elements of the dataset in {path} cannot be represented: {error}") from error
    type_spec = fl.SequenceType(element_type)
    dataset = with_dense_rows(dataset)
    if _has_other_containers(element_type):
        spec = element_spec(element_type)
        dataset = dataset.map(lambda *parts: _plain_containers(_whole(parts, type_spec), spec))
    variant = tf.data.experimental.to_variant(dataset)
    return type_spec, _bind_sequence(variant), [variant]


def _has_other_containers(type_spec: fl.Type) -> bool:
    """Whether elements are in containers other than the dicts and tuples on the wire."""
    if not isinstance(type_spec, fl.StructType):
        return False
    container = type_spec.python_container
    plain = container is None or container is tuple or (isinstance(container, type) and issubclass(container, Mapping))
    return not plain or any(_has_other_containers(t) for t in type_spec)


def _whole(parts: tuple[object, ...], type_spec: fl.SequenceType) -> object:
    """Undoes `Dataset.map`, which passes a tuple as several arguments."""
    element = type_spec.element
    is_tuple = isinstance(element, fl.StructType) and (
        len(parts) != 1 or (not _is_named(element) and len(element) == 1)
    )
    return parts if is_tuple else parts[0]


def _is_named(type_spec: fl.StructType) -> bool:
    return any(name for name, _ in type_spec.items())


def _plain_containers(value: object, spec: tf.TypeSpec) -> object:
    fields = _fields(value)
    if fields is None:
        return value
    elements = [element for _, element in fields]
    if isinstance(spec, Mapping):
        return type(spec)(  # type: ignore[call-arg]  # All mappings that TensorFlow knows.
            (n, _plain_containers(v, s)) for v, (n, s) in zip(elements, spec.items(), strict=True)
        )
    return tuple(_plain_containers(v, s) for v, s in zip(elements, spec, strict=True))


def _fields(value: Any) -> list[tuple[str | None, object]] | None:
    if isinstance(value, structure.Struct):
        return structure.to_elements(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    if attrs.has(type(value)):
        return list(attrs.asdict(value, recurse=False).items())
    if isinstance(value, py_typecheck.SupportsNamedTuple):
        return list(value._asdict().items())
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, (list, tuple)):
        return [(None, element) for element in value]
    return None


def _struct_type(value: object, named_types: list[fl.Type | tuple[str, fl.Type]]) -> fl.Type:
    if isinstance(value, structure.Struct):
        return fl.StructType(named_types)
    return fl.StructWithPythonType(named_types, type(value))


def _to_tensor(value: object, path: str) -> tf.Tensor:
    if isinstance(value, (tf.Tensor, tf.Variable)):
        return tf.convert_to_tensor(value)
    if isinstance(value, tf.IndexedSlices):
        return to_dense(value, path)
    if hasattr(type(value), "__tf_tensor__"):  # A variable of Keras.
        return tf.convert_to_tensor(value)
    if is_sparse(value):
        raise TypeError(f"Expected a tensor in {path}. {not_dense(value)}")
    if not isinstance(value, (bool, int, float, complex, str, bytes, np.generic, np.ndarray)):
        raise TypeError(f"Expected a tensor, a dataset or a container of them in {path}, found {_what(value)}")
    inferred = infer_type(value)
    assert isinstance(inferred, fl.TensorType)
    return tf.constant(value, tensor_spec(inferred).dtype)


def _what(value: object) -> str:
    if isinstance(value, fl.Value):
        return "a value of a federated computation, which TensorFlow cannot read. Give it as an argument."
    if hasattr(value, "trainable_variables"):
        return f"a `{type(value).__name__}`. Return its numbers: `model.trainable_variables`."
    if callable(value):
        return "a function. Did you forget to call it?"
    return f"a value of Python type `{type(value).__name__}`."


def _shape(tensor: tf.Tensor) -> tuple[int | None, ...] | None:
    return None if tensor.shape.rank is None else tuple(tensor.shape.as_list())


def _bind_tensor(tensor: tf.Tensor) -> pb.TensorFlow.Binding:
    return Binding(tensor=pb.TensorFlow.TensorBinding(tensor_name=tensor.name))


def _bind_sequence(variant: tf.Tensor) -> pb.TensorFlow.Binding:
    return Binding(sequence=pb.TensorFlow.SequenceBinding(variant_tensor_name=variant.name))
