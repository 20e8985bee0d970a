"""The privacy cut as both painters draw it: what crossed, in bars; and the letters of each call, client by client."""

from tffsim.tracing.analysis.privacy_cut import privacy_cut
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.views.panels.crossed_sums import CrossedSums, sums_of
from tffsim.views.panels.crossing_scenes import CrossingScenes, LetterForm, Scene


class Crossings(CrossedSums):
    """See `crossings`."""

    scenes: list[Scene]
    forms: list[LetterForm]


def crossings(snapshot: Snapshot) -> Crossings:
    """Returns what `crossed_sums` does, and the `scenes`, one for each of the latest calls, letter by letter."""
    cut = privacy_cut(snapshot)
    scenes = CrossingScenes(snapshot, cut)
    return {**sums_of(snapshot, cut), "scenes": scenes.all(), "forms": scenes.forms}
