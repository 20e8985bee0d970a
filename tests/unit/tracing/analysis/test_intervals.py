"""Stretches of time are united and taken away as sets of moments."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tffsim.tracing.analysis.intervals import length, union, without

_INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)


def united(pairs: list[tuple[int, int]]) -> np.ndarray:
    return union(np.array([a for a, _ in pairs], np.int64), np.array([b for _, b in pairs], np.int64))


def moments(pairs: list[tuple[int, int]]) -> set[int]:
    return {moment for begin, end in pairs for moment in range(begin, end)}


@given(_INTERVALS)
def test_a_union_covers_what_its_intervals_cover(pairs: list[tuple[int, int]]):
    found = united(pairs)
    assert moments(found.tolist()) == moments(pairs)
    assert length(found) == len(moments(pairs))
    assert (found[1:, 0] > found[:-1, 1]).all()


@given(_INTERVALS, _INTERVALS)
def test_what_is_taken_away_is_covered_no_more(pairs: list[tuple[int, int]], taken: list[tuple[int, int]]):
    assert moments(without(united(pairs), united(taken)).tolist()) == moments(pairs) - moments(taken)
