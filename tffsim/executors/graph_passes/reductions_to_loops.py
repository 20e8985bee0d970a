"""A pass that turns reductions of data sets into loops of the graph.

A client that trains on its data is a `Dataset.reduce` or a `for batch in dataset:`. Both
become the operation `ReduceDataset`, which sets its function up anew on every call: 10 to
40 ms per client, 15 to 30 times the training itself. A loop in the graph is set up with
the function that it is part of, once. It calls the same functions with the same elements
in the same order, and reads an element when the step before is done, so that nothing else
differs: not a bit of a result, not the order of effects, not the element that fails.

What a reduction captured does not matter, variables included. A reduction stays if a
function of it remembers something from call to call, such as a seeded random stream: for
a loop the stream would go on where for a reduction it starts anew.
"""

from collections.abc import Iterator

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.types_pb2 import DT_RESOURCE, DT_VARIANT

from tffsim.executors.graph_passes import attributes
from tffsim.executors.graph_passes.dataset_reductions import Library, NotALoopError, Reduction, reduction_of
from tffsim.executors.graph_passes.element_reading import EXECUTOR
from tffsim.executors.graph_passes.loop_functions import CALL, Loop, loop_of
from tffsim.executors.graph_passes.node_lists import FunctionNodes, GraphNodes, NodeList, add_node
from tffsim.executors.graph_passes.reshuffling import reshuffles
from tffsim.executors.graph_rewriting import functions_named_by, remembers

_RUNS_ITS_FUNCTIONS = frozenset(
    [
        "PartitionedCall",
        "StatefulPartitionedCall",
        "If",
        "StatelessIf",
        "While",
        "StatelessWhile",
        "Case",
        "StatelessCase",
    ]
)
_TENSORFLOW_1_CONTROL_FLOW = frozenset(
    name for op in ("Enter", "Exit", "Switch", "Merge", "NextIteration") for name in (op, f"Ref{op}")
)


def reductions_to_loops(graph_def: GraphDef, is_seeded: bool = False) -> dict[str, str]:
    """Rewrites the reductions of a graph and of the functions that it runs.

    Args:
        graph_def: The graph; it is changed in place. The loops keep the names of the
            reductions, and the outputs in their order.
        is_seeded: Whether all random streams will get a seed.

    Returns:
        Why a reduction was left alone, for each that was, by its name; `function/node`
        where it stands in a library function.
    """
    kept: dict[str, str] = {}
    again = reshuffles(graph_def)
    library = {function.signature.name: function for function in graph_def.library.function}
    waiting: list[NodeList] = [GraphNodes(graph_def)]
    seen: set[str] = set()
    while waiting:
        nodes = waiting.pop()
        for node in [node for node in nodes.nodes if node.op == "ReduceDataset"]:
            try:
                reduction = reduction_of(node, nodes, library)
                _check(reduction, nodes, library, is_seeded)
                _rewrite(reduction, nodes, graph_def, library, again)
            except NotALoopError as reason:
                kept["/".join(filter(None, [nodes.name, node.name]))] = str(reason)
        for name in _functions_run_by(nodes, library):
            if name not in seen:
                seen.add(name)
                waiting.append(FunctionNodes(library[name]))
    return kept


def _check(reduction: Reduction, nodes: NodeList, library: Library, is_seeded: bool) -> None:
    """Refuses what a loop would do otherwise than a reduction."""
    if any(other.op in _TENSORFLOW_1_CONTROL_FLOW for other in nodes.nodes):
        raise NotALoopError("it stands beside a loop or a condition of TensorFlow 1")
    for function in reduction.functions:
        for name in _with_all_below(function.name, library):
            for node in library[name].node_def:
                if remembers(node) or (is_seeded and "seed" in node.attr):
                    raise NotALoopError(
                        f"`{node.name}` (`{node.op}`) in its function remembers something from step to step, "
                        "such as where a seeded random stream is"
                    )


def _rewrite(
    reduction: Reduction, nodes: NodeList, graph_def: GraphDef, library: dict[str, FunctionDef], again: bool
) -> None:
    heavy = [function.name for function in reduction.functions if _is_heavy(function.name, library)]
    for name in heavy:
        library[name].attr["_noinline"].b = True
    prefix = _free_prefix(f"{reduction.functions[0].name}_loop", library)
    loop = loop_of(reduction, prefix, again, is_apart=bool(heavy))
    for new in loop.functions:
        graph_def.library.function.add().CopyFrom(new)
        library[new.signature.name] = graph_def.library.function[-1]
    _replace(reduction, loop, nodes)


def _is_heavy(function: str, library: Library) -> bool:
    """Returns whether a step is to be a graph of its own.

    Inside a loop TensorFlow fuses no convolution, and may miss the fast kernel of a pooling's
    gradient. A call costs 0.05 ms, too much for small steps.
    """
    nodes = (node for name in _with_all_below(function, library) for node in library[name].node_def)
    return any("Conv" in node.op or "Pool" in node.op for node in nodes)


def _replace(reduction: Reduction, loop: Loop, nodes: NodeList) -> None:
    node, scan = reduction.node, reduction.scan
    scope = _free_scope(node.name, nodes)
    opening = {
        "f": attributes.function(loop.opening),
        "Tin": attributes.dtypes([DT_VARIANT]),
        "Tout": attributes.dtypes([DT_RESOURCE]),
        "executor_type": attributes.text(EXECUTOR.encode()),
    }
    iterator = add_node(nodes, f"{scope}/iterator", CALL, [reduction.dataset, *reduction.waits_for], opening)
    more = add_node(nodes, f"{scope}/more", "Const", [], attributes.constant(attributes.TRUE))
    variables = [
        *reduction.reduce.state,
        *(scan.state if scan else ()),
        nodes.tensor(more.name, "output"),
        nodes.tensor(iterator.name, "output"),
        *(argument for part in reduction.functions for argument in part.arguments),
    ]
    results = list(node.attr["output_shapes"].list.shape)
    shapes = [*results, *[attributes.ANY_SHAPE] * (len(loop.types) - len(results))]
    # Where the reduction was the loop is, so that errors name the same node.
    node.op = "While"
    node.input[:] = [*variables, *reduction.waits_for]
    node.attr.clear()
    for key, value in {
        "T": attributes.dtypes(loop.types),
        "cond": attributes.function(loop.condition),
        "body": attributes.function(loop.body),
        "output_shapes": attributes.shapes(shapes),
        "parallel_iterations": attributes.integer(1),
        "_lower_using_switch_merge": attributes.boolean(True),
    }.items():
        node.attr[key].CopyFrom(value)
    nodes.rename_output(node.name, "components", "output")


def _functions_run_by(nodes: NodeList, library: Library) -> Iterator[str]:
    """Yields the functions that nodes run themselves: what data sets call is not theirs."""
    for node in nodes.nodes:
        if node.op in library:
            yield node.op
        elif node.op in _RUNS_ITS_FUNCTIONS:
            yield from (called.name for called in functions_named_by(node) if called.name in library)


def _with_all_below(function: str, library: Library) -> set[str]:
    found: set[str] = set()
    waiting = [function]
    while waiting:
        name = waiting.pop()
        if name in library and name not in found:
            found.add(name)
            for node in library[name].node_def:
                waiting += [node.op, *(called.name for called in functions_named_by(node))]
    return found


def _free_prefix(prefix: str, library: Library) -> str:
    while any(name.startswith(prefix) for name in library):
        prefix += "_"
    return prefix


def _free_scope(name: str, nodes: NodeList) -> str:
    scope = f"{name}/loop"
    while any(node.name.startswith(scope) for node in nodes.nodes):
        scope += "_"
    return scope
