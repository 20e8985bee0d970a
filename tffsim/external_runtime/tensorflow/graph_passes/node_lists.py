"""One view of the two places where nodes stand: a graph, and a function of its library.

They name tensors differently. In a graph `node:1` is the second output of a node; in a
function `node:components:1` is the second tensor of its output `components`, and a plain
name is an argument.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from tensorflow.core.framework.attr_value_pb2 import AttrValue
from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef


class NodeList(Protocol):
    """Nodes that name each other's tensors.

    Attributes:
        name: The function they belong to; "" for the graph itself.
        nodes: The nodes; they may be changed, added and removed.
    """

    name: str
    nodes: RepeatedCompositeFieldContainer[NodeDef]

    def tensor(self, node: str, output: str, position: int = 0) -> str:
        """Returns how an input names a tensor.

        Args:
            node: The node that makes it.
            output: The name of the output in the definition of the node's operation.
            position: Which tensor of this output; the operation has no other output.
        """

    def rename_output(self, node: str, before: str, after: str) -> None:
        """Lets inputs follow when a node's only output gets another name."""


class GraphNodes:
    """The nodes of a graph."""

    def __init__(self, graph_def: GraphDef) -> None:
        self.name = ""
        self.nodes = graph_def.node

    def tensor(self, node: str, output: str, position: int = 0) -> str:
        return f"{node}:{position}"

    def rename_output(self, node: str, before: str, after: str) -> None:
        pass  # A graph counts outputs and does not name them.


class FunctionNodes:
    """The nodes of a library function."""

    def __init__(self, function: FunctionDef) -> None:
        self.name = function.signature.name
        self.nodes = function.node_def
        self._function = function

    def tensor(self, node: str, output: str, position: int = 0) -> str:
        return f"{node}:{output}:{position}"

    def rename_output(self, node: str, before: str, after: str) -> None:
        old, new = f"{node}:{before}:", f"{node}:{after}:"
        for reader in self.nodes:
            for position, source in enumerate(reader.input):
                if source.startswith(old):
                    reader.input[position] = new + source.removeprefix(old)
        for result, source in self._function.ret.items():
            if source.startswith(old):
                self._function.ret[result] = new + source.removeprefix(old)


def add_node(
    nodes: NodeList,
    name: str,
    op: str,
    inputs: Iterable[str] = (),
    attributes: Mapping[str, AttrValue] | None = None,
    device: str = "",
) -> NodeDef:
    """Appends a node and returns it."""
    node = nodes.nodes.add(name=name, op=op, input=inputs, device=device)
    for key, value in (attributes or {}).items():
        node.attr[key].CopyFrom(value)
    return node


def data_inputs(node: NodeDef) -> list[str]:
    """Returns the tensors that a node reads."""
    return [source for source in node.input if not source.startswith("^")]


def control_inputs(node: NodeDef) -> list[str]:
    """Returns the nodes that a node waits for, as `^node`."""
    return [source for source in node.input if source.startswith("^")]


def node_of(source: str) -> str:
    """Returns the name of the node (or argument) that an input comes from."""
    return source.removeprefix("^").split(":")[0]
