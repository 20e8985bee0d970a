"""The execution stack: executors as layers, with their calls and their own time."""

from matplotlib.axes import Axes

from tffsim.tracing.summary import duration
from tffsim.tracing.trace import Trace
from tffsim.views.bar_rows import BarRow, draw_rows
from tffsim.views.layer_groups import LayerGroup, layer_groups
from tffsim.views.theme import PLACEMENT_COLOURS, Theme, nothing, prepare

_MAX_ROWS = 40


def draw_stack(trace: Trace, axes: Axes, theme: Theme) -> Axes:
    """Draws one row per executor, those alike in one place as one."""
    prepare(axes, theme, "Execution stack: calls and own time")
    groups = list(layer_groups(trace.snapshot.executors))
    if not groups:
        return nothing(axes, theme)
    table = trace.timing()
    calls: dict[int, int] = {}
    own: dict[int, int] = {}
    for layer, count, time in zip(*(table[name].tolist() for name in ("executor", "calls", "self_time")), strict=True):
        calls[layer] = calls.get(layer, 0) + count
        own[layer] = own.get(layer, 0) + time
    times = [sum(own.get(layer, 0) for layer in group.layers) for group in groups]
    longest = max(*times, 1)
    rows = [
        BarRow(
            group.executor.name,
            " · ".join(part for part in (group.detail, _calls(group, calls)) if part),
            duration(time),
            time / longest,
            PLACEMENT_COLOURS[group.executor.placement],
            group.depth,
        )
        for group, time in zip(groups, times, strict=True)
    ]
    return draw_rows(axes, theme, rows[:_MAX_ROWS])


def _calls(group: LayerGroup, calls: dict[int, int]) -> str:
    return f"{sum(calls.get(layer, 0) for layer in group.layers):,} calls"
