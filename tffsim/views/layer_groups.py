"""The executors of a stack as rows of a picture: many alike in one place become one row."""

import dataclasses
import re
from collections.abc import Iterator

from tffsim.tracing.snapshot import ExecutorInfo

_MAX_ALIKE = 6


@dataclasses.dataclass(frozen=True, slots=True)
class LayerGroup:
    """Executors that are shown as one.

    Attributes:
        executor: The first of them.
        layers: The numbers of all of them.
        depth: How many executors are above.
    """

    executor: ExecutorInfo
    layers: list[int]
    depth: int

    @property
    def detail(self) -> str:
        """What they are there for, or how many they are."""
        return f"× {len(self.layers)}" if len(self.layers) > 1 else self.executor.role


def layer_groups(executors: list[ExecutorInfo]) -> Iterator[LayerGroup]:
    """Yields the executors from the top downwards, each before those below it."""
    children: dict[int, list[int]] = {}
    for layer, executor in enumerate(executors):
        children.setdefault(executor.parent, []).append(layer)

    def below(layers: list[int], depth: int) -> Iterator[LayerGroup]:
        yield LayerGroup(executors[layers[0]], layers, depth)
        lower = [child for layer in layers for child in children.get(layer, [])]
        for alike in _alike(lower, executors):
            yield from below(alike, depth + 1)

    for top in children.get(-1, []):
        yield from below([top], 0)


def _alike(layers: list[int], executors: list[ExecutorInfo]) -> list[list[int]]:
    kinds: dict[tuple[str, str, str], list[int]] = {}
    for layer in layers:
        executor = executors[layer]
        role = re.sub(r"[\d, …-]+", "", executor.role)
        kinds.setdefault((executor.name, executor.placement, role), []).append(layer)
    return [part for alike in kinds.values() for part in ([alike] if len(alike) > _MAX_ALIKE else [[k] for k in alike])]
