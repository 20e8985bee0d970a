"""Where spans lie on the lanes of a timeline."""

import dataclasses

from tffsim.tracing.exports.slices import place_slices


def test_a_slice_inside_another_was_caused_by_it(trace):
    placed = place_slices(trace.snapshot)
    inside = [s for s in placed if s.cause is not None and s.arrow_from is None]
    assert inside
    for slice_ in inside:
        assert slice_.lane is slice_.cause.lane
        assert slice_.cause.start <= slice_.start <= slice_.end <= slice_.cause.end


def test_a_span_that_starts_before_the_one_above_it_is_placed_all_the_same(trace):
    columns = {name: column.copy() for name, column in trace.snapshot.columns.items()}
    columns["start"][5] = -10
    snapshot = dataclasses.replace(trace.snapshot, columns=columns)
    assert all(slice_.lane is not None for slice_ in place_slices(snapshot))
