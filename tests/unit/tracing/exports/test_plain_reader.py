"""What a finished trace tells without the recorder."""

from tffsim.tracing.exports.plain_reader import PlainReader


def test_a_finished_trace_reads_inputs_and_previews_as_any_trace(trace):
    finished = PlainReader(trace.snapshot)
    spans = range(trace.spans.num_rows)
    assert [finished.inputs(span) for span in spans] == [trace.inputs(span) for span in spans]
    assert [finished.preview(span) for span in spans] == [trace.preview(span) for span in spans]
