"""Spans that are recorded for another process are told in parts, each until it has arrived."""

import asyncio

import federated_language as fl
import numpy as np
from federated_language import framework

from tests.unit.tracing.reported_work import FLOATS, report_of_identity
from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.tracing.document.operations import COMPUTE, ERROR
from tffsim.tracing.document.snapshot import ExecutorInfo
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.reports import NodeMarks, ReportParts, reporting
from tffsim.tracing.recording.spans import current_span

_LAYER = Layer(ExecutorInfo("EagerTFExecutor", "", "clients", 0, 2, "", -1))


def recorded():
    """Returns what records, what opens a span inside of another, and what tells of them."""
    with reporting(NodeMarks()) as recorder:
        root = current_span.get()

    def open_span(above=None):
        return recorder.open(above or root, COMPUTE, _LAYER)

    return recorder, open_span, ReportParts(recorder, has_values=True, has_left_clients=True)


def close(span):
    span.end = span.recorder.now()
    span.recorder.close_failed(span, (), ValueError("no"), ERROR)


def ids(told):
    return told[1].rows["id"].tolist(), told[1].under_way["id"].tolist()


def test_nothing_is_told_when_nothing_has_happened():
    _, open_span, parts = recorded()
    assert parts.next_part(0) is None
    span = open_span()
    assert ids(parts.next_part(0)) == ([], [span.id])
    assert parts.next_part(1) is None
    close(span)
    assert ids(parts.next_part(1)) == ([span.id], [])
    assert parts.next_part(2) is None


def test_a_part_waits_until_it_has_arrived_and_later_ones_with_it():
    _, open_span, parts = recorded()
    first, second = open_span(), open_span()
    close(first)
    told = parts.next_part(0)
    close(second)
    assert parts.next_part(0) is told
    assert ids(parts.next_part(1)) == ([second.id], [])
    assert [part for part, _ in parts.rest()] == [2, 3]


def test_what_was_told_is_not_kept():
    recorder, open_span, parts = recorded()
    span = open_span()
    close(span)
    assert parts.next_part(0)[1].errors == {span.id: "ValueError: no"}
    assert recorder.num_recorded == 0
    assert not recorder.errors


def test_no_span_is_told_before_the_one_inside_of_which_it_is():
    recorder, open_span, parts = recorded()
    outer = open_span()
    inner = open_span(outer)
    innermost = open_span(inner)
    close(innermost)
    close(inner)
    # It has just ended, and its row is about to come.
    recorder.open_spans.pop(outer.id)
    assert parts.next_part(0) is None
    recorder.open_spans[outer.id] = outer
    close(outer)
    assert ids(parts.next_part(0)) == ([outer.id, inner.id, innermost.id], [])


def test_a_part_has_so_many_rows_and_the_next_has_the_others():
    _, open_span, parts = recorded()
    outer = open_span()
    for _ in range(4500):
        close(open_span(outer))
    close(outer)
    told = [parts.next_part(k)[1].rows["id"] for k in range(2)]
    assert list(map(len, told)) == [4000, 501]
    assert np.concatenate(told).tolist() == list(range(outer.id, outer.id + 4501))
    assert parts.next_part(2) is None


def test_time_of_threads_is_told_once():
    report = report_of_identity()
    assert sum(thread.busy for thread in report.threads) > 0
    recorder, open_span, parts = recorded()
    clock = recorder.clock()
    clock.busy = 70
    close(open_span())
    assert [thread.busy for thread in parts.next_part(0)[1].threads] == [70]
    clock.busy = 90
    close(open_span())
    assert [thread.busy for thread in parts.next_part(1)[1].threads] == [20]


def test_numbers_and_crossings_can_be_left_out():
    told = report_of_identity()
    assert 1.5 in told.rows["scalar"]
    hidden = report_of_identity(has_values=False)
    assert not hidden.rows["has_scalar"].any()
    assert np.isnan(hidden.rows["scalar"]).all()
    kept = report_of_identity(has_left_clients=False)
    assert not ((kept.rows["operation"] == COMPUTE) & (kept.rows["client"] >= 0)).any()


def test_a_mark_stands_for_a_node_of_the_other_process():
    marks = NodeMarks()
    assert marks.mark(7) is marks.mark(7)
    assert marks.numbers[id(marks.mark(7))] == 7
    assert id(framework.Reference("x", FLOATS)) not in marks.numbers


def test_a_stack_for_a_worker_is_recorded_only_if_it_is_asked_for():
    async def work(stack):
        await (await stack.create_value([1.5], fl.FederatedType(np.float32, fl.CLIENTS))).compute()

    with reporting(NodeMarks()) as recorder:
        asyncio.run(work(WorkerStacks().make(1, 0, 1)))
    assert not recorder.num_recorded
