"""Traces for the viewer of Perfetto."""

import collections
import json

import numpy as np
import pytest


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
