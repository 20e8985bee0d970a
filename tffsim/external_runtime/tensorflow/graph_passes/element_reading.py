"""Reads a data set one element at a time, in the thread that runs the function.

`ReduceDataset` sets the function that it calls up anew on every call, for milliseconds.
An iterator and a loop in the graph do not. Three things keep the iterator cheap (an
epoch of 4 batches, in microseconds, against 13 700 of `ReduceDataset`):

- The data set is read as it is: TensorFlow's optimisations of data sets and its
  autotuning are off (2500 with them, 630 without). They change no element, but the
  order of data that is shuffled again (see `reshuffling`): there they stay.
- The end is an element too. `IteratorGetNextSync` runs in the caller's thread, but ends
  with an error; `IteratorGetNextAsOptional` does not, but keeps a thread per kernel and
  passes each element through it. So every element gets a flag, and after the last one
  comes an empty one whose flag is False.
- Nothing is read ahead. An element is read when the step before is done, so effects,
  errors and the end of endless data come where they came before, and no more than one
  element is in memory.
"""

import math
from collections.abc import Sequence

import tensorflow as tf
from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto
from tensorflow.core.framework.types_pb2 import DT_BOOL, DT_INT64, DT_RESOURCE, DT_STRING, DT_VARIANT

from tffsim.external_runtime.tensorflow.graph_passes import attributes
from tffsim.external_runtime.tensorflow.graph_passes.library_functions import new_function, set_effects, set_results
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import FunctionNodes, NodeList, add_node

EXECUTOR = "SINGLE_THREADED_EXECUTOR"

# TensorFlow has kernels that read an iterator on an accelerator. They are for data sets that
# put their elements there, and wrong for all others.
_DEVICE = "/device:CPU:*"

_FOREVER = TensorProto(dtype=DT_INT64, tensor_shape=attributes.SCALAR, int64_val=[-1])
_NO_NUMBERS = TensorShapeProto(dim=[TensorShapeProto.Dim(size=0)])

_IS_RESOURCE = {"T": attributes.dtype(DT_RESOURCE)}
_IS_STRING = {"T": attributes.dtypes([DT_STRING])}
_MORE_THAN_COUNTED = TensorProto(
    dtype=DT_STRING, tensor_shape=attributes.SCALAR, string_val=[b"The data set has more elements than it said."]
)

# The element that ends the data must have the shape that is known of all others.
_MAX_END = 1 << 20


def opening(
    name: str, element_types: Sequence[int], element_shapes: Sequence[TensorShapeProto], reshuffles: bool
) -> FunctionDef:
    """Writes the function that opens a data set: it returns an iterator.

    It must run by itself, with `EXECUTOR`: `MakeIterator` would keep a thread per kernel
    where any other executor runs it.

    Args:
        name: The function's name.
        element_types: The dtypes of an element.
        element_shapes: What is known of its shapes.
        reshuffles: Whether the graph shuffles data again; see `reshuffling`.
    """
    function, (dataset,) = new_function(name, [DT_VARIANT])
    nodes = FunctionNodes(function)
    flagged = _add_flags(nodes, dataset, element_types, element_shapes)
    elements = _elements([*element_types, DT_BOOL])
    options = {"serialized_options": attributes.text(options_as_they_are(reshuffles)), **elements}
    add_node(nodes, "as_they_are", "OptionsDataset", [flagged], options)
    add_node(nodes, "iterator", "AnonymousIteratorV3", [], elements)
    iterator = nodes.tensor("iterator", "handle")
    add_node(nodes, "start", "MakeIterator", [nodes.tensor("as_they_are", "handle"), iterator], {})
    add_node(nodes, "started", "Identity", [iterator, "^start"], {"T": attributes.dtype(DT_RESOURCE)})
    set_results(function, [nodes.tensor("started", "output")], [DT_RESOURCE])
    set_effects(function, ["start"])
    function.attr["_noinline"].b = True
    for node in function.node_def:
        node.device = _DEVICE
    return function


def add_next_element(
    nodes: NodeList, name: str, iterator: str, element_types: Sequence[int], element_shapes: Sequence[TensorShapeProto]
) -> tuple[list[str], str]:
    """Adds the node that reads the next element.

    Args:
        nodes: Where to add it.
        name: Its name.
        iterator: The tensor that the function of `opening` returned.
        element_types: The dtypes of an element.
        element_shapes: What is known of its shapes.

    Returns:
        The tensors of the element, and a flag: False after the last element, when the
        element is not to be used.
    """
    tensors = add_element(nodes, name, iterator, [*element_types, DT_BOOL], [*element_shapes, attributes.SCALAR])
    return tensors[:-1], tensors[-1]


def add_reader(
    nodes: NodeList,
    scope: str,
    dataset: str,
    element_types: Sequence[int],
    reshuffles: bool,
    waits_for: Sequence[str] = (),
) -> str:
    """Adds the nodes that open a data set as it is, without an element that marks its end.

    Only for graphs that run in the thread of the caller, without branches and loops.

    Args:
        nodes: Where to add them.
        scope: A prefix for their names.
        dataset: The tensor of the data set.
        element_types: The dtypes of an element.
        reshuffles: Whether the graph shuffles data again; see `reshuffling`.
        waits_for: What must have run before, as `^node`.

    Returns:
        The tensor of the iterator.
    """
    elements = _elements(element_types)
    as_it_is, iterator, start = (f"{scope}/{name}" for name in ("as_it_is", "iterator", "start"))
    options = {"serialized_options": attributes.text(options_as_they_are(reshuffles)), **elements}
    add_node(nodes, as_it_is, "OptionsDataset", [dataset, *waits_for], options, _DEVICE)
    add_node(nodes, iterator, "AnonymousIteratorV3", [], elements, _DEVICE)
    inputs = [nodes.tensor(as_it_is, "handle"), nodes.tensor(iterator, "handle")]
    add_node(nodes, start, "MakeIterator", inputs, {}, _DEVICE)
    started = add_node(nodes, f"{scope}/started", "Identity", [inputs[1], f"^{start}"], _IS_RESOURCE, _DEVICE)
    return nodes.tensor(started.name, "output")


def add_element(
    nodes: NodeList,
    name: str,
    iterator: str,
    element_types: Sequence[int],
    element_shapes: Sequence[TensorShapeProto],
    waits_for: Sequence[str] = (),
) -> list[str]:
    """Adds the node that reads an element that is known to be there.

    Args:
        nodes: Where to add it.
        name: Its name.
        iterator: The tensor of the iterator.
        element_types: The dtypes of an element.
        element_shapes: What is known of its shapes.
        waits_for: What must have run before, as `^node`.

    Returns:
        The tensors of the element.
    """
    known = [
        shape if _is_kept(dtype, shape) else attributes.ANY_SHAPE
        for dtype, shape in zip(element_types, element_shapes, strict=True)
    ]
    attrs = _elements(element_types) | {"output_shapes": attributes.shapes(known)}
    add_node(nodes, name, "IteratorGetNextSync", [iterator, *waits_for], attrs, _DEVICE)
    return [nodes.tensor(name, "components", position) for position in range(len(element_types))]


def add_check_of_end(
    nodes: NodeList, scope: str, iterator: str, element_types: Sequence[int], waits_for: Sequence[str]
) -> str:
    """Adds the nodes that fail if there is one more element, and returns the name of the last one.

    Args:
        nodes: Where to add them.
        scope: A prefix for their names.
        iterator: The tensor of the iterator.
        element_types: The dtypes of an element.
        waits_for: What must have run before, as `^node`.
    """
    more, found, ended, message, check = (
        f"{scope}/{name}" for name in ("one_more", "is_there", "has_ended", "message", "check_of_end")
    )
    add_node(nodes, more, "IteratorGetNextAsOptional", [iterator, *waits_for], _elements(element_types), _DEVICE)
    add_node(nodes, found, "OptionalHasValue", [nodes.tensor(more, "optional")], {}, _DEVICE)
    add_node(nodes, ended, "LogicalNot", [nodes.tensor(found, "has_value")], {}, _DEVICE)
    data = [_add_constant(nodes, message, _MORE_THAN_COUNTED)]
    add_node(nodes, check, "Assert", [nodes.tensor(ended, "y"), *data], _IS_STRING, _DEVICE)
    return check


def _add_flags(
    nodes: NodeList, dataset: str, element_types: Sequence[int], element_shapes: Sequence[TensorShapeProto]
) -> str:
    types = [*element_types, DT_BOOL]
    true = _add_element(nodes, "true", [_add_constant(nodes, "true/value", attributes.TRUE)], [DT_BOOL])
    forever = _add_constant(nodes, "forever", _FOREVER)
    trues = add_node(nodes, "trues", "RepeatDataset", [true, forever], _elements([DT_BOOL]))
    # The data set comes first: where it ends, the flags are not asked.
    inputs = [dataset, nodes.tensor(trues.name, "handle")]
    pairs = add_node(nodes, "flagged", "ZipDataset", inputs, {"N": attributes.integer(2), **_elements(types)})
    nothing = [
        _add_nothing(nodes, f"end/component_{position}", dtype, shape)
        for position, (dtype, shape) in enumerate(zip(element_types, element_shapes, strict=True))
    ]
    false = _add_constant(nodes, "end/flag", attributes.FALSE)
    end = _add_element(nodes, "end", [*nothing, false], types)
    inputs = [nodes.tensor(pairs.name, "handle"), end]
    ended = add_node(nodes, "flagged_and_end", "ConcatenateDataset", inputs, _elements(types))
    return nodes.tensor(ended.name, "handle")


def _add_element(nodes: NodeList, name: str, components: Sequence[str], types: Sequence[int]) -> str:
    shapes = attributes.any_shapes(len(types))
    add_node(
        nodes, name, "TensorDataset", components, {"Toutput_types": attributes.dtypes(types), "output_shapes": shapes}
    )
    return nodes.tensor(name, "handle")


def _add_nothing(nodes: NodeList, name: str, dtype: int, shape: TensorShapeProto) -> str:
    if dtype == DT_VARIANT:
        add_node(nodes, name, "OptionalNone")
        return nodes.tensor(name, "optional")
    sizes = [TensorShapeProto.Dim(size=max(dimension.size, 0)) for dimension in shape.dim]
    end = TensorShapeProto(dim=sizes) if _is_kept(dtype, shape) else _NO_NUMBERS
    return _add_constant(nodes, name, TensorProto(dtype=dtype, tensor_shape=end))


def _is_kept(dtype: int, shape: TensorShapeProto) -> bool:
    """Returns whether the end of the data can have a shape."""
    size = math.prod(max(dimension.size, 0) for dimension in shape.dim)
    return dtype != DT_VARIANT and not shape.unknown_rank and size <= _MAX_END


def _add_constant(nodes: NodeList, name: str, value: TensorProto) -> str:
    add_node(nodes, name, "Const", [], attributes.constant(value))
    return nodes.tensor(name, "output")


def _elements(types: Sequence[int]) -> dict[str, attributes.AttrValue]:
    return {"output_types": attributes.dtypes(types), "output_shapes": attributes.any_shapes(len(types))}


def options_as_they_are(reshuffles: bool) -> bytes:
    """Returns the options, serialised, with which data sets are read as they are."""
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    if reshuffles:
        options.experimental_optimization.shuffle_and_repeat_fusion = True
    # A private name of TensorFlow: the public way wraps a Python data set.
    return options._to_proto().SerializeToString()
