"""A pass that turns loops over data sets into straight lines, for a known number of elements.

    iterator = open(dataset)
    state = step(state, next(iterator))
    state = step(state, next(iterator))
    check that the iterator has ended

A loop of the graph (see `reductions_to_loops`) costs more than a small step: TensorFlow
hops between threads for it, each variable of it passes through five operations an
element, and the end of the data must be an element with a flag. Four steps of 30 µs:
510 µs as a loop, 275 as a straight line. The same functions run on the same elements in
the same order, so not a bit of a result differs.

If there are less or more elements than were counted, the graph fails. It must be one that
may run again, as a loop.
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from tffsim.external_runtime.tensorflow.graph_passes import attributes
from tffsim.external_runtime.tensorflow.graph_passes.dataset_reductions import (
    Library,
    NotALoopError,
    Reduction,
    reduction_of,
)
from tffsim.external_runtime.tensorflow.graph_passes.element_counts import ElementCount, element_count
from tffsim.external_runtime.tensorflow.graph_passes.element_reading import add_check_of_end, add_element, add_reader
from tffsim.external_runtime.tensorflow.graph_passes.loop_functions import CALL, step_of_scan
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import FunctionNodes, GraphNodes, NodeList, add_node
from tffsim.external_runtime.tensorflow.graph_passes.reduction_context import (
    check_same_effects,
    free_prefix,
    free_scope,
    functions_run_by,
    keep_heavy_steps_apart,
    with_all_below,
)
from tffsim.external_runtime.tensorflow.graph_passes.reshuffling import reshuffles

MAX_NODES = 4000
"""How long a straight line may become. TensorFlow takes 0.1 ms a node to prepare it."""

_BRANCHES_AND_LOOPS = frozenset(["If", "StatelessIf", "Case", "StatelessCase", "While", "StatelessWhile"])
_HOPS = _BRANCHES_AND_LOOPS | {"ReduceDataset"}


@dataclasses.dataclass(frozen=True, slots=True)
class StraightForm:
    """A graph whose loops over data sets can be straight lines.

    Attributes:
        counts: How many elements each of them reads.
        step_sizes: How many nodes a step of each has.
    """

    counts: Sequence[ElementCount]
    step_sizes: Sequence[int]

    def counted(self, lengths: Mapping[str, int | None]) -> tuple[int, ...] | None:
        """Returns how many elements each loop reads; None if that is not known, or the line would be too long.

        Args:
            lengths: Of the data sets that are given, by their tensors; None for those that do not say.
        """
        counts = []
        for count in self.counts:
            length = lengths[count.feed]
            if length is None:
                return None
            counts.append(count.given(length))
        size = sum([count * size for count, size in zip(counts, self.step_sizes, strict=True)])
        return tuple(counts) if size <= MAX_NODES else None


def straight_form(graph_def: GraphDef, feeds: Collection[str]) -> StraightForm | None:
    """Looks whether all loops over data sets can be straight lines.

    Args:
        graph_def: The graph, not yet rewritten.
        feeds: The tensors that are given, as `node:output`.

    Returns:
        None if one cannot, if there are none, or if the graph has other loops or branches:
        then a thread hop remains, and little is won.
    """
    library = {function.signature.name: function for function in graph_def.library.function}
    counts, sizes = [], []
    try:
        for nodes, node in _reductions(graph_def, library):
            reduction = reduction_of(node, nodes, library)
            check_same_effects(reduction, nodes, library, is_seeded=False)
            if reduction.condition is not None:
                return None
            below = {name for part in reduction.functions for name in with_all_below(part.name, library)}
            if any(node.op in _HOPS for name in below for node in library[name].node_def):
                return None
            counts.append(element_count(reduction.dataset, nodes, graph_def, library, feeds))
            sizes.append(sum(len(library[name].node_def) for name in below))
    except NotALoopError:
        return None
    if not counts or any(
        node.op in _BRANCHES_AND_LOOPS for nodes in _node_lists(graph_def, library) for node in nodes.nodes
    ):
        return None
    return StraightForm(counts, sizes)


def reductions_to_straight_lines(graph_def: GraphDef, counts: Sequence[int]) -> None:
    """Rewrites all reductions of a graph that has a `straight_form`.

    Args:
        graph_def: The graph; it is changed in place.
        counts: How many elements each reduction reads, in the order of that form.
    """
    again = reshuffles(graph_def)
    library = {function.signature.name: function for function in graph_def.library.function}
    reductions = list(_reductions(graph_def, library))
    for (nodes, node), count in zip(reductions, counts, strict=True):
        _rewrite(reduction_of(node, nodes, library), count, nodes, graph_def, library, again)


def _rewrite(
    reduction: Reduction,
    count: int,
    nodes: NodeList,
    graph_def: GraphDef,
    library: dict[str, FunctionDef],
    again: bool,
) -> None:
    keep_heavy_steps_apart(reduction, library)
    step = reduction.reduce.function.name
    if reduction.scan is not None:
        step = f"{free_prefix(f'{reduction.scan.function.name}_straight', library)}_step"
        for function in step_of_scan(reduction, step):
            graph_def.library.function.add().CopyFrom(function)
            library[function.signature.name] = graph_def.library.function[-1]
    _replace(reduction, count, step, nodes, again)


def _replace(reduction: Reduction, count: int, step: str, nodes: NodeList, again: bool) -> None:
    node, scan = reduction.node, reduction.scan
    scope = free_scope(f"{node.name}/straight", nodes)
    states = [*reduction.reduce.state, *(scan.state if scan else ())]
    state_types = [*reduction.reduce.state_types, *(scan.state_types if scan else ())]
    arguments = [argument for part in reduction.functions for argument in part.arguments]
    argument_types = [dtype for part in reduction.functions for dtype in part.argument_types]
    call = {
        "f": attributes.function(step),
        "Tin": attributes.dtypes([*state_types, *reduction.element_types, *argument_types]),
        "Tout": attributes.dtypes(state_types),
    }
    before = list(reduction.waits_for)
    iterator = add_reader(nodes, scope, reduction.dataset, reduction.element_types, again, before)
    for position in range(count):
        # An element is read when the step before is done, its effects included. A step waits for
        # that by itself, too: what it reads from variables does not depend on the element.
        reading = f"{scope}/element_{position}"
        element = add_element(nodes, reading, iterator, reduction.element_types, reduction.element_shapes, before)
        called = add_node(nodes, f"{scope}/step_{position}", CALL, [*states, *element, *arguments, *before], call)
        states = [nodes.tensor(called.name, "output", k) for k in range(len(state_types))]
        # Where TensorFlow inlines a step without effects, nothing is left to wait for: so elements wait for each other.
        before = [f"^{called.name}", f"^{reading}"]
    check = add_check_of_end(nodes, scope, iterator, reduction.element_types, before)
    # Where the reduction was its result is: whoever waits for it waits for the line.
    node.op = "IdentityN"
    node.input[:] = [*states[: len(reduction.reduce.state_types)], *before, f"^{check}"]
    node.attr.clear()
    node.attr["T"].CopyFrom(attributes.dtypes(reduction.reduce.state_types))
    nodes.rename_output(node.name, "components", "output")


def _reductions(graph_def: GraphDef, library: Library) -> Iterator[tuple[NodeList, NodeDef]]:
    for nodes in _node_lists(graph_def, library):
        for node in [node for node in nodes.nodes if node.op == "ReduceDataset"]:
            yield nodes, node


def _node_lists(graph_def: GraphDef, library: Library) -> list[NodeList]:
    """Returns the graph and the functions that it runs, in an order that depends on the graph alone."""
    found: list[NodeList] = [GraphNodes(graph_def)]
    names: set[str] = set()
    for nodes in found:
        for name in functions_run_by(nodes, library):
            if name not in names:
                names.add(name)
                found.append(FunctionNodes(library[name]))
    return found
