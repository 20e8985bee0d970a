"""The nodes of the ASTs that a trace has seen, numbered from the roots downwards."""

import dataclasses
from typing import Any

from federated_language import framework
from federated_language.framework import ComputationBuildingBlock

from tffsim.executors.executor_base import to_building_block

_MAX_LABEL = 60
_MAX_TYPE = 120


@dataclasses.dataclass(frozen=True, slots=True)
class AstNode:
    """A node of an AST, as a trace keeps it.

    Attributes:
        parent: The number of the node above; -1 for a root.
        kind: `Lambda`, `Block`, `Call`, `Reference`, `Struct`, `Selection`, `Literal`, `Intrinsic`, …
        label: What it is, in a few words, such as `federated_map`.
        type: Its type, abridged.
        edge: What it is to the node above, such as `argument`, or the name of a local.
    """

    parent: int
    kind: str
    label: str
    type: str
    edge: str


class AstNodes:
    """Numbers the nodes of computations. Not thread-safe.

    A client's executor reads a function from a message, so it does not hold the very
    objects of the AST that the user called. Such nodes are found again by their text.
    """

    def __init__(self) -> None:
        self.nodes: list[AstNode] = []
        self._numbers: dict[int, int] = {}
        self._by_text: dict[str, int] = {}
        self._without_text: list[tuple[ComputationBuildingBlock, int]] = []
        self._roots: dict[int, int] = {}
        self._kept: list[Any] = []

    def add(self, computation: framework.ConcreteComputation) -> int:
        """Numbers the nodes of a computation, once.

        Returns:
            The number of its root.
        """
        proto = computation.to_proto()
        if id(proto) not in self._roots:
            root = to_building_block(proto)
            self._kept.append((proto, root))
            self._roots[id(proto)] = self._add(root, -1, "")
        return self._roots[id(proto)]

    def number(self, node: ComputationBuildingBlock, otherwise: int) -> int:
        """Returns the number of a node; `otherwise` if it belongs to no known AST."""
        number = self._numbers.get(id(node))
        if number is None:
            for known, its_number in self._without_text:
                self._by_text.setdefault(known.compact_representation(), its_number)
            self._without_text.clear()
            number = self._by_text.get(node.compact_representation(), -1)
            self._kept.append(node)
            self._numbers[id(node)] = number
        return number if number >= 0 else otherwise

    def _add(self, node: ComputationBuildingBlock, parent: int, edge: str, in_lambda: bool = False) -> int:
        number = len(self.nodes)
        description = _cut(node.type_signature.compact_representation(), _MAX_TYPE)
        self.nodes.append(AstNode(parent, type(node).__name__, _label(node), description, edge))
        self._numbers[id(node)] = number
        if in_lambda:
            self._without_text.append((node, number))
        # The outermost lambda is the computation itself; those within may be sent to clients.
        is_sent = in_lambda or (isinstance(node, framework.Lambda) and parent >= 0)
        for name, child in _children(node):
            self._add(
                child, number, name, is_sent or isinstance(child, (framework.CompiledComputation, framework.Lambda))
            )
        return number


def _label(node: ComputationBuildingBlock) -> str:
    if isinstance(node, framework.Intrinsic):
        return str(node.uri)
    if isinstance(node, framework.Reference):
        return str(node.name)
    if isinstance(node, framework.Lambda):
        return f"{node.parameter_name or ''} →"
    if isinstance(node, framework.Block):
        return f"let {', '.join(name for name, _ in node.locals)}"
    if isinstance(node, framework.Call):
        return f"call {_label(node.function)}"
    if isinstance(node, framework.Selection):
        return f".{node.name}" if node.name is not None else f"[{node.index}]"
    if isinstance(node, framework.CompiledComputation):
        return "TensorFlow function"
    if isinstance(node, framework.Literal):
        return _cut(str(node.value), _MAX_LABEL)
    if isinstance(node, framework.Placement):
        return str(node.uri)
    return type(node).__name__


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
