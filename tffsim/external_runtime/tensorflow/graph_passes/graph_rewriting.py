"""Rewrites a serialised graph so that calling it leaves no trace.

A TensorFlow function that is called twice remembers: its variables and tables live in a
manager shared by the whole process, under names. Two clients that run the same function
at the same time would share them. Here the operations that make such resources are
replaced by their anonymous forms: every execution makes fresh ones, and the last
reference to a resource frees it. So one imported function serves all clients and
threads.

Everything here is a function of protos; nothing is executed. What a graph wishes about
devices is in `graph_placement`.
"""

import collections
import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping

from tensorflow.core.framework.attr_value_pb2 import NameAttrList
from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

from tffsim.external_runtime.tensorflow.graph_passes.graph_placement import (
    forget_missing_devices,
    forget_missing_neighbours,
)

# `ResourceHandle::ANONYMOUS_NAME` in TensorFlow: a variable of this name is private to
# whoever holds its handle.
_ANONYMOUS_NAME = b"cd2c89b7-88b7-44c8-ad83-06c2a9158347"

_ANONYMOUS_TABLES = {
    "HashTableV2": "AnonymousHashTable",
    "MutableHashTableV2": "AnonymousMutableHashTable",
    "MutableHashTableOfTensorsV2": "AnonymousMutableHashTableOfTensors",
    "MutableDenseHashTableV2": "AnonymousMutableDenseHashTable",
}


@dataclasses.dataclass(frozen=True, slots=True)
class CallableGraph:
    """A graph cut to what one call needs.

    Attributes:
        graph_def: The nodes between feeds and fetches, and the library.
        feeds: The feeds that are used, as `node:output`.
        fetches: The tensors to return, as `node:output`.
        keeps_state: Whether some kernel would remember something from one call to
            the next: a seeded random stream or a queue.
    """

    graph_def: GraphDef
    feeds: frozenset[str]
    fetches: tuple[str, ...]
    keeps_state: bool


def callable_graph(
    graph_def: GraphDef, feeds: Collection[str], fetches: Iterable[str], initialize_op: str, suffix: str
) -> CallableGraph:
    """Cuts a graph to one call that starts from nothing.

    Args:
        graph_def: The graph; it is changed in place.
        feeds: Names of the tensors that the caller gives.
        fetches: Names of the tensors that the caller wants.
        initialize_op: Name of the operation that fills variables and tables; "" if none.
            It runs before everything else that does not lead to it.
        suffix: Makes the names of library functions unique in the process.

    Returns:
        The graph to import.

    Raises:
        TypeError: If a feed, a fetch or the operation is not in the graph.
    """
    feeds, fetches = [tensor_name(f) for f in feeds], [tensor_name(f) for f in fetches]
    _check_names(graph_def, feeds, fetches, initialize_op)
    # To wait for a fed node is to wait for nothing: a placeholder must not run.
    given = {*feeds, *(f"^{_node_of(feed)}" for feed in feeds)}
    if initialize_op:
        _run_first(graph_def, _node_of(initialize_op), given)
    roots = [_node_of(fetch) for fetch in fetches if fetch not in feeds]
    _keep_only(graph_def, ancestors(graph_def, roots, given), given)
    forget_missing_neighbours(graph_def)
    forget_missing_devices(all_nodes(graph_def))
    rename_functions(graph_def.node, graph_def.library.function, suffix)
    make_resources_private(all_nodes(graph_def))
    keeps_state = any(remembers(node) for node in all_nodes(graph_def))
    if keeps_state:
        make_loops_sequential(all_nodes(graph_def))
    return CallableGraph(graph_def, frozenset(feeds) & read_tensors(graph_def), tuple(fetches), keeps_state)


def read_tensors(graph_def: GraphDef) -> set[str]:
    """Returns the tensors that nodes of a graph read, as `node:output`."""
    return {tensor_name(source) for node in graph_def.node for source in node.input}


def tensor_name(name: str) -> str:
    """Returns `node:output` for a tensor name that may omit output 0."""
    return name if name.startswith("^") or ":" in name else f"{name}:0"


def all_nodes(graph_def: GraphDef) -> Iterator[NodeDef]:
    """Yields the nodes of a graph and of all functions in its library."""
    yield from graph_def.node
    for function in graph_def.library.function:
        yield from function.node_def


def ancestors(graph_def: GraphDef, roots: Iterable[str], given: Collection[str] = ()) -> set[str]:
    """Returns the names of the nodes that must run for `roots` to run, roots included.

    Args:
        graph_def: The graph.
        roots: Node names.
        given: Inputs (`node:output`, `^node`) which need not be computed.
    """
    nodes = {node.name: node for node in graph_def.node}
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [_node_of(source) for source in nodes[name].input if tensor_name(source) not in given]
    return found


def make_resources_private(nodes: Iterable[NodeDef]) -> None:
    """Gives every execution its own variables and tables.

    A name that two nodes share means one resource with two handles. Those nodes keep
    their name; `with_fresh_state` gives it a suffix for every call.
    """
    nodes = list(nodes)
    shared = collections.Counter(_shared_resource(node) for node in nodes)
    for node in nodes:
        resource = _shared_resource(node)
        if resource is not None and shared[resource] > 1:
            continue
        if node.op == "VarHandleOp":
            node.attr["shared_name"].s = _ANONYMOUS_NAME
        elif node.op in _ANONYMOUS_TABLES:
            node.op = _ANONYMOUS_TABLES[node.op]
            for attribute in ("container", "shared_name", "use_node_name_sharing"):
                node.attr.pop(attribute, None)


def make_loops_sequential(nodes: Iterable[NodeDef]) -> None:
    """Stops iterations of one loop from overtaking each other to the next random number."""
    for node in nodes:
        if "parallel_iterations" in node.attr:
            node.attr["parallel_iterations"].i = 1


def with_fresh_state(functions: Iterable[FunctionDef], suffix: str) -> list[FunctionDef]:
    """Copies functions under new names, with new names for the resources they share.

    TensorFlow keeps the state of a random stream or a queue per function name, so a
    copy starts from nothing.

    Args:
        functions: A function and all it calls.
        suffix: New for every call.
    """
    copies = [FunctionDef.FromString(function.SerializeToString()) for function in functions]
    rename_functions((), copies, suffix)
    for node in (node for copy in copies for node in copy.node_def):
        if _shared_resource(node) is not None:
            node.attr["shared_name"].s += suffix.encode()
    return copies


def rename_functions(nodes: Iterable[NodeDef], functions: Collection[FunctionDef], suffix: str) -> None:
    """Adds a suffix to the names of `functions`, wherever `nodes` or they name them."""
    names = {function.signature.name: function.signature.name + suffix for function in functions}
    for function in functions:
        function.signature.name = names[function.signature.name]
        _rename_calls(function.node_def, names)
    _rename_calls(nodes, names)


def calls_of(graph_def: GraphDef, name: str) -> Iterator[tuple[str, str]]:
    """Yields who calls a library function: (function, node), with "" for the graph itself."""
    bodies = [("", graph_def.node), *((f.signature.name, f.node_def) for f in graph_def.library.function)]
    for function, nodes in bodies:
        for node in nodes:
            if node.op == name or any(called.name == name for called in functions_named_by(node)):
                yield function, node.name


def called_functions(function: FunctionDef) -> Iterator[str]:
    """Yields the names of what a function may call; some are not functions, but operations."""
    for node in function.node_def:
        yield node.op
        yield from (called.name for called in functions_named_by(node))


def place_reductions_on_cpu(graph_def: GraphDef) -> bool:
    """Pins every dataset reduction to the CPU; returns whether there was any.

    `ReduceDataset` gives wrong results when it is placed on one of several GPUs.
    """
    reductions = [node for node in all_nodes(graph_def) if node.op == "ReduceDataset"]
    for node in reductions:
        node.device = "/device:CPU:0"
    return bool(reductions)


def _check_names(graph_def: GraphDef, feeds: list[str], fetches: list[str], initialize_op: str) -> None:
    nodes = {node.name for node in graph_def.node}
    wanted = [*feeds, *fetches, *([initialize_op] if initialize_op else [])]
    unknown = [name for name in wanted if _node_of(name) not in nodes]
    if unknown:
        raise TypeError(
            f"The computation names tensors that are not in its graph: {', '.join(unknown)}. "
            f"Its parameters are [{', '.join(feeds)}], its results [{', '.join(fetches)}]."
        )


def _run_first(graph_def: GraphDef, initialize_op: str, given: Collection[str]) -> None:
    before = ancestors(graph_def, [initialize_op])
    for node in graph_def.node:
        # A node after another one that waits needs no edge of its own. Inside a loop
        # of TensorFlow 1 such an edge would even be an error: it crosses a frame.
        sources = [_node_of(source) for source in node.input if tensor_name(source) not in given]
        if node.name not in before and all(source in before for source in sources):
            node.input.append(f"^{initialize_op}")


def _keep_only(graph_def: GraphDef, kept: set[str], given: Collection[str]) -> None:
    nodes = [NodeDef.FromString(node.SerializeToString()) for node in graph_def.node if node.name in kept]
    for node in nodes:
        inputs = [source for source in node.input if source[0] != "^" or source not in given]
        del node.input[:]
        node.input.extend(inputs)
    del graph_def.node[:]
    graph_def.node.extend(nodes)


def _node_of(name: str) -> str:
    return name.lstrip("^").split(":")[0]


def _rename_calls(nodes: Iterable[NodeDef], names: Mapping[str, str]) -> None:
    for node in nodes:
        node.op = names.get(node.op, node.op)
        for called in functions_named_by(node):
            called.name = names.get(called.name, called.name)


def functions_named_by(node: NodeDef) -> Iterator[NameAttrList]:
    """Yields the functions that a node names in its attributes."""
    for attribute in node.attr.values():
        if attribute.HasField("func"):
            yield attribute.func
        elif attribute.HasField("list"):
            yield from attribute.list.func


def _shared_resource(node: NodeDef) -> tuple[bytes, bytes] | None:
    """Returns the identity of a resource that nodes find by name."""
    name = _bytes_attribute(node, "shared_name")
    if not name or name == _ANONYMOUS_NAME:
        return None
    return _bytes_attribute(node, "container"), name


def _bytes_attribute(node: NodeDef, name: str) -> bytes:
    # Indexing a missing key would add it, and an unknown attribute is an import error.
    return node.attr[name].s if name in node.attr else b""


def remembers(node: NodeDef) -> bool:
    """Returns whether a node's kernel remembers something: a seeded random stream or a queue."""
    if "shared_name" in node.attr:
        return node.attr["shared_name"].s != _ANONYMOUS_NAME
    return any(node.attr[name].i != 0 for name in ("seed", "seed2") if name in node.attr)
