"""The execution stack: executors as a tree of boxes, with their calls and their own time."""

import dataclasses
import re
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from tffsim.tracing.snapshot import ExecutorInfo
from tffsim.tracing.summary import duration
from tffsim.tracing.trace import Trace
from tffsim.views.theme import PLACEMENT_COLOURS, Theme, inches, literal, nothing, prepare, width_of

_MAX_ALIKE = 3
_MAX_COLUMNS = 5
_LEVEL_HEIGHT = 0.68
_WIDTH, _HEIGHT = 0.92, 0.74

_Kind = tuple[str, str, str]


@dataclasses.dataclass(slots=True)
class _Box:
    """Executors that are drawn as one: their numbers, and the boxes below."""

    executor: ExecutorInfo
    layers: list[int]
    below: "list[_Box]" = dataclasses.field(default_factory=list)

    @property
    def num_columns(self) -> int:
        return max(sum(box.num_columns for box in self.below), 1)

    @property
    def num_levels(self) -> int:
        return 1 + max((box.num_levels for box in self.below), default=0)


def height_of_stack(trace: Trace) -> float:
    """Returns how many inches the picture needs."""
    return 0.5 + _LEVEL_HEIGHT * max((box.num_levels for box in _boxes(trace.snapshot.executors)), default=2)


def draw_stack(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws a box per executor, those alike in one place as one; the executors that it calls are below."""
    prepare(axes, theme, "Execution stack: executors, their calls and their own time")
    tops = _boxes(trace.snapshot.executors)
    if not tops:
        return nothing(axes, theme)
    calls, times = _work(trace)
    num_columns = sum(box.num_columns for box in tops)
    spread = max(num_columns, 3)
    axes.set(xlim=(0, spread), ylim=(max(box.num_levels for box in tops), -0.08), xticks=[])
    everything = [box for top in tops for box in _walk(top)]
    longest = max(*(sum(times.get(k, 0) for k in box.layers) for box in everything), 1)
    width = inches(axes)[0] / spread * _WIDTH
    # All names have one size, in which the longest fits.
    size = min(9.0, 9 * (width - 0.15) / max(width_of(box.executor.name, 9) for box in everything))
    painter = _Painter(axes, theme, calls, times, longest, size, width)
    left = (spread - num_columns) / 2
    for top in tops:
        painter.draw(top, left, 0)
        left += top.num_columns
    return axes


@dataclasses.dataclass(frozen=True, slots=True)
class _Painter:
    axes: Axes
    theme: Theme
    calls: dict[int, int]
    times: dict[int, int]
    longest: int
    size: float
    width: float

    def draw(self, box: _Box, left: float, level: int) -> float:
        """Draws a box and those below it; returns where the middle of the box is."""
        at, middles = left, []
        for lower in box.below:
            middles.append(self.draw(lower, at, level + 1))
            at += lower.num_columns
        middle = (middles[0] + middles[-1]) / 2 if middles else left + 0.5
        for lower_middle in middles:
            self._connect(middle, lower_middle, level)
        self._draw_box(box, middle, level)
        return middle

    def _connect(self, upper: float, lower: float, level: int) -> None:
        bottom, top = level + _HEIGHT, level + 1
        between = (bottom + top) / 2
        self.axes.plot(
            [upper, upper, lower, lower], [bottom, between, between, top], color=self.theme.soft, linewidth=0.9, zorder=1
        )

    def _draw_box(self, box: _Box, middle: float, level: int) -> None:
        theme, colour = self.theme, PLACEMENT_COLOURS[box.executor.placement]
        left, inner = middle - _WIDTH / 2, _WIDTH - 0.08
        shape = f"round,pad=0,rounding_size={0.05}"
        self.axes.add_patch(
            FancyBboxPatch(
                (left, level), _WIDTH, _HEIGHT, shape, facecolor=theme.ground, edgecolor=colour, linewidth=1.2, zorder=2
            )
        )
        time = sum(self.times.get(layer, 0) for layer in box.layers)
        place = {"ha": "left", "va": "center", "zorder": 4}
        text = left + 0.04
        self.axes.text(
            text, level + 0.19, literal(box.executor.name), color=theme.ink, fontsize=self.size, weight="bold", **place
        )
        small = self.size * 0.88
        limit = int((self.width - 0.15) / width_of("x", small))
        self.axes.text(
            text, level + 0.41, literal(self._detail(box, limit), limit), color=theme.soft, fontsize=small, **place
        )
        self.axes.text(
            left + _WIDTH - 0.04, level + 0.6, duration(time), color=theme.ink, fontsize=small, ha="right", va="center"
        ).set_zorder(4)
        room = inner - (width_of("9.99 ms", small) + 0.08) * _WIDTH / self.width
        for length, fill in ((room, theme.line), (room * time / self.longest, colour)):
            self.axes.add_patch(Rectangle((text, level + 0.54), length, 0.11, facecolor=fill, linewidth=0, zorder=3))

    def _detail(self, box: _Box, limit: int) -> str:
        number = sum(self.calls.get(layer, 0) for layer in box.layers)
        calls = f"{number:,} call{'s' * (number != 1)}"
        role = _kind(box.executor)[2] if len(box.layers) > 1 else box.executor.role
        many = f"× {len(box.layers)}" if len(box.layers) > 1 else ""
        for parts in ((role, many, calls), (many or role, calls)):
            text = " · ".join(part for part in parts if part)
            if len(text) <= limit:
                break
        return text


def _work(trace: Trace) -> tuple[dict[int, int], dict[int, int]]:
    """Returns the calls of each executor and its own time."""
    table = trace.timing()
    calls: dict[int, int] = {}
    times: dict[int, int] = {}
    for layer, count, time in zip(*(table[name].tolist() for name in ("executor", "calls", "self_time")), strict=True):
        calls[layer] = calls.get(layer, 0) + count
        times[layer] = times.get(layer, 0) + time
    return calls, times


def _boxes(executors: list[ExecutorInfo]) -> list[_Box]:
    """Returns the topmost boxes, with as few executors in one as the width allows."""
    children: dict[int, list[int]] = {}
    for layer, executor in enumerate(executors):
        children.setdefault(executor.parent, []).append(layer)

    def below(layers: list[int], max_alike: int) -> list[_Box]:
        lower = [child for layer in layers for child in children.get(layer, [])]
        return [
            _Box(executors[part[0]], part, below(part, max_alike)) for part in _alike(lower, executors, max_alike)
        ]

    for max_alike in (_MAX_ALIKE, 1):
        tops = [_Box(executors[top], [top], below([top], max_alike)) for top in children.get(-1, [])]
        if sum(box.num_columns for box in tops) <= _MAX_COLUMNS:
            return tops
    return [_folded(top, {}) for top in tops]


def _alike(layers: list[int], executors: list[ExecutorInfo], max_alike: int) -> list[list[int]]:
    """Groups executors in one place of the stack; few that are alike stay apart."""
    kinds: dict[_Kind, list[int]] = {}
    for layer in layers:
        kinds.setdefault(_kind(executors[layer]), []).append(layer)
    return [
        part for alike in kinds.values() for part in ([alike] if len(alike) > max_alike else [[k] for k in alike])
    ]


def _kind(executor: ExecutorInfo) -> _Kind:
    return executor.name, executor.placement, re.sub(r"[\d, …-]+", "", executor.role)


def _folded(box: _Box, above: dict[_Kind, _Box]) -> _Box:
    """Puts what a composing tree repeats from level to level into the box of the highest level."""
    kept = _Box(box.executor, list(box.layers))
    _fold_into(kept, box.below, {**above, _kind(box.executor): kept})
    return kept


def _fold_into(box: _Box, below: list[_Box], above: dict[_Kind, _Box]) -> None:
    for lower in below:
        kind = _kind(lower.executor)
        same = above.get(kind) or next((other for other in box.below if _kind(other.executor) == kind), None)
        if same is None:
            same = _Box(lower.executor, [])
            box.below.append(same)
        same.layers.extend(lower.layers)
        _fold_into(same, lower.below, {**above, kind: same})


def _walk(box: _Box) -> Iterator[_Box]:
    yield box
    for lower in box.below:
        yield from _walk(lower)
