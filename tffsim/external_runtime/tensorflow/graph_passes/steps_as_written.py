"""A pass that keeps TensorFlow's graph optimiser away from the steps of reductions that stay.

The optimiser is off for all that runs (see `function_calls`), so a step computes what eager
TensorFlow computes, also as a part of a loop. But a reduction sets up its functions by
itself, with the optimiser. That makes `Square` of `x ** 2`, which differs from `Pow` in the
last bit for one number of four. Whether a reduction stays must not show, so its function
only calls the step, with the optimiser off:

    def step_apart(state, element):
        return step(state, element)

Steps that `keep_heavy_steps_apart` knows are optimised in loops as well, and stay as they are.
"""

from collections.abc import Iterator

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef

from tffsim.external_runtime.tensorflow.graph_passes import attributes
from tffsim.external_runtime.tensorflow.graph_passes.dataset_reductions import Library, NotALoopError, reduction_of
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import all_nodes, functions_named_by
from tffsim.external_runtime.tensorflow.graph_passes.library_functions import new_function, set_effects, set_results
from tffsim.external_runtime.tensorflow.graph_passes.loop_functions import CALL
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import FunctionNodes, GraphNodes, NodeList, add_node
from tffsim.external_runtime.tensorflow.graph_passes.reduction_context import free_prefix, functions_run_by, is_heavy

_STEP_OF = {"ReduceDataset": "f", "ScanDataset": "f", "TakeWhileDataset": "predicate"}
_CALLS = {"PartitionedCall", "StatefulPartitionedCall"}


def keep_steps_as_written(graph_def: GraphDef, no_optimisation: bytes) -> None:
    """Rewrites the functions of reductions, in a graph and in the functions that it runs.

    Args:
        graph_def: The graph; it is changed in place.
        no_optimisation: The `ConfigProto` of a call that is not optimised.
    """
    library = {function.signature.name: function for function in graph_def.library.function}
    apart: dict[str, str] = {}
    # The step of a loop would no longer be a part of it.
    in_loops = {
        called.name for node in all_nodes(graph_def) if node.op not in _STEP_OF for called in functions_named_by(node)
    }
    waiting: list[tuple[NodeList, bool]] = [(GraphNodes(graph_def), False)]
    seen: set[str] = set()
    while waiting:
        nodes, is_in_step = waiting.pop()
        steps = {name for name in _steps(nodes, library) if not (name in in_loops or is_heavy(name, library))}
        for name in sorted(steps - set(apart)):
            apart[name] = free_prefix(f"{name}_apart", library)
            function = _call_of(library[name], apart[name], no_optimisation)
            graph_def.library.function.add().CopyFrom(function)
            library[name].attr["_noinline"].b = True
        for node in nodes.nodes:
            called = node.attr[_STEP_OF[node.op]].func if node.op in _STEP_OF else None
            if called is not None and called.name in steps:
                called.name = apart[called.name]
            if is_in_step and node.op in _CALLS:
                node.attr["config_proto"].CopyFrom(attributes.text(no_optimisation))
        for name in (*steps, *functions_run_by(nodes, library)):
            if name not in seen:
                seen.add(name)
                waiting.append((FunctionNodes(library[name]), is_in_step or name in steps))


def _steps(nodes: NodeList, library: Library) -> Iterator[str]:
    for node in nodes.nodes:
        if node.op == "ReduceDataset":
            try:
                yield from (part.name for part in reduction_of(node, nodes, library).functions)
            except NotALoopError:
                continue


def _call_of(step: FunctionDef, name: str, no_optimisation: bytes) -> FunctionDef:
    given = [argument.type for argument in step.signature.input_arg]
    returned = [argument.type for argument in step.signature.output_arg]
    function, tensors = new_function(name, given)
    nodes = FunctionNodes(function)
    attrs = {
        "f": attributes.function(step.signature.name),
        "Tin": attributes.dtypes(given),
        "Tout": attributes.dtypes(returned),
        "config_proto": attributes.text(no_optimisation),
    }
    add_node(nodes, "step", CALL, tensors, attrs)
    set_results(function, [nodes.tensor("step", "output", k) for k in range(len(returned))], returned)
    set_effects(function, ["step"])
    # TensorFlow looks for these where a data set calls a function.
    for position, facts in step.arg_attr.items():
        function.arg_attr[position].CopyFrom(facts)
    function.attr["_tf_data_function"].b = True
    return function
