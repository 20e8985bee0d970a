"""Short descriptions of values, as the front end gets them.

A value passes many executors, and each of them has a span that made it. So of a text it is
told once which spans made such a value: a small notebook is a tenth smaller by that.
"""

from collections.abc import Iterable

from tffsim.tracing.document.span_reader import SpanReader


def previews_by_text(reader: SpanReader, spans: Iterable[int]) -> dict[str, list[int]]:
    """Returns for each text the spans of which it tells, in order; each as its distance from the one before."""
    known = sorted({span for span in spans if 0 <= span < reader.snapshot.num_spans})
    told: dict[str, list[int]] = {}
    last: dict[str, int] = {}
    for span, text in zip(known, reader.previews(known), strict=True):
        told.setdefault(text, []).append(span - last.get(text, 0))
        last[text] = span
    return told
