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

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.types_pb2 import DT_RESOURCE, DT_VARIANT

from tffsim.external_runtime.tensorflow.graph_passes import attributes
from tffsim.external_runtime.tensorflow.graph_passes.dataset_reductions import NotALoopError, Reduction, reduction_of
from tffsim.external_runtime.tensorflow.graph_passes.element_reading import EXECUTOR
from tffsim.external_runtime.tensorflow.graph_passes.loop_functions import CALL, Loop, loop_of
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import FunctionNodes, GraphNodes, NodeList, add_node
from tffsim.external_runtime.tensorflow.graph_passes.reduction_context import (
    check_same_effects,
    free_prefix,
    free_scope,
    functions_run_by,
    keep_heavy_steps_apart,
)
from tffsim.external_runtime.tensorflow.graph_passes.reshuffling import reshuffles


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
                check_same_effects(reduction, nodes, library, is_seeded)
                _rewrite(reduction, nodes, graph_def, library, again)
            except NotALoopError as reason:
                kept["/".join(filter(None, [nodes.name, node.name]))] = str(reason)
        for name in functions_run_by(nodes, library):
            if name not in seen:
                seen.add(name)
                waiting.append(FunctionNodes(library[name]))
    return kept


def _rewrite(
    reduction: Reduction, nodes: NodeList, graph_def: GraphDef, library: dict[str, FunctionDef], again: bool
) -> None:
    is_apart = keep_heavy_steps_apart(reduction, library)
    prefix = free_prefix(f"{reduction.functions[0].name}_loop", library)
    loop = loop_of(reduction, prefix, again, is_apart)
    for new in loop.functions:
        graph_def.library.function.add().CopyFrom(new)
        library[new.signature.name] = graph_def.library.function[-1]
    _replace(reduction, loop, nodes)


def _replace(reduction: Reduction, loop: Loop, nodes: NodeList) -> None:
    node, scan = reduction.node, reduction.scan
    scope = free_scope(f"{node.name}/loop", nodes)
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
