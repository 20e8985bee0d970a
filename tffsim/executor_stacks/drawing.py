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
    return "\n".join(_lines(StackPart(stack)))


def _lines(child: StackPart) -> Iterator[str]:
    chain, below = _chain(child.executor)
    yield (f"{child.role}: " if child.role else "") + " ▶ ".join(chain)
    for position, lower in enumerate(_abridged(below)):
        is_last = position == len(_abridged(below)) - 1
        lines = _lines(lower) if isinstance(lower, StackPart) else iter([lower])
        yield ("└─ " if is_last else "├─ ") + next(lines)
        for line in lines:
            yield ("   " if is_last else "│  ") + line


def _chain(executor: Executor) -> tuple[list[str], Sequence[StackPart]]:
    names: list[str] = []
    while True:
        if not isinstance(executor, TracingExecutor):
            names.append(type(executor).__name__)
        below = parts_of(executor)
        if len(below) != 1:
            return names, below
        executor = below[0].executor


def _abridged(children: Sequence[StackPart], limit: int = 8) -> list[StackPart | str]:
    if len(children) <= limit:
        return list(children)
    hidden = len(children) - limit + 1
    return [*children[: limit - 2], f"… {hidden} more like these …", children[-1]]
