"""A computation as its author thinks of it: steps at the server and at the clients, and what flows between them.

The program is read off the AST, not off a run. So it is the same on every stack, and whole even
where a run failed. `program_runs` says what happened in each of its steps.
"""

import dataclasses
from collections.abc import Mapping
from typing import TypeAlias

from tffsim.language import intrinsics
from tffsim.tracing.document.snapshot import AstNode, FunctionInfo, Snapshot

SERVER, CLIENTS = "server", "clients"


@dataclasses.dataclass(frozen=True, slots=True)
class ProgramInput:
    """An argument of the computation, or a member of it.

    Attributes:
        name: Its name; empty if it has none.
        placement: `server`, `clients`, or empty for a value without a placement.
    """

    name: str
    placement: str


@dataclasses.dataclass(frozen=True, slots=True)
class ProgramStep:
    """A call of an intrinsic, or of a function outside of any placement.

    Attributes:
        node: The number of the AST node of the call.
        intrinsic: The URI of the intrinsic; empty for a function that is called directly.
        title: The name of the user's function that it runs; that of the intrinsic if it runs none.
        written_as: The name under which a user calls the intrinsic, such as `federated_map`.
        function: The number of the user's function that it runs; -1 for none.
        line: The line of the call; 0 if nobody knows it.
        output_line: The line of the user's function that makes its result; 0 if nobody knows it, or it runs none.
        variable: The user's variable for its result; empty if there is none.
        placement: Where its result is: `server`, `clients` or "".
        crosses_to: Where values go in it: `server`, `clients`, or "" if all stay where they are.
        sources: What it uses, each once: a step by its number, the input k as `~k` (-1 - k).
    """

    node: int
    intrinsic: str
    title: str
    written_as: str
    function: int
    line: int
    output_line: int
    variable: str
    placement: str
    crosses_to: str
    sources: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Program:
    """The steps of a computation in the order in which they are written.

    Attributes:
        root: The number of its AST root.
        inputs: What comes from the caller.
        steps: What is done.
        results: What goes back to the caller: the names of its members, or else of the variables that they were in
            ("" for none); and what made them, numbered as in `ProgramStep.sources`; nothing made a constant.
    """

    root: int
    inputs: tuple[ProgramInput, ...]
    steps: tuple[ProgramStep, ...]
    results: tuple[tuple[str, tuple[int, ...]], ...]


def build_program(snapshot: Snapshot, root: int) -> Program:
    """Returns the program of a computation.

    Args:
        snapshot: What was recorded.
        root: The number of its AST root, such as `trace.invocations["root"][0]`.
    """
    return _Reading(snapshot.nodes, snapshot.functions, root).program()


# What a node stands for. A value that flows is the set of ends that it comes from.
_Ends: TypeAlias = tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Members:
    """A struct: what each member stands for, in order, by the label of its selection."""

    members: "dict[str, _Meaning]"


@dataclasses.dataclass(frozen=True, slots=True)
class _Parameter:
    """The parameter of the computation, or the part of it that labels select."""

    path: tuple[str, ...]
    placement: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Function:
    """A node that is a function, and what the lambdas around it are called with."""

    node: int
    arguments: "Mapping[int, _Meaning]"


_MAPS = {"federated_map", "federated_map_all_equal", "federated_apply"}
_PLUMBING = {"Lambda", "Block", "Struct", "Selection", "Reference"}
_Meaning: TypeAlias = "_Ends | _Members | _Parameter | _Function"


class _Reading:
    """Follows the values of an AST from its parameter to its result."""

    def __init__(self, nodes: list[AstNode], functions: list[FunctionInfo], root: int) -> None:
        self._nodes = nodes
        self._functions = functions
        self._root = root
        self._children = _children(nodes, root)
        self._inputs: dict[tuple[str, ...], ProgramInput] = {}
        self._steps: list[ProgramStep] = []
        self._done: dict[int, _Meaning] = {}
        self._step_of: dict[int, int] = {}

    def program(self) -> Program:
        result = self._result()
        members = list(result.members.items()) if isinstance(result, _Members) else [("", result)]
        results = [(name if not name.isdecimal() else "", self._ends(part)) for name, part in members]
        return Program(self._root, tuple(self._inputs.values()), tuple(self._steps), self._named(results))

    def _named(self, results: list[tuple[str, _Ends]]) -> tuple[tuple[str, _Ends], ...]:
        """Gives results without a name that of the user's variable, if it is that of one result alone."""
        variables = [self._steps[ends[0]].variable if len(ends) == 1 and ends[0] >= 0 else "" for _, ends in results]
        names = [name for name, _ in results]
        return tuple(
            (name or (variable if [*names, *variables].count(variable) == 1 else ""), ends)
            for (name, ends), variable in zip(results, variables, strict=True)
        )

    def _result(self) -> _Meaning:
        node = self._nodes[self._root]
        if node.kind == "CompiledComputation":
            return self._step(self._root, "", [self._root], self._ends(_Parameter((), "")))
        return self._meaning(self._child(self._root, "result") if node.kind == "Lambda" else self._root, {})

    def _meaning(self, number: int, arguments: "Mapping[int, _Meaning]") -> _Meaning:
        node = self._nodes[number]
        if node.kind == "Reference":
            return self._referred(node, arguments)
        if node.kind == "Block":
            for local in self._children[number]:
                self._done[local] = self._meaning(local, arguments)
            return self._done[self._children[number][-1]]
        if node.kind == "Struct":
            return _Members({self._nodes[k].edge: self._meaning(k, arguments) for k in self._children[number]})
        if node.kind == "Selection":
            return self._selected(number, arguments)
        if node.kind == "Call":
            return self._called(number, arguments)
        if node.kind in ("Lambda", "CompiledComputation", "Intrinsic"):
            return _Function(number, arguments)
        return ()

    def _referred(self, node: AstNode, arguments: "Mapping[int, _Meaning]") -> _Meaning:
        if node.binding == self._root:
            return _Parameter((), node.placement)
        return arguments.get(node.binding, self._done.get(node.binding, ()))

    def _selected(self, number: int, arguments: "Mapping[int, _Meaning]") -> _Meaning:
        node = self._nodes[number]
        source = self._meaning(self._children[number][0], arguments)
        label = node.label.strip(".[]")
        if isinstance(source, _Parameter) and not source.placement:
            return _Parameter((*source.path, label), node.placement)
        return source.members.get(label, ()) if isinstance(source, _Members) else source

    def _called(self, number: int, arguments: "Mapping[int, _Meaning]") -> _Meaning:
        function = self._meaning(self._child(number, "function"), arguments)
        operand = self._child(number, "argument")
        argument: _Meaning = () if operand < 0 else self._meaning(operand, arguments)
        if not isinstance(function, _Function):
            return self._ends(function) + self._ends(argument)
        called = self._nodes[function.node]
        if called.kind == "Lambda":
            return self._meaning(self._child(function.node, "result"), {**function.arguments, function.node: argument})
        runs = _functions(argument) if called.kind == "Intrinsic" else [function.node]
        if called.kind == "Intrinsic" and (
            _only_zips(called.label) or (called.label in _MAPS and self._only_selects(runs))
        ):
            return self._ends(argument)
        return self._step(number, called.label if called.kind == "Intrinsic" else "", runs, self._ends(argument))

    def _step(self, number: int, intrinsic: str, runs: list[int], sources: _Ends) -> _Ends:
        """Adds a step. A call in a function that is itself called twice is one step, with the sources of both."""
        if number in self._step_of:
            step = self._step_of[number]
            both = tuple(dict.fromkeys((*self._steps[step].sources, *sources)))
            self._steps[step] = dataclasses.replace(self._steps[step], sources=both)
            return (step,)
        node = self._nodes[number]
        function = self._nodes[runs[0]] if len(runs) == 1 else None
        written_as = intrinsics.name_as_written(intrinsic)
        self._step_of[number] = len(self._steps)
        self._steps.append(
            ProgramStep(
                number, intrinsic, self._title(function) or written_as, written_as,
                -1 if function is None else function.function, node.line,
                0 if function is None else function.output_line, node.variable, node.placement,
                intrinsics.crosses_to(intrinsic), sources,
            )
        )  # fmt: skip
        return (self._step_of[number],)

    def _only_selects(self, runs: list[int]) -> bool:
        """Whether a map runs a function that takes its argument apart and computes nothing.

        `a, b = federated_map(…)` is written with two of these.
        """
        if len(runs) != 1:
            return False
        below = runs
        while below:
            if any(self._nodes[number].kind not in _PLUMBING for number in below):
                return False
            below = [child for number in below for child in self._children[number]]
        return True

    def _title(self, function: AstNode | None) -> str:
        if function is None:
            return ""
        if function.kind == "CompiledComputation":
            return function.label
        return self._functions[function.function].name if function.function >= 0 else ""

    def _ends(self, meaning: _Meaning) -> _Ends:
        """Returns what a value comes from, each once."""
        if isinstance(meaning, _Members):
            return tuple(dict.fromkeys(end for part in meaning.members.values() for end in self._ends(part)))
        if isinstance(meaning, _Parameter):
            name = meaning.path[-1] if meaning.path and not meaning.path[-1].isdecimal() else ""
            if not meaning.path:
                name = ", ".join(self._parameters())
            self._inputs.setdefault(meaning.path, ProgramInput(name, meaning.placement))
            return (~list(self._inputs).index(meaning.path),)
        return () if isinstance(meaning, _Function) else meaning

    def _parameters(self) -> tuple[str, ...]:
        """Returns what the user calls the parameters of the computation."""
        function = self._nodes[self._root].function
        return self._functions[function].parameters if function >= 0 else ()

    def _child(self, number: int, edge: str) -> int:
        """Returns the node below with this edge; -1 if there is none."""
        return next((child for child in self._children[number] if self._nodes[child].edge == edge), -1)


def _children(nodes: list[AstNode], root: int) -> dict[int, list[int]]:
    """Returns the nodes below each node of an AST; an AST has consecutive numbers, its root first."""
    children: dict[int, list[int]] = {root: []}
    for number in range(root + 1, len(nodes)):
        if nodes[number].parent < root:
            break
        children[number] = []
        children[nodes[number].parent].append(number)
    return children


def _only_zips(uri: str) -> bool:
    return intrinsics.definition_of(uri) is not None and intrinsics.zips(uri)


def _functions(argument: _Meaning) -> list[int]:
    """Returns the nodes of the functions among the operands of an intrinsic."""
    operands = argument.members.values() if isinstance(argument, _Members) else (argument,)
    return [operand.node for operand in operands if isinstance(operand, _Function)]
