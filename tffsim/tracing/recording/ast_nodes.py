"""The nodes of the ASTs that were seen while a stack ran, numbered from the roots downwards."""

import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import federated_language as fl
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock
from federated_language.proto import computation_pb2 as pb

from tffsim.failures.source_places import shown_file
from tffsim.language import provenance
from tffsim.language.building_blocks import to_building_block
from tffsim.language.provenance import Source
from tffsim.tracing.document.snapshot import AstNode, FunctionInfo

_MAX_LABEL = 60
_MAX_TYPE = 120


class AstNodes:
    """Numbers the nodes of computations. Thread-safe.

    A client's executor reads a function from a message, so it does not hold the very
    objects of the AST that the user called. The message is a copy of a part of the AST,
    and its nodes get the numbers of that part. Parts with equal texts may be several, such
    as one function that is mapped twice: it is the one below the node that sends the message.
    """

    def __init__(self) -> None:
        self.nodes: list[AstNode] = []
        self.functions: list[FunctionInfo] = []
        self._function_numbers: dict[Source, int] = {}
        self._numbers: dict[int, int] = {}
        self._by_text: dict[str, list[int]] = {}
        self._without_text: list[tuple[ComputationBuildingBlock, int]] = []
        self._roots: dict[int, int] = {}
        self._messages: set[int] = set()
        self._kept: list[Any] = []
        self._lock = threading.Lock()

    def add(self, computation: framework.ConcreteComputation) -> int:
        """Numbers the nodes of a computation, once.

        Returns:
            The number of its root.
        """
        proto = computation.to_proto()
        with self._lock:
            if id(proto) not in self._roots:
                root = to_building_block(proto)
                self._kept.append((proto, root))
                self._roots[id(proto)] = self._add(root, -1, "")
            return self._roots[id(proto)]

    def receive(self, message: pb.Computation, sender: int) -> None:
        """Finds the part of the AST that a message is a copy of, once.

        Args:
            message: A function that is embedded in an executor.
            sender: The number of the node for which that is done.
        """
        if id(message) in self._messages:
            return
        with self._lock:
            root = to_building_block(message)
            self._kept.append((message, root))
            self._messages.add(id(message))
            if id(root) not in self._numbers:
                self._recognise(root, sender, set())

    def number(self, node: ComputationBuildingBlock, otherwise: int) -> int:
        """Returns the number of a node; `otherwise` if it belongs to no known AST."""
        number = self._numbers.get(id(node))
        if number is None:
            with self._lock:
                number = self._original(node, otherwise, set())
                self._kept.append(node)
                self._numbers[id(node)] = number
        return number if number >= 0 else otherwise

    def _recognise(self, node: ComputationBuildingBlock, sender: int, taken: set[int]) -> None:
        number = self._original(node, sender, taken)
        if number >= 0:
            # A part of an AST has consecutive numbers, in the same order as its copy.
            self._numbers.update({id(part): number + offset for offset, part in enumerate(_preorder(node))})
            taken.add(number)
            return
        # A lambda that takes outer values along is no copy, but most of it is.
        for _, child in _children(node):
            self._recognise(child, sender, taken)

    def _original(self, node: ComputationBuildingBlock, sender: int, taken: set[int]) -> int:
        """Returns the number of the node that a node is a copy of; -1 if there is none."""
        for known, number in self._without_text:
            self._by_text.setdefault(known.compact_representation(), []).append(number)
        self._without_text.clear()
        found = self._by_text.get(node.compact_representation(), ())
        return min(found, key=lambda number: (not self._is_below(number, sender), number in taken), default=-1)

    def _is_below(self, number: int, ancestor: int) -> bool:
        while number > ancestor:
            number = self.nodes[number].parent
        return number == ancestor >= 0

    def _add(
        self,
        node: ComputationBuildingBlock,
        parent: int,
        edge: str,
        bound: Mapping[str, int] = MappingProxyType({}),
        in_lambda: bool = False,
    ) -> int:
        number = len(self.nodes)
        description = _cut(node.type_signature.compact_representation(), _MAX_TYPE)
        function, line, variable = self._written_at(node, edge)
        self.nodes.append(
            AstNode(
                parent, type(node).__name__, _label(node), description, _shown_name(edge), function, line, variable,
                _placement(node.type_signature),
                bound.get(node.name, -1) if isinstance(node, framework.Reference) else -1,
            )
        )  # fmt: skip
        self._numbers[id(node)] = number
        if in_lambda:
            self._without_text.append((node, number))
        # The outermost lambda is the computation itself; those within may be sent to clients.
        is_sent = in_lambda or (isinstance(node, framework.Lambda) and parent >= 0)
        if isinstance(node, framework.Lambda) and node.parameter_name is not None:
            bound = {**bound, node.parameter_name: number}
        for name, child in _children(node):
            child_is_sent = is_sent or isinstance(child, (framework.CompiledComputation, framework.Lambda))
            added = self._add(child, number, name, bound, child_is_sent)
            if isinstance(node, framework.Block):
                bound = {**bound, name: added}
        return number

    def _written_at(self, node: ComputationBuildingBlock, edge: str) -> tuple[int, int, str]:
        """Returns the function, the line and the variable of a node."""
        if isinstance(node, framework.CompiledComputation):
            origin = provenance.provenance_of(node.to_proto())
            return (-1, 0, "") if origin is None else (self._function(origin.source), origin.source.line, "")
        if isinstance(node, framework.Lambda) and isinstance(node.result, framework.Block):
            source = provenance.source_of_call(node.result.locals[0][0])
            return (-1, 0, "") if source is None else (self._function(source), source.line, "")
        place = provenance.place_of_call(edge)
        return (-1, 0, "") if place is None else (self._function(place.function), place.line, place.variable)

    def _function(self, source: Source) -> int:
        number = self._function_numbers.get(source)
        if number is None:
            number = self._function_numbers[source] = len(self.functions)
            self.functions.append(FunctionInfo(source.name, shown_file(source.filename), source.line, source.text))
        return number


def _shown_name(name: str) -> str:
    """Returns a name of the AST as its user knows it: see `call_places`."""
    place = provenance.place_of_call(name)
    if place is None:
        return name
    return place.variable or name.rsplit("_", 2)[0]


def _label(node: ComputationBuildingBlock) -> str:
    if isinstance(node, framework.Intrinsic):
        return str(node.uri)
    if isinstance(node, framework.Reference):
        return _shown_name(str(node.name))
    if isinstance(node, framework.Lambda):
        return f"{node.parameter_name or ''} →"
    if isinstance(node, framework.Block):
        return f"let {', '.join(_shown_name(name) for name, _ in node.locals)}"
    if isinstance(node, framework.Call):
        return f"call {_label(node.function)}"
    if isinstance(node, framework.Selection):
        name = node.name if node.name is not None else list(node.source.type_signature.items())[node.index][0]
        return f".{name}" if name is not None else f"[{node.index}]"
    if isinstance(node, framework.CompiledComputation):
        origin = provenance.provenance_of(node.to_proto())
        return _cut(origin.name, _MAX_LABEL) if origin is not None else "TensorFlow function"
    if isinstance(node, framework.Literal):
        return _cut(str(node.value), _MAX_LABEL)
    if isinstance(node, framework.Placement):
        return str(node.uri)
    return type(node).__name__


def _placement(type_spec: fl.Type) -> str:
    return str(type_spec.placement.uri) if isinstance(type_spec, fl.FederatedType) else ""


def _preorder(node: ComputationBuildingBlock) -> Iterator[ComputationBuildingBlock]:
    yield node
    for _, child in _children(node):
        yield from _preorder(child)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _children(node: ComputationBuildingBlock) -> list[tuple[str, ComputationBuildingBlock]]:
    if isinstance(node, framework.Lambda):
        return [("result", node.result)]
    if isinstance(node, framework.Block):
        return [*node.locals, ("result", node.result)]
    if isinstance(node, framework.Call):
        arguments = [("argument", node.argument)] if node.argument is not None else []
        return [("function", node.function), *arguments]
    if isinstance(node, framework.Struct):
        return [(name or str(k), element) for k, (name, element) in enumerate(node.items())]
    if isinstance(node, framework.Selection):
        return [("source", node.source)]
    return []
