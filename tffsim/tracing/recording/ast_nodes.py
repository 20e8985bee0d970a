"""The nodes of the ASTs that were seen while a stack ran, numbered from the roots downwards."""

import dataclasses
import functools
import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import federated_language as fl
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock

from tffsim.failures.source_places import shown_file
from tffsim.language import provenance
from tffsim.language.building_blocks import to_building_block
from tffsim.language.provenance import Source
from tffsim.language.struct_types import field_names
from tffsim.language.type_kinds import struct_type_of
from tffsim.tracing.document.snapshot import AstNode, FunctionInfo

_MAX_LABEL = 60
_MAX_TYPE = 120


class AstNodes:
    """Numbers the nodes of computations. Thread-safe.

    A node is known by its object, never by what it looks like: a function that is mapped twice is
    two nodes. Executors hand parts of an AST to one another as messages, and who reads a message
    gets the very objects back (`building_blocks.message_of`). Work for what is in no AST, such as a
    lambda that an executor made, is work for the node on whose behalf it is done.

    Attributes:
        nodes: The nodes.
        functions: Those in whose text they stand.
        numbers: Their numbers, by their ids.
    """

    def __init__(self) -> None:
        self.nodes: list[AstNode] = []
        self.functions: list[FunctionInfo] = []
        self._function_numbers: dict[Source, int] = {}
        self.numbers: dict[int, int] = {}
        self._roots: dict[int, int] = {}
        self._kept: list[object] = []
        self._lock = threading.Lock()

    def add(self, computation: framework.ConcreteComputation) -> int:
        """Numbers the nodes of a computation, once.

        Returns:
            The number of its root.
        """
        proto = computation.to_proto()
        with self._lock:
            root = to_building_block(proto)
            if id(proto) not in self._roots:
                self._roots[id(proto)] = self._add(root, -1, "")
                self._kept += [proto, root]
            elif id(root) not in self.numbers:
                self._number_again(root, self._roots[id(proto)])
            return self._roots[id(proto)]

    def _number_again(self, root: ComputationBuildingBlock, number: int) -> None:
        """Numbers the nodes of an AST that was parsed again: they are in the same order as before."""
        self.numbers.update({id(node): number + offset for offset, node in enumerate(_preorder(root))})
        self._kept.append(root)

    def _add(
        self,
        node: ComputationBuildingBlock,
        parent: int,
        edge: str,
        bound: Mapping[str, int] = MappingProxyType({}),
    ) -> int:
        number = len(self.nodes)
        description = _described(node.type_signature)
        function, line, variable = self._written_at(node, edge)
        self.nodes.append(
            AstNode(
                parent, type(node).__name__, _label(node), description, _shown_name(edge), function, line, variable,
                _placement(node.type_signature),
                bound.get(node.name, -1) if isinstance(node, framework.Reference) else -1,
                _output_line(node),
            )
        )  # fmt: skip
        self.numbers[id(node)] = number
        if isinstance(node, framework.Lambda) and node.parameter_name is not None:
            bound = {**bound, node.parameter_name: number}
        for name, child in _children(node):
            added = self._add(child, number, name, bound)
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
        # Who looks at a place in a function does not look at its parameters.
        key = dataclasses.replace(source, parameters=())
        number = self._function_numbers.get(key)
        if number is None:
            number = self._function_numbers[key] = len(self.functions)
            self.functions.append(
                FunctionInfo(source.name, shown_file(source.filename), source.line, source.text, source.parameters)
            )
        return number


def _output_line(node: ComputationBuildingBlock) -> int:
    """Returns the line that makes the result of a TensorFlow function."""
    origin = provenance.provenance_of(node.to_proto()) if isinstance(node, framework.CompiledComputation) else None
    return 0 if origin is None else origin.output_line


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
        name = (
            node.name
            if node.name is not None
            else field_names(struct_type_of(node.source.type_signature))[node.as_index()]
        )
        return f".{name}" if name is not None else f"[{node.index}]"
    if isinstance(node, framework.CompiledComputation):
        origin = provenance.provenance_of(node.to_proto())
        return _cut(origin.name, _MAX_LABEL) if origin is not None else "TensorFlow function"
    if isinstance(node, framework.Literal):
        return _cut(str(node.value), _MAX_LABEL)
    if isinstance(node, framework.Placement):
        return str(node.uri)
    return type(node).__name__


@functools.lru_cache(maxsize=1024)
def _described(type_spec: fl.Type) -> str:
    """Returns a type as text; kept, as writing the types of one AST takes as long as tracing some clients."""
    return _cut(type_spec.compact_representation(), _MAX_TYPE)


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
