"""Calling one TensorFlow computation inside another copies its graph into the caller's."""

import itertools
from collections.abc import Iterator, Mapping

import federated_language as fl
import tensorflow as tf
from federated_language.framework import ConcreteComputation, SyncContext
from federated_language.proto import computation_pb2 as pb

from tffsim.external_runtime.tensorflow import bindings
from tffsim.external_runtime.tensorflow.tensorflow_types import tensor_spec
from tffsim.language import building_blocks, provenance
from tffsim.language.containers import struct_elements
from tffsim.language.type_differences import short

_copies = itertools.count()


class GraphContext(SyncContext):
    """The context in which a function is captured: a call copies a graph.

    Args:
        name: The function that is being captured, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._op_lines: dict[str, tuple[str, int, str]] = {}

    @property
    def op_lines(self) -> Mapping[str, tuple[str, int, str]]:
        """The users' lines behind the operations that were copied."""
        return self._op_lines

    def invoke(self, comp: ConcreteComputation, arg: object) -> object:
        """Copies the graph of `comp` into the current graph and returns its result.

        Raises:
            TypeError: If `comp` is not made of TensorFlow only, or `arg` does not fit.
        """
        proto = comp.to_proto()
        if building_blocks.kind_of(proto) != "tensorflow":
            raise TypeError(
                f"`{self._name}` is a TensorFlow function; inside it only other TensorFlow functions can be called, "
                "found a federated computation. Call that from a federated computation, too."
            )
        parameter = comp.type_signature.parameter
        bindings.check_fits(proto.tensorflow.parameter, parameter, "parameter")
        bindings.check_fits(proto.tensorflow.result, comp.type_signature.result, "result")
        inputs = list(_to_tensors(arg, parameter)) if parameter is not None else []
        scope = f"inlined_{next(_copies)}"
        outputs = _import(proto.tensorflow, inputs, scope)
        origin = provenance.provenance_of(proto)
        if origin is not None:
            self._op_lines.update({f"{scope}/{name}": line for name, line in origin.op_lines.items()})
        return _from_tensors(iter(outputs), comp.type_signature.result)


def _import(tensorflow: pb.TensorFlow, inputs: list[tf.Tensor], scope: str) -> list[tf.Tensor]:
    graph_def = tf.compat.v1.GraphDef.FromString(tensorflow.graph_def.value)
    _make_names_private(graph_def, f"_{scope}")
    feeds = bindings.tensor_names(tensorflow.parameter) if inputs else []
    input_map = dict(zip(feeds, inputs, strict=True))
    if tensorflow.session_token_tensor_name:
        input_map[tensorflow.session_token_tensor_name] = tf.constant("", name="session_token")
    fetches = bindings.tensor_names(tensorflow.result)
    if tensorflow.initialize_op:
        _initialize_first(graph_def, tensorflow.initialize_op)
    # A fetch that is a feed is not in the copy.
    copied = tf.graph_util.import_graph_def(
        graph_def,
        input_map={n: t for n, t in input_map.items() if _is_used(graph_def, n)},
        return_elements=[fetch for fetch in fetches if fetch not in input_map],
        name=scope,
    )
    outputs = iter(copied)
    return [input_map[fetch] if fetch in input_map else next(outputs) for fetch in fetches]


def _is_used(graph_def: tf.compat.v1.GraphDef, name: str) -> bool:
    plain = name.removesuffix(":0")
    return any(source in (name, plain) for node in graph_def.node for source in node.input)


def _make_names_private(graph_def: tf.compat.v1.GraphDef, suffix: str) -> None:
    """Keeps the variables of two copies apart: they are found by name."""
    libraries = (function.node_def for function in graph_def.library.function)
    for node in itertools.chain(graph_def.node, *libraries):
        if "shared_name" in node.attr and node.attr["shared_name"].s:
            node.attr["shared_name"].s += suffix.encode()


def _initialize_first(graph_def: tf.compat.v1.GraphDef, initialize_op: str) -> None:
    """Makes all operations wait for the initialisation of variables, as on a call."""
    nodes = {node.name: node for node in graph_def.node}
    before: set[str] = set()
    waiting = [initialize_op.lstrip("^").split(":")[0]]
    while waiting:
        name = waiting.pop()
        if name not in before:
            before.add(name)
            waiting += [source.lstrip("^").split(":")[0] for source in nodes[name].input]
    for node in graph_def.node:
        if node.name not in before:
            node.input.append(f"^{initialize_op}")


def _to_tensors(value: object, type_spec: fl.Type, path: str = "") -> Iterator[tf.Tensor]:
    if isinstance(type_spec, fl.StructType):
        elements = zip(struct_elements(value, type_spec), type_spec.items(), strict=True)
        for position, (element, (name, element_type)) in enumerate(elements):
            step = f"[{position}]" if name is None else f".{name}"
            yield from _to_tensors(element, element_type, path + step)
    elif isinstance(type_spec, fl.SequenceType):
        if not isinstance(value, tf.data.Dataset):
            raise TypeError(
                f"{_argument(path)} must be a `tf.data.Dataset` of type {short(type_spec)}, "
                f"found a value of Python type `{type(value).__name__}`."
            )
        _, _, tensors = bindings.capture_result(value, "the argument")
        yield from tensors
    else:
        assert isinstance(type_spec, fl.TensorType)
        yield _to_tensor(value, type_spec, path)


def _to_tensor(value: object, type_spec: fl.TensorType, path: str) -> tf.Tensor:
    spec = tensor_spec(type_spec)
    try:
        tensor = tf.convert_to_tensor(value, spec.dtype)
    except (TypeError, ValueError) as error:
        found = f"one of {value.dtype.name}" if isinstance(value, tf.Tensor) else f"{value!r:.40}"
        raise TypeError(
            f"{_argument(path)} must be a tensor of type {type_spec}, found {found}. Cast it with `tf.cast`."
        ) from error
    if not spec.shape.is_compatible_with(tensor.shape):
        raise TypeError(f"{_argument(path)} must be a tensor of type {type_spec}, found one of shape {tensor.shape}.")
    return tensor


def _argument(path: str) -> str:
    return f"Argument `{path.removeprefix('.')}`" if path else "The argument"


def _from_tensors(tensors: Iterator[tf.Tensor], type_spec: fl.Type) -> object:
    if isinstance(type_spec, fl.StructType):
        return bindings.parameter_struct([_from_tensors(tensors, t) for t in type_spec], type_spec)
    if isinstance(type_spec, fl.SequenceType):
        return bindings.dataset_from_variant(next(tensors), type_spec)
    return next(tensors)
