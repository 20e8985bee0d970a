"""Spans of another process become part of a trace."""

import asyncio

import federated_language as fl
import numpy as np
import pytest
from federated_language import framework

from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.language import federated_lambdas
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, INVOKE
from tffsim.tracing.document.references import check_references
from tffsim.tracing.document.snapshot import ExecutorInfo
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.reports import Adopter, NodeMarks, reporting, take_report
from tffsim.tracing.recording.spans import Span

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


def report_of_identity(**options):
    """Returns the report of a stack for clients 4 and 5 of 9, which embeds and computes two numbers."""

    async def work():
        handle = await stack.create_value([1.5, 2.5], FLOATS)
        assert await handle.compute() == [1.5, 2.5]
        with pytest.raises(TypeError):
            await stack.create_call(await stack.create_value(federated_lambdas.identity(FLOATS).to_proto()), None)

    stack = WorkerStacks().make(2, 4, 9, True)
    with reporting(NodeMarks()) as recorder:
        asyncio.run(work())
    return take_report(recorder, **{"has_values": True, "has_left_clients": True, **options})


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
    Adopter("far away").adopt(parent, report, offset)
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
    adopter.adopt(parent, report, 0)
    count = len(recorder.layers)
    adopter.adopt(parent, report, 0)
    assert len(recorder.layers) == count
    Adopter("elsewhere").adopt(parent, report, 0)
    assert len(recorder.layers) == 2 * count - 1


def test_times_are_those_of_the_clock_here_and_lie_within_the_parent(recorder, parent):
    report = report_of_identity()
    first = int(report.rows["start"].min())
    snapshot = adopted(recorder, parent, report, offset=first - 5000)
    far = snapshot.columns["host"] == 0
    assert snapshot.columns["start"][far].min() + recorder.started == 5000
    report.rows["start"] = -1
    Adopter("far away").adopt(parent, report, offset=0)
    assert take_snapshot(recorder).columns["start"].min() + recorder.started >= 0


def test_numbers_and_crossings_can_be_left_out():
    told = report_of_identity()
    assert 1.5 in told.rows["scalar"]
    hidden = report_of_identity(has_values=False)
    assert not hidden.rows["has_scalar"].any()
    assert np.isnan(hidden.rows["scalar"]).all()
    kept = report_of_identity(has_left_clients=False)
    assert not ((kept.rows["operation"] == COMPUTE) & (kept.rows["client"] >= 0)).any()


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
    Adopter("far away").adopt(span, report, 0)
    assert recorder.num_recorded == 3
    assert recorder.num_dropped == len(report.rows) - 3


def test_a_mark_stands_for_a_node_of_the_other_process():
    marks = NodeMarks()
    assert marks.mark(7) is marks.mark(7)
    assert marks.number(marks.mark(7), -1) == 7
    assert marks.number(framework.Reference("x", FLOATS), 3) == 3


def test_a_stack_for_a_worker_is_recorded_only_if_it_is_asked_for():
    async def work(stack):
        await (await stack.create_value([1.5], fl.FederatedType(np.float32, fl.CLIENTS))).compute()

    with reporting(NodeMarks()) as recorder:
        asyncio.run(work(WorkerStacks().make(1, 0, 1)))
    assert not recorder.num_recorded
