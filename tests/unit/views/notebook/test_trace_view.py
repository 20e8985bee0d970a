"""Views in a notebook: what they show, and what the front end asks them."""

import re

import numpy as np
import pytest

import tffsim as tff
from tests.unit.fake_time import FakeClock
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.tracing.recording.span_rows import SPAN_DTYPE
from tffsim.tracing.recording.subscription import Batch
from tffsim.views import PANELS
from tffsim.views.notebook.trace_view import TraceView


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_a_trace_shows_itself_in_a_notebook_and_is_a_line_elsewhere(trace, monkeypatch):
    assert trace._repr_mimebundle_() == {"text/plain": repr(trace)}
    with pytest.raises(NotImplementedError):
        trace._ipython_display_()
    monkeypatch.setattr("tffsim.traces.trace.is_in_kernel", lambda: True)
    assert set(trace._repr_mimebundle_()) == {"text/html", "image/png", "text/plain"}


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_can_be_shown_alone(trace, name):
    assert trace.show(name).panels == [name]


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
    assert sum(map(len, sent[3]["previews"].values())) == 2


def test_a_view_of_a_finished_trace_is_kept_by_the_notebook(trace, monkeypatch):
    view = trace.show("stack", title="Round 7")
    assert set(view._repr_mimebundle_()) == {"text/plain"}
    monkeypatch.setattr("tffsim.views.notebook.trace_view.is_in_kernel", lambda: True)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"} and "Round 7" in bundle["text/html"]
    with tff.trace() as unfinished:
        data, _ = unfinished.show()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data


def test_a_front_end_that_does_not_answer_is_told_everything_ever_more_rarely(monkeypatch):
    sent, clock = [], FakeClock()
    with tff.trace() as trace:
        view = TraceView(trace.source, clock=clock)
        view._subscription.close()
        monkeypatch.setattr(view, "send", lambda content, buffers=None: sent.append(content["reset"]))
        for _ in range(200):
            clock.advance(0.1)
            view._send_batch(Batch(np.zeros(0, SPAN_DTYPE), [], 0, is_last=False))
    assert len(sent) == 200
    assert 3 <= sent.count(True) <= 6
    assert not any(sent[-50:])


def test_of_a_call_that_was_refused_nothing_is_left(monkeypatch):
    shown = []
    monkeypatch.setattr("tffsim.views.notebook.trace_view.is_in_kernel", lambda: True)
    monkeypatch.setattr("tffsim.views.notebook.trace_view.LiveOutputs.display", lambda self: None)
    monkeypatch.setattr("tffsim.views.notebook.trace_view.LiveOutputs.update", lambda self, now: shown.extend(now))
    with tff.trace() as trace:
        trace.show()._ipython_display_()
        with pytest.raises(tff.ArgumentError):
            mean_of_doubles(1.0)
    assert [output.data for output in shown] == 2 * [{"text/html": ""}]
