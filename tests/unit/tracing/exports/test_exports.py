"""Traces in the formats of other tools."""

import collections
import csv
import dataclasses
import json
import os
import re
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, traced
from tffsim.traces.trace import Trace
from tffsim.tracing.document.type_info import TypeInfo
from tffsim.tracing.exports import FORMATS, export
from tffsim.tracing.exports.dot import quoted
from tffsim.tracing.exports.opentelemetry import export_spans
from tffsim.tracing.exports.plain_reader import PlainReader
from tffsim.tracing.exports.slices import place_slices

HOSTILE = '<script>alert("1")</script>\\" --> $\\frac$\n\x1b[2J\x00&amp;]]>'


@tff.tf_computation(np.float32)
def refuse(x):
    import tensorflow as tf

    tf.debugging.assert_less(x, 0.0, "too large")
    return x


@tff.federated_computation(FLOATS)
def refuse_all(values):
    return tff.federated_sum(tff.federated_map(refuse, values))


@pytest.fixture(scope="module")
def trace():
    """A trace with worker threads."""

    @tff.tf_computation(np.float32)
    def add_to_itself(x):
        return x + x

    @tff.federated_computation(FLOATS)
    def mean_of_doubles(values):
        return tff.federated_mean(tff.federated_map(add_to_itself, values))

    # Whether a call is short depends on the machine, and on the tests that ran before.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tffsim.concurrency.call_duration.SHORT_SECONDS", 0.0)
        return traced(mean_of_doubles, [float(n) for n in range(20)])[1].frozen()


@pytest.fixture(scope="module")
def failed():
    with tff.trace() as trace, tff.use(tff.local_executor_factory()), pytest.raises(tff.ExecutionError):
        refuse_all([1.0])
    return trace.frozen()


@pytest.fixture(scope="module")
def hostile(failed):
    """The trace of a file from someone who means harm: all its texts are awkward."""
    snapshot = failed.snapshot
    return Trace(
        dataclasses.replace(
            snapshot,
            executors=[dataclasses.replace(e, name=HOSTILE, role=HOSTILE) for e in snapshot.executors],
            threads=[dataclasses.replace(thread, name=HOSTILE) for thread in snapshot.threads],
            types=[TypeInfo(HOSTILE, members=(HOSTILE,))] * len(snapshot.types),
            nodes=[dataclasses.replace(node, label=HOSTILE, type=HOSTILE) for node in snapshot.nodes],
            invocations=[dataclasses.replace(call, name=HOSTILE) for call in snapshot.invocations],
            errors=dict.fromkeys(snapshot.errors, HOSTILE),
        )
    )


@pytest.fixture
def timeline(tmp_path):
    """Exports a trace for Perfetto and returns its events by their phase."""

    def timeline(trace):
        trace.export(tmp_path / "t.json")
        document = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
        events = collections.defaultdict(list)
        for event in document["traceEvents"]:
            events[event["ph"]].append(event)
        return events

    return timeline


def interval(event):
    start = round(event["ts"] * 1000)
    return start, start + round(event["dur"] * 1000)


def overlapping(intervals):
    """Returns the intervals that are neither disjoint nor inside each other."""
    found, around = [], []
    for start, end in sorted(intervals, key=lambda i: (i[0], -i[1])):
        while around and around[-1] <= start:
            around.pop()
        if around and end > around[-1]:
            found.append((start, end))
        around.append(end)
    return found


# Choosing a format.


def test_the_ending_of_the_name_tells_the_format(trace, tmp_path):
    for ending, beginning in ((".json", "{"), (".graphml", "<"), (".dot", "digraph")):
        trace.export(tmp_path / f"t{ending}")
        assert (tmp_path / f"t{ending}").read_text(encoding="utf-8").startswith(beginning)


def test_a_name_that_tells_no_format_is_refused_with_the_formats(trace, tmp_path):
    with pytest.raises(ValueError, match=r"'t\.txt' does not tell .*perfetto, graphml, dot, csv"):
        trace.export(tmp_path / "t.txt")


def test_an_unknown_format_is_refused_with_the_formats(trace, tmp_path):
    with pytest.raises(ValueError, match=r"no export format 'pdf'.*perfetto, graphml, dot, csv"):
        export(trace, tmp_path / "t.json", "pdf")


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_trace_can_be_exported(format_, tmp_path):
    with tff.trace() as trace:
        pass
    trace.export(tmp_path / "t", format_)
    assert (tmp_path / "t").exists()


def test_exporting_does_not_load_tensorflow(trace, tmp_path):
    trace.save(tmp_path / "t.tfftrace")
    code = (
        "import sys, tffsim\n"
        "trace = tffsim.load_trace('t.tfftrace')\n"
        f"for name in {FORMATS}: trace.export('out-' + name, name)\n"
        "print('tensorflow' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "False\n", done.stderr


# Perfetto.


def test_the_timeline_has_every_span_with_its_times(trace, timeline):
    spans = {event["args"]["span"]: event for event in timeline(trace)["X"] if event["cat"] == "span"}
    assert sorted(spans) == list(range(trace.spans.num_rows))
    for number, event in spans.items():
        assert interval(event) == (trace.spans["start"][number], trace.spans["end"][number])


def test_slices_of_a_lane_are_disjoint_or_inside_each_other(trace, timeline):
    lanes = collections.defaultdict(list)
    for event in timeline(trace)["X"]:
        lanes[event["tid"]].append(interval(event))
    assert len(lanes) > len(trace.snapshot.threads)  # Coroutines of one thread overlap.
    assert [overlapping(intervals) for intervals in lanes.values()] == [[]] * len(lanes)


def test_a_slice_inside_another_was_caused_by_it(trace):
    placed = place_slices(trace.snapshot)
    inside = [s for s in placed if s.cause is not None and s.arrow_from is None]
    assert inside
    for slice_ in inside:
        assert slice_.lane is slice_.cause.lane
        assert slice_.cause.start <= slice_.start <= slice_.end <= slice_.cause.end


def test_work_in_a_worker_thread_is_a_slice_of_that_thread(trace, timeline):
    events = timeline(trace)
    lanes = {event["tid"]: event["args"]["name"] for event in events["M"] if event["name"] == "thread_name"}
    work = {event["args"]["span"]: event for event in events["X"] if event["cat"] == "work"}
    assert sorted(work) == np.flatnonzero(trace.spans["worker_time"]).tolist()
    for span, event in work.items():
        row = trace.spans.row(span)
        start, end = interval(event)
        assert lanes[event["tid"]] == row["worker"]
        assert row["start"] <= start <= end <= row["end"]
        assert end - start == row["worker_time"]


def test_arrows_lead_from_a_slice_to_one_that_it_caused_on_another_lane(trace, timeline):
    events = timeline(trace)
    slices = collections.defaultdict(list)
    for event in events["X"]:
        slices[event["tid"]].append(event)
    ends = {event["id"]: event for event in events["f"]}
    assert len(events["s"]) == len(ends) > 0
    for start in events["s"]:
        cause, effect = (_slice_at(slices[arrow["tid"]], arrow["ts"]) for arrow in (start, ends[start["id"]]))
        assert ends[start["id"]]["bp"] == "e"
        assert start["tid"] != ends[start["id"]]["tid"]
        expected = effect["args"]["span"] if effect["cat"] == "work" else trace.spans["parent"][effect["args"]["span"]]
        assert cause["args"]["span"] == expected


def _slice_at(slices, moment):
    """Returns the innermost slice at a moment, to which Perfetto attaches an arrow."""
    around = [event for event in slices if event["ts"] <= moment and interval(event)[1] >= round(moment * 1000)]
    return max(around, key=lambda event: (event["ts"], event["args"]["span"]))


def test_a_slice_tells_about_its_span(trace, timeline):
    (event, *_) = [
        e for e in timeline(trace)["X"] if e["name"] == "EagerTFExecutor.create_call" and e["args"].get("client") == 3
    ]
    assert event["args"].items() >= {
        "executor": "EagerTFExecutor · clients 0-19", "operation": "create_call", "outcome": "ok", "client": 3,
        "node": "call federated_map", "type": "float32", "size": 4, "value": "6",
    }.items()  # fmt: skip


@pytest.mark.parametrize(("name", "lowest"), [("trace", 0), ("failed", -1)])
def test_a_slice_tells_the_type_and_size_of_its_value_whatever_its_number(name, lowest, request, timeline):
    trace = request.getfixturevalue(name)
    columns, types = trace.snapshot.columns, trace.snapshot.type_texts
    told = {e["args"]["span"]: e["args"] for e in timeline(trace)["X"] if e["cat"] == "span"}
    assert 0 in columns["type"] and columns["type"].min() == lowest
    for span, (number, size) in enumerate(zip(columns["type"].tolist(), columns["size"].tolist(), strict=True)):
        expected = (types[number], size) if number >= 0 else (None, None)
        assert (told[span].get("type"), told[span].get("size")) == expected


def test_a_slice_tells_the_times_of_its_span_in_microseconds(trace, timeline):
    columns = trace.snapshot.columns
    told = {e["args"]["span"]: e["args"] for e in timeline(trace)["X"] if e["cat"] == "span"}
    for span, arguments in told.items():
        assert arguments["self time (µs)"] == columns["self_time"][span] / 1000
        for name in ("queue", "worker"):
            expected = columns[f"{name}_time"][span] / 1000 if columns["worker"][span] >= 0 else None
            assert arguments.get(f"{name} time (µs)") == expected
    assert any("worker time (µs)" in arguments for arguments in told.values())


def test_the_root_slice_is_called_like_the_computation(trace, timeline):
    assert timeline(trace)["X"][0]["name"] == "mean_of_doubles"


def test_failed_spans_carry_their_error(failed, timeline):
    assert any("too large" in event["args"].get("error", "") for event in timeline(failed)["X"])


def test_lanes_are_numbered_from_one_and_named_after_their_thread(trace, timeline):
    names = {event["tid"]: event["args"]["name"] for event in timeline(trace)["M"] if event["name"] == "thread_name"}
    assert min(names) == 1
    assert names[1] == trace.snapshot.threads[0].name
    assert f"{names[1]} (2)" in names.values()


def test_the_lanes_of_a_thread_follow_each_other(trace, timeline):
    of_kind = collections.defaultdict(dict)
    for event in timeline(trace)["M"]:
        of_kind[event["name"]][event.get("tid")] = event["args"]
    places = {lane: arguments["sort_index"] for lane, arguments in of_kind["thread_sort_index"].items()}
    names = [of_kind["thread_name"][lane]["name"] for lane in sorted(places, key=places.get)]
    threads = [thread.name for thread in trace.snapshot.threads]
    assert len(names) == len(of_kind["thread_name"])
    assert names[:2] == [threads[0], f"{threads[0]} (2)"]


def test_a_span_that_starts_before_the_one_above_it_is_placed_all_the_same(trace):
    columns = {name: column.copy() for name, column in trace.snapshot.columns.items()}
    columns["start"][5] = -10
    snapshot = dataclasses.replace(trace.snapshot, columns=columns)
    assert all(slice_.lane is not None for slice_ in place_slices(snapshot))


# Graphs and tables.


def test_graphml_reads_back_as_the_same_graph(trace, tmp_path):
    trace.export(tmp_path / "t.graphml")
    graph, read = trace.graph(), nx.read_graphml(tmp_path / "t.graphml", force_multigraph=True)
    assert set(read) == {f"{kind} {number}" for kind, number in graph}
    assert read.size() == graph.size()
    call = next(node for node in graph if node[0] == "call")
    assert read.nodes[f"call {call[1]}"].items() >= graph.nodes[call].items()
    kinds = collections.Counter(kind for *_, kind in graph.edges(data="kind"))
    assert collections.Counter(kind for *_, kind in read.edges(data="kind")) == kinds


def test_graphml_of_a_hostile_trace_is_well_formed(hostile, tmp_path):
    hostile.export(tmp_path / "t.graphml")
    read = nx.read_graphml(tmp_path / "t.graphml")
    assert '<script>alert("1")' in read.nodes["call 1"]["executor"]


DOT_STRING = r'"(?:[^"\\\n]|\\["\\n])*"'


@pytest.mark.parametrize("name", ["trace", "hostile"])
def test_every_line_of_dot_is_a_statement_of_quoted_strings(name, request, tmp_path):
    trace = request.getfixturevalue(name)
    trace.export(tmp_path / "t.dot")
    first, style, *statements, last = (tmp_path / "t.dot").read_text(encoding="utf-8").splitlines()
    assert (first, style.strip()[:4], last) == ("digraph trace {", "node", "}")
    attribute = rf"\w+={DOT_STRING}"
    statement = re.compile(rf"  {DOT_STRING}(?: -> {DOT_STRING})? \[{attribute}(?:, {attribute})*\];")
    assert [line for line in statements if not statement.fullmatch(line)] == []
    assert len(statements) == len(trace.graph()) + trace.graph().size()


def test_dot_strings_escape_quotes_backslashes_and_line_breaks():
    assert quoted('a "b" \\N\nc') == r'"a \"b\" \\N\nc"'


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_a_file_per_table_with_texts(trace, tmp_path):
    trace.export(tmp_path / "tables", "csv")
    tables = {path.stem: read_csv(path) for path in (tmp_path / "tables").iterdir()}
    assert {name: len(rows) for name, rows in tables.items()} == {
        "spans": trace.spans.num_rows, "values": trace.values.num_rows, "executors": trace.executors.num_rows,
        "invocations": 1, "nodes": len(trace.nodes),
    }  # fmt: skip
    for number in (0, 30):
        row = {name: str(value) for name, value in trace.spans.row(number).items()}
        assert tables["spans"][number].items() >= row.items()
    assert tables["nodes"][0]["kind"] == "Lambda"
    assert tables["invocations"][0]["name"] == "mean_of_doubles"
    assert {row["preview"] for row in tables["values"]} >= {"38", "19"}


def test_csv_keeps_texts_with_quotes_and_line_breaks_in_their_cell(hostile, tmp_path):
    hostile.export(tmp_path / "tables", "csv")
    rows = read_csv(tmp_path / "tables" / "executors.csv")
    assert {row["name"] for row in rows} == {HOSTILE.replace("\x1b", "�").replace("\x00", "�")}


# OpenTelemetry.


def exported(trace, processor=SimpleSpanProcessor):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(processor(exporter))
    export_spans(trace.snapshot, provider)
    provider.shutdown()
    return exporter.get_finished_spans()


def test_opentelemetry_gets_every_span_with_its_parent_and_times(trace):
    spans = exported(trace)
    numbers = {span.context.span_id: number for number, span in enumerate(spans)}
    parents = [numbers[span.parent.span_id] if span.parent is not None else -1 for span in spans]
    assert parents == trace.spans["parent"].tolist()
    assert len({span.context.trace_id for span in spans}) == 1
    began = int(trace.snapshot.started_at * 1e9)
    assert [span.start_time - began for span in spans] == trace.spans["start"].tolist()
    assert [span.end_time - began for span in spans] == trace.spans["end"].tolist()


def test_opentelemetry_spans_have_names_and_attributes(trace):
    spans = exported(trace)
    assert spans[0].name == "mean_of_doubles"
    (call,) = [
        span for span in spans
        if span.name == "EagerTFExecutor.create_call" and span.attributes.get("tffsim.client") == 3
    ]  # fmt: skip
    assert dict(call.attributes) == {
        "tffsim.operation": "create_call", "tffsim.executor": "EagerTFExecutor · clients 0-19", "tffsim.client": 3,
        "tffsim.node": "call federated_map", "tffsim.type": "float32", "tffsim.size": 4, "tffsim.outcome": "ok",
    }  # fmt: skip


def test_failed_spans_have_an_error_status(failed):
    status = [span.status for span in exported(failed)]
    expected = failed.spans["outcome"] == "error"
    assert expected.any()
    assert [s.status_code is StatusCode.ERROR for s in status] == expected.tolist()
    assert any("too large" in (s.description or "") for s in status)


def test_a_span_of_the_caller_is_no_parent(trace):
    provider = TracerProvider()
    with provider.get_tracer("mine").start_as_current_span("outer"):
        assert exported(trace)[0].parent is None


def test_a_batch_processor_drops_nothing():
    trace = traced(mean_of_doubles, [1.0] * 150)[1]
    assert trace.spans.num_rows > 2048
    assert len(exported(trace, BatchSpanProcessor)) == trace.spans.num_rows


def test_without_a_tracer_provider_the_error_says_what_to_do(trace):
    with pytest.raises(ValueError, match="set_tracer_provider"):
        export_spans(trace.snapshot)


def test_without_opentelemetry_the_error_says_what_to_install(trace, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(ImportError, match=r"pip install tffsim\[opentelemetry\]"):
        export_spans(trace.snapshot)


def test_a_finished_trace_reads_inputs_and_previews_as_any_trace(trace):
    finished = PlainReader(trace.snapshot)
    spans = range(trace.spans.num_rows)
    assert [finished.inputs(span) for span in spans] == [trace.inputs(span) for span in spans]
    assert [finished.preview(span) for span in spans] == [trace.preview(span) for span in spans]


def test_a_trace_whose_times_make_no_sense_is_drawn_all_the_same(tmp_path):
    _, trace = traced(mean_of_doubles, [1.0, 2.0])
    columns = trace.snapshot.columns
    columns["start"][:], columns["end"][:] = 0, 1  # No value was there before it was used.
    assert "carry" in {kind for _, _, kind in trace.graph().edges(data="kind")}
    trace.export(tmp_path / "t.dot")
    assert 'tooltip="carry"' in (tmp_path / "t.dot").read_text()
