from tests.unit.tracing.traced_programs import rounds
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.views.notebook.previews import previews_by_text


def test_each_text_stands_once_and_tells_of_all_spans_that_made_such_a_value():
    reader = SpanReader(rounds())
    spans = range(reader.snapshot.num_spans)
    told = previews_by_text(reader, [*spans, -1, 10**9])
    found = {}
    for text, distances in told.items():
        span = 0
        for distance in distances:
            span += distance
            found[span] = text
    assert found == dict(enumerate(reader.previews(list(spans))))
    assert len(told) < len(found) / 2
