"""Traces as messages to the front end."""

import dataclasses
import json

import numpy as np
import pytest

import tffsim as tff
from tests.unit.fake_time import FakeClock
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tests.unit.views.panels.test_value_picture import doubled
from tffsim.traces.trace import Trace
from tffsim.tracing.document.schema import NUMBERS_FOR_VIEWS, TIMES_FOR_VIEWS
from tffsim.tracing.recording.span_rows import SPAN_DTYPE
from tffsim.tracing.recording.subscription import Batch
from tffsim.tracing.recording.wire_bytes import Amount
from tffsim.views.notebook.feed import Feed
from tffsim.views.panels import panel_data
from tffsim.views.panels.declared import DECLARED


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def columns_of(message):
    content, (ints, times, _) = message
    # A message may bring words only.
    rows = [len(NUMBERS_FOR_VIEWS) + 1, len(TIMES_FOR_VIEWS)]
    return (
        np.frombuffer(ints, "<i4").reshape(rows[0], content["count"]),
        np.frombuffer(times, "<f8").reshape(rows[1], content["count"]),
    )


def test_everything_holds_all_spans_and_their_descriptions(trace):
    (message,) = Feed(trace.source).everything(finished=True)
    content = message[0]
    ints, times = columns_of(message)
    assert content["reset"] and content["finished"] and content["running"] == 0
    assert ints[0].tolist() == list(range(trace.spans.num_rows))
    assert (times[1] >= times[0]).all()
    description = content["description"]
    assert description["title"] == "mean_of_doubles"
    assert [executor["name"] for executor in description["executors"]] == trace.executors.shown("name").tolist()
    assert description["graph"]["calls"] and description["traffic"]
    json.dumps(content)


def test_the_sentence_is_told_whatever_panels_are_shown(trace):
    ((content, _),) = Feed(trace.source, panels=["stack"]).everything(finished=True)
    assert "".join(text for text, _ in content["description"]["program"]["sentence"]).startswith("3 clients each ran")


def test_a_large_trace_goes_in_several_messages(trace):
    messages = Feed(trace.source).everything(finished=True, spans_per_message=7)
    assert [content["reset"] for content, _ in messages] == [True] + [False] * (len(messages) - 1)
    assert [content["finished"] for content, _ in messages] == [False] * (len(messages) - 1) + [True]
    numbers = [number for message in messages for number in columns_of(message)[0][0].tolist()]
    assert numbers == list(range(trace.spans.num_rows))
    assert max(content["count"] for content, _ in messages) == 7


def test_spans_under_way_go_together_last():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        mean_of_doubles([1.0, 2.0])
    snapshot = trace.frozen().snapshot
    outcome = snapshot.columns["outcome"].copy()
    outcome[[0, 3, 20]] = 3
    unfinished = Trace(dataclasses.replace(snapshot, columns={**snapshot.columns, "outcome": outcome}))
    messages = Feed(unfinished.source).everything(finished=False, spans_per_message=7)
    assert [content["running"] for content, _ in messages] == [0] * (len(messages) - 1) + [3]
    assert columns_of(messages[-1])[0][0][-3:].tolist() == [0, 3, 20]
    content, columns = Feed(unfinished.source).whole()
    assert content["running"] == 3 and columns.numbers[0][-3:].tolist() == [0, 3, 20]
    assert sorted(columns.numbers[0].tolist()) == list(range(snapshot.num_spans))


def test_updates_together_hold_every_span_once():
    messages = []
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        feed = Feed(trace.source)
        trace.recorder.subscribe(lambda batch: messages.append(feed.update(batch)), interval=0.01)
        for _ in range(20):
            mean_of_doubles([1.0, 2.0])
    ended = []
    for message in messages:
        num_ended = message[0]["count"] - message[0]["running"]
        ended += columns_of(message)[0][0][:num_ended].tolist()
    assert sorted(ended) == list(range(trace.spans.num_rows))
    assert messages[-1][0]["finished"]
    told = []
    for content, _ in messages:
        if "invocations" in content["description"]:
            assert content["description"]["invocations_from"] == len(told)
            told += content["description"]["invocations"]
    assert [call["name"] for call in told] == ["mean_of_doubles"] * 20
    assert messages[-1][0]["description"]["graph"]["calls"]


def test_details_tell_type_value_and_inputs(trace):
    call = int(np.flatnonzero(trace.spans.shown("operation") == "create_call")[-1])
    lines = dict(Feed(trace.source).details(call)["lines"])
    assert lines["type"] == "float32" and lines["value"] == "6" and "input 0" in lines
    assert Feed(trace.source).details(10**9)["lines"] == []


def test_details_have_the_numbers_of_an_array():
    with tff.trace() as trace:
        doubled(np.eye(28, dtype=np.float32))
    call = int(np.flatnonzero(trace.spans.shown("operation") == "create_call")[-1])
    assert Feed(trace.source).details(call)["drawn"]["grid"] == [8, 8]


def told_while_it_runs(monkeypatch, pauses, costs, spent_of_clock=1.0):
    """Returns which sums came in the messages after pauses, if those of a panel cost so many seconds."""
    clock, nothing_new = FakeClock(), Batch(np.zeros(0, SPAN_DTYPE), [], 0, is_last=False)

    def data_of(_, panels):
        (panel,) = panels
        clock.advance(costs.get(panel, 0))
        return {panel: {}} if panel in costs else {}

    monkeypatch.setattr("tffsim.views.notebook.feed.data_of_spans", data_of)
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        mean_of_doubles([1.0, 2.0])
        feed = Feed(trace.source, clock=clock, spent=lambda: clock() * spent_of_clock)
        told = []
        for pause in pauses:
            clock.advance(pause)
            told.append({*feed.update(nothing_new)[0]["description"]} & {*costs})
    return told


def test_sums_over_all_spans_take_a_small_share_of_the_time(monkeypatch):
    told = told_while_it_runs(monkeypatch, (0, 0.6, 0, 32, 0.9, 150, 34), {"program": 1.0, "graph": 1.0})
    both = {"program", "graph"}
    # The first time tells nothing of what the next one costs.
    assert told == [both, both, set(), set(), {"program"}, {"program"}, both]


def test_the_sentence_and_the_tabs_do_not_wait_for_sums_that_cost_more(monkeypatch):
    told = told_while_it_runs(monkeypatch, (0, 0.6, 0.6, 0.6), {"program": 0.015, "traffic": 0.1})
    assert told == [{"program", "traffic"}, {"program", "traffic"}, {"program"}, {"program"}]


def test_sums_of_a_large_trace_wait_for_its_end_but_its_sentence_does_not(monkeypatch):
    monkeypatch.setattr("tffsim.views.notebook.feed._MAX_SPANS_SUMMED_LIVE", -1)
    assert told_while_it_runs(monkeypatch, (0, 1), {"program": 0, "graph": 0}) == [{"program"}, {"program"}]


def test_sums_that_had_to_wait_for_others_come_again_soon(monkeypatch):
    told = told_while_it_runs(monkeypatch, (0, 0.4, 0.6), {"graph": 1.0}, spent_of_clock=1 / 1000)
    assert told == [{"graph"}, set(), {"graph"}]


def test_what_happens_to_hosts_is_told_though_no_span_has_ended():
    with tff.trace() as recorded:
        feed = Feed(recorded.source)
        feed.everything(finished=False)
        empty = Batch(np.empty(0, SPAN_DTYPE), [], 0, is_last=False)
        feed.update(empty)
        assert "hosts" not in feed.update(empty)[0]["description"]
        recorded.recorder.hosts.note_health("lab:9", "lost", "connection refused")
        (box,) = feed.update(empty)[0]["description"]["hosts"]
        assert (box["health"], box["detail"]) == ("lost", "connection refused")
        assert "hosts" not in feed.update(empty)[0]["description"]
        recorded.recorder.hosts.note_wire("lab:9", {-1: Amount(5, 0, 1)})
        others = Feed(recorded.source, panels=["ast"])
        assert [name for _ in range(2) for name in others.update(empty)[0]["description"] if name == "hosts"] == []
        assert "5 B" in feed.update(empty)[0]["description"]["hosts"][0]["lines"][0]


def test_when_a_call_begins_again_all_is_told_anew_and_what_was_given_up_is_of_no_client():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        mean_of_doubles([1.0, 2.0])
        feed = Feed(trace.source)
        feed.everything(finished=False)
        assert not feed.is_overtaken
        trace.recorder.invocations[0].counted_from = trace.recorder.now()
        trace.recorder.hosts.begin_again(0)
        assert feed.is_overtaken
        (message,) = feed.everything(finished=False)
    assert message[0]["reset"] and not feed.is_overtaken
    ints, _ = columns_of(message)
    assert set(ints[1 + NUMBERS_FOR_VIEWS.index("client")].tolist()) == {-1}
    assert (trace.spans["client"] >= 0).any()


def fail(_):
    raise ZeroDivisionError("nothing to divide by")


@pytest.mark.parametrize("data", ["graph", "program", "ast", "hosts"])
def test_a_panel_whose_data_cannot_be_made_is_told_of_once_and_the_others_have_theirs(monkeypatch, caplog, data):
    for kind in ("_OF_SPANS", "_OF_LEGEND"):
        known = getattr(panel_data, kind)
        monkeypatch.setattr(panel_data, kind, {name: fail if name == data else make for name, make in known.items()})
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        mean_of_doubles([1.0, 2.0])
        feed = Feed(trace.source)
        feed.everything(finished=False)
        trace.recorder.hosts.note_health("lab:9", "lost", "connection refused")
        feed.update(Batch(np.empty(0, SPAN_DTYPE), [], 0, is_last=False))
        ((content, _),) = feed.everything(finished=True)
    of_panel = next(panel for panel in DECLARED.values() if data in panel.data)
    assert panel_data.PANEL_DATA - {*content["description"]} == {*of_panel.data} - {"spans"}
    (record,) = caplog.records
    assert record.message.startswith(f"The panel {of_panel.title} cannot show this trace.") and record.exc_info


def test_the_data_of_a_panel_that_failed_come_as_soon_as_they_can_be_made(monkeypatch, trace):
    feed = Feed(trace.source)
    with monkeypatch.context() as patched:
        patched.setitem(panel_data._OF_SPANS, "graph", fail)
        assert "graph" not in feed.whole()[0]["description"]
    assert "graph" in feed.whole()[0]["description"]
