"""A pass after which loops, branches and calls run where the graph runs, not in TensorFlow's pool.

The pool has as many threads as the machine has processors. Python functions that stay in
them (because they wait for another computation, or were left behind by an interrupt) leave
none for the loops and branches of others, which then wait for ever.

A loop that is not lowered runs in the calling thread. A branch does not, lowered or not:
its kernel hands it to the pool, and a branch in a branch waits there for a second thread.
So a branch becomes loops of one step at most:

    turn = condition
    while turn:
        result, turn = then(arguments), False
    turn = not condition
    while turn:
        result, turn = otherwise(arguments), False

A call in a function becomes one such loop; TensorFlow writes those of the graph itself out.
The operations of the functions keep their names, and the last loop has that of the branch.
"""

from collections.abc import Collection, Iterator

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto
from tensorflow.core.framework.types_pb2 import DT_BOOL, DT_INT32

from tffsim.external_runtime.tensorflow.graph_passes import attributes
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import all_nodes, functions_named_by
from tffsim.external_runtime.tensorflow.graph_passes.library_functions import new_function, set_results
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import (
    FunctionNodes,
    GraphNodes,
    NodeList,
    add_node,
    control_inputs,
    data_inputs,
)

_LOOPS = {"While", "StatelessWhile"}
_LOOP_OF = {
    "If": "While",
    "StatelessIf": "StatelessWhile",
    "Case": "While",
    "StatelessCase": "StatelessWhile",
    "StatefulPartitionedCall": "While",
    "PartitionedCall": "StatelessWhile",
}
_CALLS = {"StatefulPartitionedCall", "PartitionedCall"}
# Beside one of these, TensorFlow runs everything in its pool.
_TENSORFLOW_1 = {"Switch", "RefSwitch", "Merge", "RefMerge", "Enter", "RefEnter"}

_NO_VALUES = TensorShapeProto(dim=[TensorShapeProto.Dim(size=0)])


def keep_functions_in_thread(graph_def: GraphDef) -> None:
    """Rewrites branches and calls, and keeps TensorFlow from lowering loops.

    Args:
        graph_def: The graph; it is changed in place. It stays as it is if it has loops or
            conditions of TensorFlow 1.
    """
    if any(node.op in _TENSORFLOW_1 for node in all_nodes(graph_def)):
        return
    bodies = _Bodies(graph_def)
    places: list[NodeList] = [GraphNodes(graph_def), *map(FunctionNodes, graph_def.library.function)]
    for nodes in places:
        for node in [node for node in nodes.nodes if _leaves_thread(node, nodes)]:
            _rewrite(node, nodes, bodies)
    bodies.write()
    for node in all_nodes(graph_def):
        if node.op in _LOOPS:
            node.attr["_lower_using_switch_merge"].b = False


def _leaves_thread(node: NodeDef, nodes: NodeList) -> bool:
    if node.op not in _CALLS:
        return node.op in _LOOP_OF
    has_executor = "executor_type" in node.attr and node.attr["executor_type"].s
    return bool(nodes.name) and not has_executor


class _Bodies:
    """The functions of the loops. They are written when all nodes of their branches are."""

    def __init__(self, graph_def: GraphDef) -> None:
        self._library = graph_def.library.function
        self._names = {function.signature.name for function in self._library}
        self._bodies: dict[str, str] = {}
        self._conditions: dict[tuple[int, ...], str] = {}
        self._kept = {
            name
            for node in all_nodes(graph_def)
            if node.op not in _LOOP_OF or node.op in _CALLS
            for name in (node.op, *(called.name for called in functions_named_by(node)))
        }

    def body(self, branch: str) -> str:
        """Returns the name of a branch as the body of a loop: its own, if nothing else needs it."""
        if branch not in self._bodies:
            self._bodies[branch] = self._free_name(f"{branch}_as_loop") if branch in self._kept else branch
        return self._bodies[branch]

    def condition(self, types: tuple[int, ...], turn: int, branch: str) -> str:
        """Returns the name of the function that says whether a loop with such variables goes on.

        Args:
            types: Their dtypes.
            turn: Which one says so.
            branch: The name of a function with these arguments and results.
        """
        if types not in self._conditions:
            # In TensorFlow's context, too, no other function has this name.
            self._conditions[types] = name = self._free_name(f"{branch}_turn")
            function, variables = new_function(name, types)
            nodes = FunctionNodes(function)
            add_node(nodes, "turn", "Identity", [variables[turn]], {"T": attributes.dtype(DT_BOOL)})
            set_results(function, [nodes.tensor("turn", "output")], [DT_BOOL])
            self._library.append(function)
        return self._conditions[types]

    def write(self) -> None:
        """Writes the bodies."""
        for function in list(self._library):
            body = self._bodies.get(function.signature.name)
            if body == function.signature.name:
                _become_body(function)
            elif body is not None:
                copy = self._library.add()
                copy.CopyFrom(function)
                copy.signature.name = body
                _become_body(copy)

    def _free_name(self, name: str) -> str:
        name = _free(name, self._names)
        self._names.add(name)
        return name


def _become_body(function: FunctionDef) -> None:
    """Lets a branch take the variables of a loop and return them, the arguments as they are."""
    signature = function.signature
    given, returned = list(signature.input_arg), list(signature.output_arg)
    del signature.input_arg[:], signature.output_arg[:]
    used = {argument.name for argument in (*given, *returned)} | {node.name for node in function.node_def}
    prefix = _free("loop", used)
    for i, result in enumerate(returned):
        signature.input_arg.add(name=f"{prefix}_result_{i}", type=result.type)
    signature.input_arg.add(name=f"{prefix}_turn", type=DT_BOOL)
    signature.input_arg.extend(given)
    signature.output_arg.extend(returned)
    nodes = FunctionNodes(function)
    ended = add_node(nodes, f"{prefix}_ended", "Const", [], attributes.constant(attributes.FALSE))
    signature.output_arg.add(name=f"{prefix}_turn_after", type=DT_BOOL)
    function.ret[f"{prefix}_turn_after"] = nodes.tensor(ended.name, "output")
    for i, argument in enumerate(given):
        signature.output_arg.add(name=f"{prefix}_argument_{i}", type=argument.type)
        function.ret[f"{prefix}_argument_{i}"] = argument.name
    _move_arguments(function, len(returned) + 1)


def _move_arguments(function: FunctionDef, count: int) -> None:
    """Lets what is known about arguments follow them."""
    before = FunctionDef.FromString(function.SerializeToString())
    function.attr.pop("_input_shapes", None)
    function.arg_attr.clear()
    function.resource_arg_unique_id.clear()
    for position, facts in before.arg_attr.items():
        function.arg_attr[position + count].CopyFrom(facts)
    for position, resource in before.resource_arg_unique_id.items():
        function.resource_arg_unique_id[position + count] = resource


def _rewrite(node: NodeDef, nodes: NodeList, bodies: _Bodies) -> None:
    returned, given = node.attr["Tout"].list.type, node.attr["Tin"].list.type
    types = (*returned, DT_BOOL, *given)
    scope = _free(f"{node.name}/as_loops", {other.name for other in nodes.nodes})
    branches = list(_branches(node))
    turns = _turns(node, len(branches), nodes, scope)
    results = [_constant(nodes, f"{scope}/nothing_{i}", _nothing(dtype)) for i, dtype in enumerate(returned)]
    arguments = data_inputs(node)[node.op not in _CALLS :]
    before = control_inputs(node)
    loop = {
        "T": attributes.dtypes(types),
        "cond": attributes.function(bodies.condition(types, len(returned), branches[0])),
        "output_shapes": attributes.any_shapes(len(types)),
        "parallel_iterations": attributes.integer(1),
    }
    op, last = _LOOP_OF[node.op], len(branches) - 1
    for i, branch in enumerate(branches[:last]):
        name = f"{scope}/branch_{i}"
        body = {"body": attributes.function(bodies.body(branch))}
        add_node(nodes, name, op, [*results, turns[i], *arguments, *before], loop | body, node.device)
        results = [nodes.tensor(name, "output", position) for position in range(len(returned))]
        before.append(f"^{name}")
    # Where the branch was the last loop is, so that its results keep their names and shapes.
    shapes = list(node.attr["output_shapes"].list.shape) or [attributes.ANY_SHAPE] * len(returned)
    shapes += [attributes.ANY_SHAPE] * (len(types) - len(shapes))
    node.op, node.input[:] = op, [*results, turns[last], *arguments, *before]
    node.attr.clear()
    body = {"body": attributes.function(bodies.body(branches[last])), "output_shapes": attributes.shapes(shapes)}
    for key, value in (loop | body).items():
        node.attr[key].CopyFrom(value)


def _branches(node: NodeDef) -> Iterator[str]:
    """Yields the functions of which a node runs one; the last one is for all that chooses no other."""
    if "branches" in node.attr:
        yield from (branch.name for branch in node.attr["branches"].list.func)
    else:
        yield from (node.attr[name].func.name for name in ("then_branch", "else_branch", "f") if name in node.attr)


def _turns(node: NodeDef, count: int, nodes: NodeList, scope: str) -> list[str]:
    """Writes for each of these functions whether it is chosen."""
    if "Tcond" in node.attr:
        condition = add_node(nodes, f"{scope}/turn_0", "ToBool", data_inputs(node)[:1], {"T": node.attr["Tcond"]})
        turns = [nodes.tensor(condition.name, "output")]
    else:
        turns = [_equals(nodes, f"{scope}/turn_{i}", data_inputs(node)[0], i) for i in range(count - 1)]
    chosen = _constant(nodes, f"{scope}/none", attributes.FALSE)
    for i, turn in enumerate(turns):
        either = add_node(nodes, f"{scope}/one_of_{i + 1}", "LogicalOr", [chosen, turn])
        chosen = nodes.tensor(either.name, "z")
    other = add_node(nodes, f"{scope}/turn_{count - 1}", "LogicalNot", [chosen])
    return [*turns, nodes.tensor(other.name, "y")]


def _equals(nodes: NodeList, name: str, tensor: str, number: int) -> str:
    value = TensorProto(dtype=DT_INT32, tensor_shape=attributes.SCALAR, int_val=[number])
    inputs = [tensor, _constant(nodes, f"{name}/number", value)]
    written = {"T": attributes.dtype(DT_INT32), "incompatible_shape_error": attributes.boolean(True)}
    return nodes.tensor(add_node(nodes, name, "Equal", inputs, written).name, "z")


def _nothing(dtype: int) -> TensorProto:
    return TensorProto(dtype=dtype, tensor_shape=_NO_VALUES)


def _constant(nodes: NodeList, name: str, value: TensorProto) -> str:
    return nodes.tensor(add_node(nodes, name, "Const", [], attributes.constant(value)).name, "output")


def _free(name: str, used: Collection[str]) -> str:
    while any(other.startswith(name) for other in used):
        name += "_"
    return name
