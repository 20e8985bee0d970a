"""Recognises the loops over a data set in a graph.

`dataset.reduce(state, step)` is one node, `ReduceDataset`. AutoGraph turns
`for batch in dataset:` into a scan whose function is the loop's body, and a reduction
that keeps the last state; `break` puts a `TakeWhileDataset` between the two. A reduction
is described here from the data up: what is read, and the functions that each element
goes through.
"""

import dataclasses
from collections.abc import Mapping

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto
from tensorflow.core.framework.types_pb2 import DT_RESOURCE

from tffsim.external_runtime.tensorflow.graph_passes.attributes import ANY_SHAPE
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import NodeList, control_inputs, data_inputs, node_of

Library = Mapping[str, FunctionDef]


class NotALoopError(Exception):
    """A reduction must stay as it is; the message says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Captured:
    """A function that a data set calls for each element, with what it captured.

    Attributes:
        name: The library function.
        arguments: The captured tensors, passed after the element.
        argument_types: Their dtypes.
    """

    name: str
    arguments: tuple[str, ...]
    argument_types: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Fold:
    """A captured function that goes from element to element with a state.

    Attributes:
        function: Takes the state, the element and what it captured.
        state: The initial state.
        state_types: Its dtypes.
        element_types: The dtypes of an element.
        element_shapes: What is known of its shapes.
        result_types: The dtypes of what it returns after the new state.
    """

    function: Captured
    state: tuple[str, ...]
    state_types: tuple[int, ...]
    element_types: tuple[int, ...]
    element_shapes: tuple[TensorShapeProto, ...]
    result_types: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Reduction:
    """A loop over a data set.

    Attributes:
        node: The `ReduceDataset` node.
        dataset: The tensor that holds the data set.
        scan: The loop's body, if the loop was written as `for`.
        condition: Takes what `scan` returned; the loop ends where it says False.
        reduce: Folds the elements, or what `scan` made of them.
        waits_for: What must have run before the first element is read, as `^node`.
    """

    node: NodeDef
    dataset: str
    scan: Fold | None
    condition: Captured | None
    reduce: Fold
    waits_for: tuple[str, ...]

    @property
    def element_types(self) -> tuple[int, ...]:
        """The dtypes of an element of the data set."""
        return (self.scan or self.reduce).element_types

    @property
    def element_shapes(self) -> tuple[TensorShapeProto, ...]:
        """What is known of the shapes of an element."""
        return (self.scan or self.reduce).element_shapes

    @property
    def functions(self) -> list[Captured]:
        """The functions that an element goes through; what they captured is passed on in this order."""
        parts = (self.reduce.function, self.scan.function if self.scan else None, self.condition)
        return [part for part in parts if part is not None]


def reduction_of(node: NodeDef, nodes: NodeList, library: Library) -> Reduction:
    """Describes a reduction.

    Args:
        node: A `ReduceDataset` node.
        nodes: Where it stands.
        library: The functions of the graph.

    Raises:
        NotALoopError: If it is none that can be described.
    """
    by_name = {other.name: other for other in nodes.nodes}
    reduce = _fold(node, "Tstate", "f", library)
    if reduce.result_types:
        raise NotALoopError("its function returns more than its state")
    condition: Captured | None = None
    below = source = by_name.get(node_of(data_inputs(node)[0]))
    waits_for = control_inputs(node)
    passed = {node.name}
    if source is not None and source.op == "TakeWhileDataset":
        condition = _captured(source, "predicate", 1)
        below = by_name.get(node_of(data_inputs(source)[0]))
    if below is None or below.op != "ScanDataset":
        return Reduction(node, data_inputs(node)[0], None, None, reduce, tuple(waits_for))
    for dataset in (source, below) if condition else (below,):
        assert dataset is not None
        passed.add(dataset.name)
        waits_for += control_inputs(dataset)
    scan = _fold(below, "Tstate", "f", library)
    if scan.result_types != reduce.element_types:
        raise NotALoopError("its scan and its reduction do not fit together")
    # The nodes that made the data sets in between are no longer needed.
    needed = [source for source in dict.fromkeys(waits_for) if node_of(source) not in passed]
    return Reduction(node, data_inputs(below)[0], scan, condition, reduce, tuple(needed))


def _fold(node: NodeDef, state: str, function: str, library: Library) -> Fold:
    state_types = tuple(node.attr[state].list.type)
    captured = _captured(node, function, 1 + len(state_types))
    if captured.name not in library:
        raise NotALoopError(f"its function `{captured.name}` is not in the graph")
    signature = library[captured.name].signature
    given, returned = [a.type for a in signature.input_arg], [a.type for a in signature.output_arg]
    elements = given[len(state_types) : len(given) - len(captured.arguments)]
    if not all(given) or not all(returned) or tuple(returned[: len(state_types)]) != state_types:
        raise NotALoopError(f"the signature of its function `{captured.name}` is not understood")
    if DT_RESOURCE in elements:
        raise NotALoopError("the elements of its data set are resources")
    return Fold(
        captured,
        tuple(data_inputs(node)[1 : 1 + len(state_types)]),
        state_types,
        tuple(elements),
        tuple(_shape(library[captured.name], len(state_types) + position) for position in range(len(elements))),
        tuple(returned[len(state_types) :]),
    )


def _shape(function: FunctionDef, argument: int) -> TensorShapeProto:
    """Returns what a function was told of the shape of an argument; kernels are fused by it."""
    if argument in function.arg_attr and "_output_shapes" in function.arg_attr[argument].attr:
        known = function.arg_attr[argument].attr["_output_shapes"].list.shape
        if len(known) == 1:
            return known[0]
    return ANY_SHAPE


def _captured(node: NodeDef, function: str, first_argument: int) -> Captured:
    arguments = data_inputs(node)[first_argument:]
    return Captured(node.attr[function].func.name, tuple(arguments), tuple(node.attr["Targuments"].list.type))
