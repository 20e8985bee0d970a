"""The AST of a computation as indented rows, as many of them as a picture has room for."""

import dataclasses
from collections.abc import Iterator, Sequence

from tffsim.tracing.analysis.ast_tree import TimedNode, build_ast
from tffsim.tracing.document.snapshot import AstNode, Snapshot


@dataclasses.dataclass(frozen=True, slots=True)
class AstRow:
    """A node, or the nodes below another one that are not shown: how many, and their time."""

    depth: int
    node: TimedNode | None
    num_hidden: int = 0
    hidden_time: int = 0


def depths(nodes: Sequence[AstNode]) -> list[int]:
    """Returns how far below its root each node is."""
    found: list[int] = []
    for node in nodes:
        found.append(found[node.parent] + 1 if node.parent >= 0 else 0)
    return found


def ast_rows(snapshot: Snapshot, max_rows: int) -> list[AstRow]:
    """Returns the AST of the first invocation; of a large one, the nodes in whose subtrees most time was spent."""
    calls = snapshot.invocations
    if not calls or calls[0].root < 0:
        return []
    root = build_ast(snapshot)
    # Parents took at least as long as their children and come first among equals, so they are kept with them.
    ranked = sorted((node for _, node in root.walk()), key=lambda node: -node.total_time)
    limit = max_rows
    while len(rows := list(_shown(root, 0, {node.number for node in ranked[:limit]}))) > max_rows and limit > 1:
        limit -= 1
    return rows


def _shown(node: TimedNode, depth: int, kept: set[int]) -> Iterator[AstRow]:
    yield AstRow(depth, node)
    hidden = [child for child in node.children if child.number not in kept]
    for child in node.children:
        if child.number in kept:
            yield from _shown(child, depth + 1, kept)
    if hidden:
        count = sum(1 for child in hidden for _ in child.walk())
        yield AstRow(depth + 1, None, count, sum(child.total_time for child in hidden))
