"""The spans that have ended are kept in the order in which they ended, many in one array."""

import numpy as np

from tffsim.tracing.document.operations import COMPUTE, OK
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.row_keeper import RowKeeper
from tffsim.tracing.recording.span_rows import SPAN_DTYPE
from tffsim.tracing.recording.spans import Span


def ended(keeper, number, inputs=()):
    keeper.open_spans[number] = span = Span(Recorder(), number, None, COMPUTE, 0, -1)
    keeper.append(span, OK, inputs)


def numbers_of(chunks):
    return [chunk["id"].tolist() for chunk in chunks]


def test_a_span_that_has_ended_is_a_row_and_not_under_way():
    keeper = RowKeeper(10)
    ended(keeper, 3)
    ended(keeper, 1)
    assert not keeper.open_spans and keeper.num_recorded == 2
    assert numbers_of(keeper.chunks()) == [[3, 1]]


def test_many_rows_become_one_array_without_being_asked_for():
    keeper = RowKeeper(10_000)
    for number in range(5000):
        ended(keeper, number)
    assert keeper.num_recorded == 5000
    packed, later = numbers_of(keeper.chunks())
    assert packed + later == list(range(5000)) and len(packed) > len(later) > 0


def test_all_inputs_of_a_span_are_kept():
    keeper = RowKeeper(10)
    ended(keeper, 4, (1, 2, 3))
    ended(keeper, 5, (1, 2))
    assert keeper.long_inputs == {4: (1, 2, 3)}
    assert keeper.chunks()[0]["num_inputs"].tolist() == [3, 2]


def test_rows_that_were_taken_are_not_kept():
    keeper = RowKeeper(10)
    ended(keeper, 0)
    assert keeper.take_rows()["id"].tolist() == [0]
    assert len(keeper.take_rows()) == keeper.num_recorded == 0


def test_rows_of_another_process_come_where_they_arrive():
    keeper = RowKeeper(10)
    ended(keeper, 0)
    keeper.add_rows(np.zeros(2, SPAN_DTYPE))
    ended(keeper, 1)
    assert numbers_of(keeper.chunks()) == [[0], [0, 0], [1]]


def test_there_are_numbers_for_as_many_spans_as_fit():
    keeper = RowKeeper(3)
    assert keeper.take_numbers(2) == [0, 1] and keeper.take_numbers(2) == [2]
    assert keeper.num_dropped == 1
