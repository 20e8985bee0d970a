"""Which AST nodes let something cross: calls of federated intrinsics."""

from collections.abc import Sequence

import numpy as np

from tffsim.tracing.document.snapshot import AstNode

NO_NODE = -1


def intrinsic_labels(nodes: Sequence[AstNode]) -> list[str]:
    """Returns which federated intrinsic each node is or calls; "" for other nodes, whatever their names."""
    names = [node.label if node.kind == "Intrinsic" and node.label.startswith("federated_") else "" for node in nodes]
    for number, node in enumerate(nodes):
        if names[number] and node.edge == "function":
            names[node.parent] = names[number]
    return names


def call_nodes(nodes: Sequence[AstNode]) -> "np.ndarray":
    """Returns for each AST node the call that it is part of as the function, or else itself; -1 for no node."""
    numbers = [
        node.parent if node.kind == "Intrinsic" and node.edge == "function" else number
        for number, node in enumerate(nodes)
    ]
    return np.array([*numbers, NO_NODE])
