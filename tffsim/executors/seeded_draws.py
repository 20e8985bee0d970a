"""Gives seeds to the operations of a graph that draw random numbers and have none.

There are two ways. An operation that runs once per call can take its seed as an input: the
function stays as it is from call to call, which is fast. An operation in a loop, a branch
or a data set has a stream, which starts anew only in a new kernel: there the seed is
written into a copy of the functions for each call, as in `graph_rewriting.with_fresh_state`.

Everything here is a function of protos; nothing is executed.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.types_pb2 import DT_INT64
from tensorflow.python.framework import op_def_registry

SEEDS = "tffsim_seeds"
"""The name of the input that `take_seeds` adds: int64, two numbers per operation."""

_STATELESS = {
    "RandomUniform": "StatelessRandomUniform",
    "RandomUniformInt": "StatelessRandomUniformInt",
    "RandomStandardNormal": "StatelessRandomNormal",
    "TruncatedNormal": "StatelessTruncatedNormal",
}
"""Operations of which a form exists that takes its seed as second input."""


class _Body(Protocol):
    """The nodes of a graph or of a function."""

    def add(self) -> NodeDef: ...
    def __iter__(self) -> Iterator[NodeDef]: ...


def draws_without_seed(graph_def: GraphDef) -> bool:
    """Whether an operation in a graph or in its library draws random numbers and has no seed."""
    bodies = (graph_def.node, *(function.node_def for function in graph_def.library.function))
    return any(next(_draws(body), None) is not None for body in bodies)


def take_seeds(graph_def: GraphDef) -> int | None:
    """Makes the operations that have no seed take it from a new input.

    Args:
        graph_def: The graph; it is changed in place.

    Returns:
        How many pairs of seeds the input has. None if some operation may run more than
        once in a call: then nothing was changed.
    """
    draws = list(_draws(graph_def.node))
    in_loop = any(node.op in ("Enter", "RefEnter") for node in graph_def.node)
    in_functions = any(next(_draws(function.node_def), None) is not None for function in graph_def.library.function)
    if in_loop or in_functions or not all(node.op in _STATELESS or _seed_inputs(node.op) for node in draws):
        return None
    placeholder = graph_def.node.add(name=SEEDS, op="Placeholder")
    placeholder.attr["dtype"].type = DT_INT64
    pairs = _unpack(graph_def.node, f"{SEEDS}/pairs", SEEDS, len(draws))
    for node, pair in zip(draws, pairs, strict=True):
        if node.op in _STATELESS:
            _make_stateless(node, pair)
        else:
            first, second = _unpack(graph_def.node, f"{SEEDS}/{node.name}", pair, 2)
            _set_inputs(node, first, second)
    return len(draws)


def give_seeds(functions: Sequence[FunctionDef], first: int, second: int) -> None:
    """Writes seeds into all operations that have none.

    Args:
        functions: A function and all it calls; they are changed in place.
        first: A positive number.
        second: Another one; each operation adds its own number to it.
    """
    for body in _in_order_of_calls(functions):
        for node in list(_draws(body)):
            if _seed_inputs(node.op):
                seeds = [_constant(body, f"{SEEDS}/{node.name}/{k}", seed) for k, seed in enumerate((first, second))]
                _set_inputs(node, *(f"{name}:output:0" for name in seeds))
            else:
                node.attr["seed"].i, node.attr["seed2"].i = first, second
            second += 1


def _draws(body: Iterable[NodeDef]) -> Iterator[NodeDef]:
    """Yields the nodes that draw random numbers and have no seed, in their order."""
    constants: dict[str, NodeDef] | None = None
    for node in body:
        if _has_seed_attributes(node.op):
            if all(name not in node.attr or node.attr[name].i == 0 for name in ("seed", "seed2")):
                yield node
        elif places := _seed_inputs(node.op):
            if constants is None:
                constants = {other.name: other for other in body if other.op == "Const"}
            if all(_is_zero(constants.get(node.input[place].split(":")[0])) for place in places):
                yield node


@functools.lru_cache(maxsize=4096)
def _has_seed_attributes(op: str) -> bool:
    definition = op_def_registry.get(op)
    return definition is not None and {"seed", "seed2"} <= {attribute.name for attribute in definition.attr}


@functools.lru_cache(maxsize=4096)
def _seed_inputs(op: str) -> tuple[int, ...]:
    """Returns which inputs of a data set's operation are its two seeds; none for other operations."""
    definition = op_def_registry.get(op)
    names = [argument.name for argument in definition.input_arg] if definition is not None else []
    return tuple(names.index(name) for name in ("seed", "seed2")) if {"seed", "seed2"} <= set(names) else ()


def _is_zero(constant: NodeDef | None) -> bool:
    # An int64 scalar; TensorFlow writes it as `int64_val: 0`, or as nothing.
    if constant is None:
        return False
    value = constant.attr["value"].tensor
    return not any(value.int64_val) and not any(value.tensor_content)


def _make_stateless(node: NodeDef, seed: str) -> None:
    if node.op == "RandomUniformInt":
        node.attr["dtype"].type = node.attr["Tout"].type
        del node.attr["Tout"]
    node.op = _STATELESS[node.op]
    for name in ("seed", "seed2"):
        node.attr.pop(name, None)
    node.attr["Tseed"].type = DT_INT64
    node.input.insert(1, seed)


def _set_inputs(node: NodeDef, first: str, second: str) -> None:
    for place, name in zip(_seed_inputs(node.op), (first, second), strict=True):
        node.input[place] = name


def _unpack(body: _Body, name: str, source: str, count: int) -> list[str]:
    node = body.add()
    node.name, node.op = name, "Unpack"
    node.input.append(source)
    node.attr["num"].i, node.attr["axis"].i, node.attr["T"].type = count, 0, DT_INT64
    return [f"{name}:{k}" for k in range(count)]


def _constant(body: _Body, name: str, value: int) -> str:
    node = body.add()
    node.name, node.op = name, "Const"
    node.attr["dtype"].type = DT_INT64
    node.attr["value"].tensor.dtype = DT_INT64
    node.attr["value"].tensor.tensor_shape.SetInParent()
    node.attr["value"].tensor.int64_val.append(value)
    return name


def _in_order_of_calls(functions: Sequence[FunctionDef]) -> Iterator[_Body]:
    """Yields the bodies of functions, callers first.

    The order in a library depends on names, which TensorFlow counts through the process.
    """
    by_name = {function.signature.name: function for function in functions}
    waiting, seen = [functions[0].signature.name], {functions[0].signature.name}
    while waiting:
        body = by_name[waiting.pop()].node_def
        yield body
        for node in body:
            for name in _called(node, by_name):
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)


def _called(node: NodeDef, functions: Mapping[str, FunctionDef]) -> Iterator[str]:
    names = [node.op]
    for _, attribute in sorted(node.attr.items()):
        names += [attribute.func.name, *(called.name for called in attribute.list.func)]
    return (name for name in names if name in functions)
