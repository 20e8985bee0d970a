"""Writes the functions of the loop that replaces a reduction.

    while more:                                       has_more
        element, more = next(iterator)                next_step
        if more:
            state, result = scan(state, element)      step
            more = condition(result)
            if more:
                total = reduce(total, result)

Without a scan, the step is the user's own function: the branch calls it directly. The
state comes first among the loop's variables, so that a result of the loop has the
position that it had as a result of the reduction.
"""

import dataclasses
from collections.abc import Sequence

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.types_pb2 import DT_BOOL, DT_RESOURCE

from tffsim.external_runtime.tensorflow.graph_passes import attributes
from tffsim.external_runtime.tensorflow.graph_passes.dataset_reductions import Captured, Fold, Reduction
from tffsim.external_runtime.tensorflow.graph_passes.element_reading import add_next_element, opening
from tffsim.external_runtime.tensorflow.graph_passes.library_functions import new_function, set_effects, set_results
from tffsim.external_runtime.tensorflow.graph_passes.node_lists import FunctionNodes, add_node

CALL = "StatefulPartitionedCall"


@dataclasses.dataclass(frozen=True, slots=True)
class Loop:
    """What a `While` node needs.

    Attributes:
        functions: New library functions.
        opening: The name of the one that opens the data set; see `element_reading`.
        condition: The name of the one that says whether to go on.
        body: The name of the one that goes one step.
        state_types: The dtypes of the loop's variables that hold a state.
        argument_types: Those of the tensors that were captured, the same in every step.
    """

    functions: tuple[FunctionDef, ...]
    opening: str
    condition: str
    body: str
    state_types: tuple[int, ...]
    argument_types: tuple[int, ...]

    @property
    def types(self) -> list[int]:
        """The dtypes of the loop's variables: states, "more", iterator, captured tensors."""
        return [*self.state_types, DT_BOOL, DT_RESOURCE, *self.argument_types]


def loop_of(reduction: Reduction, prefix: str, reshuffles: bool, is_apart: bool) -> Loop:
    """Writes the loop of a reduction.

    Args:
        reduction: The reduction.
        prefix: A prefix for the names of the functions, new in the library.
        reshuffles: See `element_reading.opening`.
        is_apart: Whether a step is called, where it could be a branch of the loop.
    """
    scan, condition, reduce = reduction.scan, reduction.condition, reduction.reduce
    states = (*reduce.state_types, *(scan.state_types if scan else ()))
    arguments = tuple(dtype for part in reduction.functions for dtype in part.argument_types)
    given = [*states, *reduction.element_types, *arguments]
    functions: list[FunctionDef] = []
    if scan is None and is_apart:
        step, returned = f"{prefix}_step", list(states)
        functions.append(_call_apart(reduce, step))
    elif scan is None:
        step, returned = reduce.function.name, list(states)
    else:
        step, returned = f"{prefix}_step", [*states, *([DT_BOOL] if condition else [])]
        functions += step_of_scan(reduction, step)
    otherwise = _otherwise(f"{prefix}_otherwise", given, len(states), ends=len(returned) > len(states))
    loop = Loop((), f"{prefix}_open", f"{prefix}_has_more", f"{prefix}_next_step", states, arguments)
    functions += [
        opening(loop.opening, reduction.element_types, reduction.element_shapes, reshuffles),
        otherwise,
        _has_more(loop),
    ]
    functions.append(_next_step(loop, reduction, step, otherwise.signature.name, returned))
    return dataclasses.replace(loop, functions=tuple(functions))


def _has_more(loop: Loop) -> FunctionDef:
    function, variables = new_function(loop.condition, loop.types)
    nodes = FunctionNodes(function)
    set_results(function, [_identity(nodes, "more", variables[len(loop.state_types)], DT_BOOL)], [DT_BOOL])
    return function


def _next_step(loop: Loop, reduction: Reduction, step: str, otherwise: str, returned: list[int]) -> FunctionDef:
    function, variables = new_function(loop.body, loop.types)
    nodes = FunctionNodes(function)
    count = len(loop.state_types)
    states, iterator, arguments = variables[:count], variables[count + 1], variables[count + 2 :]
    element, found = add_next_element(
        nodes, "next_element", iterator, reduction.element_types, reduction.element_shapes
    )
    given = [*loop.state_types, *reduction.element_types, *loop.argument_types]
    new = _branch(nodes, "step", found, step, otherwise, [*states, *element, *arguments], given, returned)
    # The next element is read after this step, its effects included.
    more = _identity(nodes, "more", new[count] if len(new) > count else found, DT_BOOL, "^step")
    set_results(function, [*new[:count], more, iterator, *arguments], loop.types)
    set_effects(function, ["next_element", "step"])
    return function


def _call_apart(reduce: Fold, name: str) -> FunctionDef:
    given = [*reduce.state_types, *reduce.element_types, *reduce.function.argument_types]
    function, tensors = new_function(name, given)
    totals = _call(FunctionNodes(function), "reduce", reduce.function, tensors, given, reduce.state_types)
    set_results(function, totals, reduce.state_types)
    set_effects(function, ["reduce"])
    return function


def step_of_scan(reduction: Reduction, name: str) -> list[FunctionDef]:
    """Writes the step of a `for` loop: its body, its condition, then the reduction.

    Args:
        reduction: A reduction with a scan.
        name: The name of the function, new in the library.

    Returns:
        The function, which takes states, an element and what was captured, and others that it needs.
    """
    scan, condition, reduce = reduction.scan, reduction.condition, reduction.reduce
    assert scan is not None
    given = [*reduce.state_types, *scan.state_types, *reduction.element_types]
    given += [dtype for part in reduction.functions for dtype in part.argument_types]
    function, tensors = new_function(name, given)
    nodes = FunctionNodes(function)
    totals, tensors = _split(tensors, len(reduce.state_types))
    states, tensors = _split(tensors, len(scan.state_types))
    element, tensors = _split(tensors, len(scan.element_types))
    of_reduce, tensors = _split(tensors, len(reduce.function.arguments))
    of_scan, of_condition = _split(tensors, len(scan.function.arguments))
    scanned = _call(
        nodes,
        "scan",
        scan.function,
        [*states, *element, *of_scan],
        [*scan.state_types, *scan.element_types, *scan.function.argument_types],
        [*scan.state_types, *scan.result_types],
    )
    states, results = _split(scanned, len(scan.state_types))
    reduce_types = [*reduce.state_types, *reduce.element_types, *reduce.function.argument_types]
    reduce_inputs = [*totals, *results, *of_reduce]
    if condition is None:
        totals = _call(nodes, "reduce", reduce.function, reduce_inputs, reduce_types, reduce.state_types)
        set_results(function, [*totals, *states], [*reduce.state_types, *scan.state_types])
        set_effects(function, [node.name for node in nodes.nodes])
        return [function]
    more = _call(
        nodes,
        "condition",
        condition,
        [*results, *of_condition],
        [*scan.result_types, *condition.argument_types],
        [DT_BOOL],
    )
    otherwise = _otherwise(f"{name}_otherwise", reduce_types, len(reduce.state_types), ends=False)
    totals = _branch(
        nodes,
        "reduce",
        more[0],
        reduce.function.name,
        otherwise.signature.name,
        reduce_inputs,
        reduce_types,
        list(reduce.state_types),
    )
    set_results(function, [*totals, *states, *more], [*reduce.state_types, *scan.state_types, DT_BOOL])
    set_effects(function, [node.name for node in nodes.nodes])
    return [function, otherwise]


def _otherwise(name: str, given: Sequence[int], states: int, ends: bool) -> FunctionDef:
    """Writes the branch that is taken instead of a step: it keeps the state."""
    function, tensors = new_function(name, given)
    nodes = FunctionNodes(function)
    kept = [_identity(nodes, f"kept_{i}", tensors[i], given[i]) for i in range(states)]
    types = list(given[:states])
    if ends:
        add_node(nodes, "more", "Const", [], attributes.constant(attributes.FALSE))
        kept.append(nodes.tensor("more", "output"))
        types.append(DT_BOOL)
    set_results(function, kept, types)
    return function


def _call(
    nodes: FunctionNodes,
    name: str,
    function: Captured,
    inputs: Sequence[str],
    given: Sequence[int],
    returned: Sequence[int],
) -> list[str]:
    attrs = {
        "f": attributes.function(function.name),
        "Tin": attributes.dtypes(given),
        "Tout": attributes.dtypes(returned),
    }
    # In the order of a data set: one function after the other.
    before = [f"^{node.name}" for node in nodes.nodes]
    add_node(nodes, name, CALL, [*inputs, *before], attrs)
    return [nodes.tensor(name, "output", position) for position in range(len(returned))]


def _branch(
    nodes: FunctionNodes,
    name: str,
    condition: str,
    then: str,
    otherwise: str,
    inputs: Sequence[str],
    given: Sequence[int],
    returned: Sequence[int],
) -> list[str]:
    attrs = {
        "then_branch": attributes.function(then),
        "else_branch": attributes.function(otherwise),
        "Tcond": attributes.dtype(DT_BOOL),
        "Tin": attributes.dtypes(given),
        "Tout": attributes.dtypes(returned),
        "_lower_using_switch_merge": attributes.boolean(True),
    }
    before = [f"^{node.name}" for node in nodes.nodes]
    add_node(nodes, name, "If", [condition, *inputs, *before], attrs)
    return [nodes.tensor(name, "output", position) for position in range(len(returned))]


def _identity(nodes: FunctionNodes, name: str, tensor: str, dtype: int, *after: str) -> str:
    add_node(nodes, name, "Identity", [tensor, *after], {"T": attributes.dtype(dtype)})
    return nodes.tensor(name, "output")


def _split(tensors: list[str], count: int) -> tuple[list[str], list[str]]:
    return tensors[:count], tensors[count:]
