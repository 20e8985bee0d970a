"""What a reduction's functions, and the graph around them, mean for whoever rewrites it."""

from collections.abc import Iterator

from tffsim.external_runtime.tensorflow.graph_passes.dataset_reductions import Library, NotALoopError, Reduction
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import functions_named_by, remembers
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import NodeList

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


def check_same_effects(reduction: Reduction, nodes: NodeList, library: Library, is_seeded: bool) -> None:
    """Refuses what a loop would do otherwise than a reduction.

    Raises:
        NotALoopError: If the reduction must stay.
    """
    if any(other.op in _TENSORFLOW_1_CONTROL_FLOW for other in nodes.nodes):
        raise NotALoopError("it stands beside a loop or a condition of TensorFlow 1")
    for function in reduction.functions:
        for name in with_all_below(function.name, library):
            for node in library[name].node_def:
                if remembers(node) or (is_seeded and "seed" in node.attr):
                    raise NotALoopError(
                        f"`{node.name}` (`{node.op}`) in its function remembers something from step to step, "
                        "such as where a seeded random stream is"
                    )


def keep_heavy_steps_apart(reduction: Reduction, library: Library) -> bool:
    """Keeps steps a graph of their own where that is faster; returns whether it kept any.

    Inside a loop TensorFlow fuses no convolution, and may miss the fast kernel of a pooling's
    gradient. A call costs 0.05 ms, too much for small steps.
    """
    heavy = [function.name for function in reduction.functions if is_heavy(function.name, library)]
    for name in heavy:
        library[name].attr["_noinline"].b = True
    return bool(heavy)


def is_heavy(function: str, library: Library) -> bool:
    """Returns whether a step has convolutions or poolings, in it or in what it calls."""
    nodes = (node for name in with_all_below(function, library) for node in library[name].node_def)
    return any("Conv" in node.op or "Pool" in node.op for node in nodes)


def functions_run_by(nodes: NodeList, library: Library) -> Iterator[str]:
    """Yields the functions that nodes run themselves: what data sets call is not theirs."""
    for node in nodes.nodes:
        if node.op in library:
            yield node.op
        elif node.op in _RUNS_ITS_FUNCTIONS:
            yield from (called.name for called in functions_named_by(node) if called.name in library)


def with_all_below(function: str, library: Library) -> set[str]:
    """Returns the names of a function and of all that it calls, or that its data sets call."""
    found: set[str] = set()
    waiting = [function]
    while waiting:
        name = waiting.pop()
        if name in library and name not in found:
            found.add(name)
            for node in library[name].node_def:
                waiting += [node.op, *(called.name for called in functions_named_by(node))]
    return found


def free_prefix(prefix: str, library: Library) -> str:
    """Returns a prefix that no function has."""
    while any(name.startswith(prefix) for name in library):
        prefix += "_"
    return prefix


def free_scope(scope: str, nodes: NodeList) -> str:
    """Returns a prefix that no node has."""
    while any(node.name.startswith(scope) for node in nodes.nodes):
        scope += "_"
    return scope
