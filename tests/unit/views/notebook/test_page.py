"""Traces as messages to the front end, and as pages that stand alone."""

import base64
import dataclasses
import itertools
import json
import re
import time
import types
import zlib

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.traces.trace import Trace
from tffsim.tracing.document.operations import RUNNING
from tffsim.tracing.recording.spans import SPAN_DTYPE
from tffsim.tracing.recording.subscription import Batch
from tffsim.views import PANELS
from tffsim.views.notebook import trace_view
from tffsim.views.notebook.feed import Feed
from tffsim.views.notebook.mime_bundle import mime_bundle
from tffsim.views.notebook.page import frame, page
from tffsim.views.notebook.trace_view import TraceView
from tffsim.views.panels.graph_summary import graph_summary

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def columns_of(message):
    content, (ints, times) = message
    return (
        np.frombuffer(ints, "<i4").reshape(10, content["count"]),
        np.frombuffer(times, "<f8").reshape(5, content["count"]),
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


def test_a_page_keeps_times_to_a_fraction_of_a_microsecond_in_their_order(trace):
    data = json.loads(re.search(r'id="tffsim-trace">(.*?)</script>', page(trace.snapshot), re.DOTALL)[1])
    kept, exact = (
        np.frombuffer(zlib.decompress(base64.b64decode(data["buffers"][1])), "<f8").reshape(5, -1),
        columns_of(Feed(trace.source).everything(finished=True)[0])[1],
    )
    assert np.abs(kept - exact).max() < 1e-4
    assert (kept[1] >= kept[0]).all()
    assert (np.diff(kept[0][np.argsort(exact[0])]) >= 0).all()


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


def test_a_trace_shows_itself_in_a_notebook_and_is_a_line_elsewhere(trace, monkeypatch):
    assert trace._repr_mimebundle_() == {"text/plain": repr(trace)}
    monkeypatch.setattr("tffsim.traces.trace.is_in_kernel", lambda: True)
    assert set(trace._repr_mimebundle_()) == {"text/html", "image/png", "text/plain"}


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_can_be_shown_alone(trace, name):
    assert trace.show(name).panels == [name]


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


def test_a_page_loads_nothing_and_runs_nothing_that_a_trace_says():
    evil = tff.tf_computation(lambda x: x, tff.StructType([("a", np.float32)]))
    evil.__name__ = EVIL
    trace = traced(evil, {"a": 1.0})[1]
    for text in (page(trace.snapshot), page(trace.snapshot, title=EVIL)):
        assert "<script>alert" not in text and "<img" not in text
        scripts = re.findall(r"<script[^>]*>", text)
        assert scripts == ['<script type="application/json" id="tffsim-trace">', '<script type="module">']
        assert not re.search(r"""(?:src|href)\s*=\s*["']https?:""", text)
        assert "default-src 'none'" in text
    assert "<script" not in frame(trace.snapshot)


def test_a_page_is_written_to_a_file(trace, tmp_path):
    trace.to_html(tmp_path / "t.html")
    assert (tmp_path / "t.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_view_shows_only_panels_that_there_are(trace):
    assert trace.show("stack", "clients").panels == ["stack", "clients"]
    with pytest.raises(ValueError, match="no panel 'cake'"):
        TraceView(trace.source, ["cake"])


def refuse(*_):
    raise LookupError("no cell is known in this thread")


def test_a_view_that_cannot_send_says_so_in_one_sentence(monkeypatch, caplog):
    monkeypatch.setattr(TraceView, "send", refuse)
    with tff.trace() as live:
        view = live.show()
        assert [mean_of_doubles([1.0]) for _ in range(3)] == [2.0] * 3
    view.close()
    (record,) = caplog.records
    assert record.exc_info is None
    assert re.fullmatch(r"This view is not live, because ipykernel \S+ cannot .*no cell is known.*\.", record.message)


def test_where_an_ipykernel_is_known_to_fail_the_sentence_says_what_to_install(trace, monkeypatch, caplog):
    monkeypatch.setattr("importlib.metadata.version", lambda _: "7.0.1")
    view = trace.show()
    monkeypatch.setattr(view, "send", refuse)
    for span in (0, 1):
        view._receive(view, {"kind": "inspect", "span": span}, [])
    (record,) = caplog.records
    assert record.message.endswith(": install another one with `pip install 'ipykernel!=7.0.*'`.")


def test_a_view_answers_what_the_front_end_asks(trace, monkeypatch):
    view = trace.show()
    sent = []
    monkeypatch.setattr(view, "send", lambda content, buffers=None: sent.append(content))
    for _ in range(2):
        view._receive(None, {"kind": "ready", "listener": "a"}, [])
    view._receive(None, {"kind": "inspect", "span": 3}, [])
    view._receive(None, {"kind": "previews", "spans": [0, 3, "x", 10**9]}, [])
    view._receive(None, {"kind": "ready", "listener": "b"}, [])
    for nonsense in ({"kind": "nonsense"}, {"kind": "inspect", "span": "x"}, {"kind": "ready"}, {"kind": "previews"}):
        view._receive(None, nonsense, [])
    assert [content["kind"] for content in sent] == ["heard", "batch", "details", "previews", "heard", "batch"]
    assert set(sent[3]["previews"]) == {"0", "3"}


def test_a_view_of_a_finished_trace_is_kept_by_the_notebook(trace, monkeypatch):
    view = trace.show("stack", title="Round 7")
    assert set(view._repr_mimebundle_()) == {"text/plain"}
    monkeypatch.setattr("tffsim.views.notebook.trace_view.is_in_kernel", lambda: True)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"} and "Round 7" in bundle["text/html"]
    with tff.trace() as unfinished:
        data, _ = unfinished.show()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data


def test_a_very_large_trace_is_not_put_into_a_notebook(trace, monkeypatch):
    monkeypatch.setattr("tffsim.views.notebook.mime_bundle.MAX_SPANS_EMBEDDED", 10)
    shown = mime_bundle(trace.snapshot)["text/html"]
    assert "too large" in shown and "<iframe" not in shown and "<table" in shown


def test_a_front_end_that_does_not_answer_is_told_everything_ever_more_rarely(monkeypatch):
    sent = []
    seconds = itertools.count(time.monotonic(), 0.05)
    with tff.trace() as trace:
        view = trace.show()
        view._subscription.close()
        monkeypatch.setattr(trace_view, "time", types.SimpleNamespace(monotonic=lambda: next(seconds)))
        monkeypatch.setattr(view, "send", lambda content, buffers=None: sent.append(content["reset"]))
        for _ in range(200):
            view._send_batch(Batch(np.zeros(0, SPAN_DTYPE), [], 0, is_last=False))
    assert len(sent) == 200
    assert 3 <= sent.count(True) <= 6
    assert not any(sent[-50:])


def test_the_graph_tells_which_spans_of_clients_it_collapsed(trace):
    calls = graph_summary(trace.snapshot)["calls"]
    collapsed = [call for call in calls if call["placement"] == "clients" and call["count"] > 1]
    clients = trace.snapshot.columns["client"]
    assert collapsed
    assert [sorted(clients[call["members"]].tolist()) for call in collapsed] == [[0, 1, 2]] * len(collapsed)
    assert all(call["span"] in call["members"] for call in collapsed)


def test_the_graph_is_of_the_last_invocation_that_ended():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        mean_of_doubles([1.0, 2.0])
        mean_of_doubles([1.0, 2.0])
    snapshot = trace.frozen().snapshot
    outcome = snapshot.columns["outcome"].copy()
    outcome[snapshot.invocations[1].span] = RUNNING
    unfinished = Trace(dataclasses.replace(snapshot, columns={**snapshot.columns, "outcome": outcome}))
    spans = [call["span"] for call in graph_summary(unfinished.snapshot)["calls"]]
    assert set(snapshot.columns["invocation"][spans].tolist()) == {snapshot.invocations[0].span}
    finished = [call["span"] for call in graph_summary(trace.snapshot)["calls"]]
    assert set(snapshot.columns["invocation"][finished].tolist()) == {snapshot.invocations[1].span}
