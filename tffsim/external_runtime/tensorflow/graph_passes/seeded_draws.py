"""Gives seeds to the operations of a graph that draw random numbers and have none.

There are two ways. An operation that runs once per call can take its seed as an input: the
function stays as it is from call to call, which is fast. An operation in a loop, a branch
or a data set has a stream, which starts anew only in a new kernel: there the seed is
written into a copy of the functions for each call, as in `graph_rewriting.with_fresh_state`.

Everything here is a function of protos; nothing is executed.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.framework.types_pb2 import DT_INT32, DT_INT64
from tensorflow.python.framework import op_def_registry

SEEDS = "tffsim_seeds"
"""The name of the input that `take_seeds` adds: int32, two numbers per operation."""

_STATELESS = {
    "RandomUniform": "StatelessRandomUniform",
    "RandomUniformInt": "StatelessRandomUniformInt",
    "RandomStandardNormal": "StatelessRandomNormal",
    "TruncatedNormal": "StatelessTruncatedNormal",
}
"""Operations of which a form exists that takes its seed as second input."""

_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})


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
    library = _Library(graph_def)
    if not library.draws_once(graph_def.node):
        return None
    count = library.count(graph_def.node)
    library.take(graph_def.node, [f"{SEEDS}/pairs:{k}" for k in range(count)], is_function=False)
    placeholder = graph_def.node.add(name=SEEDS, op="Placeholder")
    placeholder.attr["dtype"].type = DT_INT32
    _add_unpack(graph_def.node, f"{SEEDS}/pairs", SEEDS, count, DT_INT32)
    return count


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
                names = [f"{SEEDS}/{node.name}/{k}" for k in range(2)]
                for name, seed in zip(names, (first, second), strict=True):
                    _add_constant(body, name, seed, DT_INT64)
                _set_seed_inputs(node, [f"{name}:output:0" for name in names])
            else:
                node.attr["seed"].i, node.attr["seed2"].i = first, second
            second += 1


def make_datasets_sequential(graph_def: GraphDef) -> None:
    """Stops elements of one data set from overtaking each other to the next random number."""
    functions = {function.signature.name: function for function in graph_def.library.function}
    for body, is_function in [(graph_def.node, False), *((f.node_def, True) for f in functions.values())]:
        for node in list(body):
            parallelism = _parallelism(node.op)
            if parallelism is None or not any(_has_state(name, functions) for name in _called(node, functions)):
                continue
            place, dtype = parallelism
            one = f"{SEEDS}/{node.name}/one"
            _add_constant(body, one, 1, dtype)
            num_inputs = sum(not source.startswith("^") for source in node.input)
            node.input[num_inputs + place] = f"{one}:output:0" if is_function else one
            if "deterministic" in node.attr:
                node.attr["deterministic"].s = b"true"


class _Library:
    """The functions of a graph, as far as they draw random numbers."""

    def __init__(self, graph_def: GraphDef) -> None:
        self._library = graph_def.library
        self._functions = {function.signature.name: function for function in graph_def.library.function}
        self._copies = itertools.count()

    def draws_once(self, body: Iterable[NodeDef]) -> bool:
        """Whether each operation that draws runs once when the body runs, and can take its seed as an input."""
        if any(node.op in ("Enter", "RefEnter") for node in body):  # A loop of TensorFlow 1.
            return False
        if not all(node.op in _STATELESS or _seed_inputs(node.op) for node in _draws(body)):
            return False
        for node in body:
            called = [self._functions[name].node_def for name in _called(node, self._functions)]
            if any(self.count(inner) and not (node.op in _CALLS and self.draws_once(inner)) for inner in called):
                return False
        return True

    def count(self, body: Iterable[NodeDef]) -> int:
        """Returns how many operations draw without a seed, in a body and in what it calls."""
        called = (self._functions[name].node_def for node in body for name in _called(node, self._functions))
        return sum(1 for _ in _draws(body)) + sum(map(self.count, called))

    def take(self, body: FunctionDef | GraphDef, pairs: Sequence[str], *, is_function: bool) -> None:
        """Makes the operations that draw, in a body and in what it calls, use one tensor of `pairs` each."""
        rest = iter(pairs)
        for node in list(_draws(body)):
            if node.op in _STATELESS:
                _make_stateless(node, next(rest))
            else:
                _set_seed_inputs(node, _add_seeds_of_dataset(body, node.name, next(rest), is_function))
        for node in body:
            if node.op in _CALLS:
                self._pass_on(node, rest)

    def _pass_on(self, call: NodeDef, pairs: Iterator[str]) -> None:
        """Makes a call give pairs to what it calls: to a copy, because others may call it too."""
        function = self._functions[call.attr["f"].func.name]
        count = self.count(function.node_def)
        if count == 0:
            return
        copy = self._library.function.add()
        copy.CopyFrom(function)
        copy.signature.name = call.attr["f"].func.name = f"{function.signature.name}_{SEEDS}_{next(self._copies)}"
        names = [f"{SEEDS}_{k}" for k in range(count)]
        for name in names:
            copy.signature.input_arg.add(name=name, type=DT_INT32)
        self.take(copy.node_def, names, is_function=True)
        sources = list(call.input)
        place = sum(not source.startswith("^") for source in sources)
        call.ClearField("input")
        call.input.extend([*sources[:place], *itertools.islice(pairs, count), *sources[place:]])
        call.attr["Tin"].list.type.extend([DT_INT32] * count)


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


@functools.lru_cache(maxsize=4096)
def _parallelism(op: str) -> tuple[int, int] | None:
    """Returns which input, counted from the end, says how many elements are made at a time, and its dtype."""
    definition = op_def_registry.get(op)
    arguments = list(definition.input_arg) if definition is not None else []
    for position, argument in enumerate(arguments):
        if argument.name == "num_parallel_calls":
            return position - len(arguments), argument.type
    return None


def _has_state(name: str, functions: Mapping[str, FunctionDef]) -> bool:
    """Whether a function, or one that it calls, has an operation with a state, such as a random stream."""
    for node in functions[name].node_def:
        called = list(_called(node, functions))
        definition = op_def_registry.get(node.op)
        if any(_has_state(inner, functions) for inner in called):
            return True
        if not called and definition is not None and definition.is_stateful:
            return True
    return False


def _is_zero(constant: NodeDef | None) -> bool:
    # An int64 scalar; TensorFlow writes it as `int64_val: 0`, or as nothing.
    if constant is None:
        return False
    value = constant.attr["value"].tensor
    return not any(value.int64_val) and not any(value.tensor_content)


def _make_stateless(node: NodeDef, pair: str) -> None:
    if node.op == "RandomUniformInt":
        node.attr["dtype"].type = node.attr["Tout"].type
        del node.attr["Tout"]
    node.op = _STATELESS[node.op]
    for name in ("seed", "seed2"):
        node.attr.pop(name, None)
    node.attr["Tseed"].type = DT_INT32
    node.input.insert(1, pair)


def _set_seed_inputs(node: NodeDef, seeds: Iterable[str]) -> None:
    for place, seed in zip(_seed_inputs(node.op), seeds, strict=True):
        node.input[place] = seed


def _add_seeds_of_dataset(body: FunctionDef | GraphDef, name: str, pair: str, is_function: bool) -> list[str]:
    cast, numbers = f"{SEEDS}/{name}/cast", f"{SEEDS}/{name}/numbers"
    node = body.add(name=cast, op="Cast", input=[pair])
    node.attr["SrcT"].type, node.attr["DstT"].type = DT_INT32, DT_INT64
    # A function names the outputs of its nodes, a graph counts them.
    _add_unpack(body, numbers, f"{cast}:y:0" if is_function else cast, 2, DT_INT64)
    return [f"{numbers}:output:{k}" if is_function else f"{numbers}:{k}" for k in range(2)]


def _add_unpack(body: FunctionDef | GraphDef, name: str, source: str, count: int, dtype: int) -> None:
    node = body.add(name=name, op="Unpack", input=[source])
    node.attr["num"].i, node.attr["axis"].i, node.attr["T"].type = count, 0, dtype


def _add_constant(body: FunctionDef | GraphDef, name: str, value: int, dtype: int) -> None:
    node = body.add(name=name, op="Const")
    tensor = node.attr["value"].tensor
    node.attr["dtype"].type = tensor.dtype = dtype
    tensor.tensor_shape.SetInParent()
    (tensor.int64_val if dtype == DT_INT64 else tensor.int_val).append(value)


def _in_order_of_calls(functions: Sequence[FunctionDef]) -> Iterator[FunctionDef]:
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
