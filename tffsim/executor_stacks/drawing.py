"""An execution stack as text, the way it really is: read off the executors."""

from collections.abc import Iterator, Sequence

import federated_language as fl
from federated_language.framework import Executor, ExecutorFactory

from tffsim.executors.materialising_executor import MaterialisingExecutor
from tffsim.language.stack_parts import StackPart, parts_of
from tffsim.tracing.recording.tracing_executor import TracingExecutor


def draw(stack: Executor | ExecutorFactory, num_clients: int | None = None) -> str:
    """Draws a stack as a tree of text; a chain of executors takes one line.

    Args:
        stack: An executor, or a factory whose stack is drawn.
        num_clients: For a factory: the number of clients; None leaves it to the factory.

    Returns:
        Several lines without a line end after the last.
    """
    if isinstance(stack, ExecutorFactory):
        stack = stack.create_executor({} if num_clients is None else {fl.CLIENTS: num_clients})
    if isinstance(stack, MaterialisingExecutor):
        # There for contexts of others; ours run on what is below.
        stack = stack.target
    notes: dict[str, None] = {}
    return "\n".join([*_lines(StackPart(stack), notes), *notes])


def _lines(child: StackPart, notes: dict[str, None]) -> Iterator[str]:
    chain, below = _chain(child.executor, notes)
    yield _titled(child.role, chain)
    for position, lower in enumerate(_abridged(below)):
        is_last = position == len(_abridged(below)) - 1
        lines = _lines(lower, notes) if isinstance(lower, StackPart) else iter([lower])
        yield ("└─ " if is_last else "├─ ") + next(lines)
        for line in lines:
            yield ("   " if is_last else "│  ") + line


def _titled(role: str, chain: Sequence[str]) -> str:
    return (f"{role}: " if role else "") + " ▶ ".join(chain)


def _chain(executor: Executor, notes: dict[str, None]) -> tuple[list[str], list[StackPart]]:
    """Returns the names from an executor down, and the parts in which the chain ends.

    A part that leads back to its executor is told in a note, below the drawing.
    """
    names: list[str] = []
    while True:
        ways = [(part, _way_back(part, executor)) for part in parts_of(executor)]
        if not isinstance(executor, TracingExecutor):
            name = type(executor).__name__
            names.append(name + "*" * any(way for _, way in ways))
            notes.update((f"* {_titled(part.role, [*way, f'back to {name}'])}", None) for part, way in ways if way)
        below = [part for part, way in ways if not way]
        if len(below) != 1:
            return names, below
        executor = below[0].executor


def _way_back(part: StackPart, executor: Executor) -> list[str]:
    """Returns the names from a part down to the executor that names it; none if it does not lead there."""
    names: list[str] = []
    lower, below = part.executor, parts_of(part.executor)
    while lower is not executor:
        if len(below) != 1:
            return []
        if not isinstance(lower, TracingExecutor):
            names.append(type(lower).__name__)
        lower, below = below[0].executor, parts_of(below[0].executor)
    return names


def _abridged(children: Sequence[StackPart], limit: int = 8) -> list[StackPart | str]:
    if len(children) <= limit:
        return list(children)
    hidden = len(children) - limit + 1
    return [*children[: limit - 2], f"… {hidden} more like these …", children[-1]]
