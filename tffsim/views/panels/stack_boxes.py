"""The executors of a stack as a tree of boxes, as few of them as a picture has room for."""

import dataclasses
import re
from collections.abc import Sequence

from tffsim.tracing.document.snapshot import ExecutorInfo

_MAX_ALIKE = 3
_MAX_COLUMNS = 5

_Kind = tuple[str, str, str]


@dataclasses.dataclass(slots=True)
class Box:
    """Executors that are drawn as one: the first of them, the numbers of all, and the boxes below."""

    executor: ExecutorInfo
    layers: list[int]
    below: "list[Box]" = dataclasses.field(default_factory=list)

    @property
    def role(self) -> str:
        """What they are there for; of several, without saying for which clients."""
        return _role_of(self.executor) if len(self.layers) > 1 else self.executor.role

    @property
    def num_columns(self) -> int:
        """How many boxes the widest part needs side by side."""
        return max(num_columns(self.below), 1)

    @property
    def num_levels(self) -> int:
        """How many boxes are one below the other, with this one."""
        return 1 + max((box.num_levels for box in self.below), default=0)


def stack_boxes(executors: Sequence[ExecutorInfo], max_columns: int = _MAX_COLUMNS) -> list[Box]:
    """Returns the topmost boxes, arranged so that they need no more columns, or as few as possible."""
    possible = arrangements(executors)
    return next((boxes for boxes in possible if num_columns(boxes) <= max_columns), possible[-1])


def arrangements(executors: Sequence[ExecutorInfo]) -> list[list[Box]]:
    """Returns the ways to draw a stack, each by its topmost boxes, the widest first.

    In the first, few that are alike stand apart. In the second, all alike in one place are one
    box. In the third, so is what a tree of executors repeats from level to level.
    """
    loose, tight = (_boxes(executors, max_alike) for max_alike in (_MAX_ALIKE, 1))
    return [loose, tight, [_folded(top) for top in tight]]


def num_columns(boxes: Sequence[Box]) -> int:
    """Returns how many boxes stand side by side at most."""
    return sum(box.num_columns for box in boxes)


def _boxes(executors: Sequence[ExecutorInfo], max_alike: int) -> list[Box]:
    children: dict[int, list[int]] = {}
    for layer, executor in enumerate(executors):
        children.setdefault(executor.parent, []).append(layer)

    def boxes(layers: list[int]) -> list[Box]:
        return [Box(executors[part[0]], part, below(part)) for part in _alike(layers, executors, max_alike)]

    def below(layers: list[int]) -> list[Box]:
        return boxes([child for layer in layers for child in children.get(layer, [])])

    return boxes(children.get(-1, []))


def _role_of(executor: ExecutorInfo) -> str:
    """Returns what an executor is there for, without saying for which or how many clients."""
    role = re.sub(r"[\d, …-]+", "", executor.role)
    return "clients" if role == "client" else role


def _alike(layers: list[int], executors: Sequence[ExecutorInfo], max_alike: int) -> list[list[int]]:
    """Groups executors in one place of the stack; few that are alike stay apart."""
    kinds: dict[_Kind, list[int]] = {}
    for layer in layers:
        kinds.setdefault(_kind(executors[layer]), []).append(layer)
    parts = ([alike] if len(alike) > max_alike else [[layer] for layer in alike] for alike in kinds.values())
    return [part for some in parts for part in some]


def _kind(executor: ExecutorInfo) -> _Kind:
    return executor.name, executor.placement, _role_of(executor)


def _folded(box: Box) -> Box:
    """Puts what a composing tree repeats from level to level into the box of the highest level."""
    kept = Box(box.executor, list(box.layers))
    _fold_into(kept, box.below, {_kind(box.executor): kept})
    return kept


def _fold_into(box: Box, below: list[Box], above: dict[_Kind, Box]) -> None:
    for lower in below:
        kind = _kind(lower.executor)
        same = above.get(kind) or next((other for other in box.below if _kind(other.executor) == kind), None)
        if same is None:
            same = Box(lower.executor, [])
            box.below.append(same)
        same.layers.extend(lower.layers)
        _fold_into(same, lower.below, {**above, kind: same})
