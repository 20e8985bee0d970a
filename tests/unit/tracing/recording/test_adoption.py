"""Spans of another process become part of a trace, part by part."""

import pytest

from tests.unit.tracing.reported_work import FLOATS, report_of_identity
from tffsim.language import federated_lambdas
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, ERROR, INVOKE, RUNNING
from tffsim.tracing.document.references import check_references
from tffsim.tracing.document.snapshot import ExecutorInfo
from tffsim.tracing.recording.adoption import Adopter
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.reports import NodeMarks, ReportParts, reporting
from tffsim.tracing.recording.spans import Span, current_span


@pytest.fixture
def recorder():
    made = Recorder(now=lambda: 10**15)
    made.started = 0
    return made


@pytest.fixture
def parent(recorder):
    """Returns a span of an executor that waits for a worker, inside of an invocation."""
    recorder.nodes.add(federated_lambdas.identity(FLOATS))
    above = Layer(ExecutorInfo("RemoteExecutor", "", "", 4, 2, "", -1))
    call = Span(recorder, recorder.take_numbers(1)[0], None, INVOKE, -1, -1)
    call.node = call.root = 0
    span = recorder.open(call, COMPUTE, above)
    recorder.open_spans[call.id] = call
    span.start = call.start = 0
    return span


def adopted(recorder, parent, report, offset=0):
    Adopter("far away").begin(parent).take(1, report, offset)
    snapshot = take_snapshot(recorder)
    check_references(snapshot)
    return snapshot


def test_spans_get_a_place_under_the_span_that_waited_for_them(recorder, parent):
    snapshot = adopted(recorder, parent, report_of_identity())
    far = snapshot.columns["host"] == 0
    assert [host.name for host in snapshot.hosts] == ["far away"]
    assert far.sum() > 10
    assert set(snapshot.columns["parent"][far][:1]) == {parent.id}
    assert set(snapshot.columns["invocation"][far]) == {0}
    assert {4, 5} <= set(snapshot.columns["client"][far])
    assert all("far away" in snapshot.threads[thread].name for thread in set(snapshot.columns["thread"][far]))
    assert snapshot.executors[snapshot.columns["layer"][far][0]].parent == 0


def test_executors_of_a_host_are_known_again(recorder, parent):
    report, adopter = report_of_identity(), Adopter("far away")
    adopter.begin(parent).take(1, report, 0)
    count = len(recorder.layers)
    adopter.begin(parent).take(1, report, 0)
    assert len(recorder.layers) == count
    Adopter("elsewhere").begin(parent).take(1, report, 0)
    assert len(recorder.layers) == 2 * count - 1


def test_times_are_those_of_the_clock_here_and_lie_within_the_parent(recorder, parent):
    report = report_of_identity()
    first = int(report.rows["start"].min())
    snapshot = adopted(recorder, parent, report, offset=first - 5000)
    far = snapshot.columns["host"] == 0
    assert snapshot.columns["start"][far].min() + recorder.started == 5000
    report.rows["start"] = -1
    Adopter("far away").begin(parent).take(1, report, offset=0)
    assert take_snapshot(recorder).columns["start"].min() + recorder.started >= 0


def test_a_failure_comes_along(recorder, parent):
    snapshot = adopted(recorder, parent, report_of_identity())
    failed = [number for number in snapshot.errors if snapshot.columns["operation"][number] == CREATE_CALL]
    assert failed
    assert (snapshot.columns["host"][failed] == 0).all()


def test_what_refers_to_nothing_is_left_out(recorder, parent):
    report = report_of_identity()
    for name in ("parent", "layer", "thread", "worker", "type", "alias", "node", "first_input"):
        report.rows[name] = 20_000
    report.rows["size"], report.rows["client"], report.rows["outcome"][:2] = -5, 1 << 30, 200
    adopted(recorder, parent, report)


def test_a_full_trace_counts_what_it_has_no_room_for():
    recorder = Recorder(max_spans=5)
    call = Span(recorder, recorder.take_numbers(1)[0], None, INVOKE, -1, -1)
    span = recorder.open(call, COMPUTE, Layer(ExecutorInfo("RemoteExecutor", "", "", 4, 2, "", -1)))
    report = report_of_identity()
    Adopter("far away").begin(span).take(1, report, 0)
    assert recorder.num_recorded == 3
    assert recorder.num_dropped == len(report.rows) - 3


@pytest.fixture
def far():
    """Returns what records far away, and what opens spans there: inside of one, for a client."""
    layer = Layer(ExecutorInfo("EagerTFExecutor", "", "clients", 4, 2, "", -1))
    with reporting(NodeMarks()) as recorder:
        root = current_span.get()

    def open_span(above=None, client=4):
        span = recorder.open(above or root, COMPUTE, layer)
        span.client = client
        return span

    return recorder, open_span


def close(span):
    span.end = span.recorder.now()
    span.recorder.close_failed(span, (), ValueError("no"), ERROR)


def parts_of(recorder):
    return ReportParts(recorder, has_values=True, has_left_clients=True)


def test_what_is_under_way_is_shown_until_it_ends_and_keeps_its_number(recorder, parent, far):
    there, open_span = far
    parts, adoption = parts_of(there), Adopter("far away").begin(parent)
    outer = open_span()
    inner = open_span(outer)
    before = set(recorder.open_spans)
    adoption.take(*parts.next_part(0), 0)
    numbers = sorted(set(recorder.open_spans) - before)
    assert [recorder.open_spans[number].client for number in numbers] == [4, 4]
    assert recorder.open_spans[numbers[1]].parent is recorder.open_spans[numbers[0]]
    close(inner)
    adoption.take(*parts.next_part(1), 0)
    assert sorted(set(recorder.open_spans) - before) == numbers[:1]
    close(outer)
    for part, report in parts.rest():
        adoption.take(part, report, 0)
    assert set(recorder.open_spans) == before
    snapshot = take_snapshot(recorder)
    check_references(snapshot)
    assert snapshot.columns["parent"][numbers].tolist() == [parent.id, numbers[0]]
    assert snapshot.columns["outcome"][numbers].tolist() == [ERROR, ERROR]


def test_parts_that_come_twice_or_in_an_answer_too_are_taken_once(recorder, parent, far):
    there, open_span = far
    parts, adoption = parts_of(there), Adopter("far away").begin(parent)
    for _ in range(3):
        close(open_span())
    first = parts.next_part(0)
    # The answer with it is lost; it is told again, and in the end, too.
    assert parts.next_part(0) is first
    adoption.take(*first, 0)
    close(open_span())
    rest = parts.rest()
    assert [part for part, _ in rest] == [1, 2]
    for part, report in [*rest, *rest]:
        adoption.take(part, report, 0)
    snapshot = take_snapshot(recorder)
    check_references(snapshot)
    assert (snapshot.columns["host"] == 0).sum() == 4
    assert len(snapshot.errors) == 4


def test_a_span_that_comes_twice_in_different_parts_is_taken_once(recorder, parent, far):
    there, open_span = far
    close(open_span())
    _, report = parts_of(there).next_part(0)
    adoption = Adopter("far away").begin(parent)
    adoption.take(1, report, 0)
    adoption.take(2, report, 0)
    assert (take_snapshot(recorder).columns["host"] == 0).sum() == 1


def test_after_the_end_nothing_is_under_way_and_nothing_more_is_taken(recorder, parent, far):
    there, open_span = far
    parts, adoption = parts_of(there), Adopter("far away").begin(parent)
    span = open_span()
    before = set(recorder.open_spans)
    adoption.take(*parts.next_part(0), 0)
    adoption.end()
    assert set(recorder.open_spans) == before
    close(span)
    adoption.take(*parts.next_part(1), 0)
    snapshot = take_snapshot(recorder)
    check_references(snapshot)
    assert (snapshot.columns["host"] == 0).sum() == 0
    assert (snapshot.columns["outcome"] == RUNNING).sum() == len(before)


def test_time_at_the_host_is_that_of_its_spans(recorder, parent):
    report = report_of_identity()
    Adopter("far away").begin(parent).take(1, report, 0)
    (host,) = take_snapshot(recorder).hosts
    assert host.busy == report.rows["self_time"].sum() + report.rows["worker_time"].sum() > 0
