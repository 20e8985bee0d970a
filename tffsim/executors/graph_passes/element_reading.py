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
from tensorflow.core.framework.types_pb2 import DT_BOOL, DT_INT64, DT_RESOURCE, DT_VARIANT

from tffsim.executors.graph_passes import attributes
from tffsim.executors.graph_passes.library_functions import new_function, set_effects, set_results
from tffsim.executors.graph_passes.node_lists import FunctionNodes, NodeList, add_node

EXECUTOR = "SINGLE_THREADED_EXECUTOR"

# TensorFlow has kernels that read an iterator on an accelerator. They are for data sets that
# put their elements there, and wrong for all others.
_DEVICE = "/device:CPU:*"

_FOREVER = TensorProto(dtype=DT_INT64, tensor_shape=attributes.SCALAR, int64_val=[-1])
_NO_NUMBERS = TensorShapeProto(dim=[TensorShapeProto.Dim(size=0)])

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
    options = {"serialized_options": attributes.text(_as_they_are(reshuffles)), **elements}
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
    types = [*element_types, DT_BOOL]
    known = [
        shape if _is_kept(dtype, shape) else attributes.ANY_SHAPE
        for dtype, shape in zip(element_types, element_shapes, strict=True)
    ]
    attrs = _elements(types) | {"output_shapes": attributes.shapes([*known, attributes.SCALAR])}
    add_node(nodes, name, "IteratorGetNextSync", [iterator], attrs, _DEVICE)
    tensors = [nodes.tensor(name, "components", position) for position in range(len(types))]
    return tensors[:-1], tensors[-1]


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


def _as_they_are(reshuffles: bool) -> bytes:
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    if reshuffles:
        options.experimental_optimization.shuffle_and_repeat_fusion = True
    # A private name of TensorFlow: the public way wraps a Python data set.
    return options._to_proto().SerializeToString()
