"""Traces as pages that stand alone."""

import base64
import html
import json
import re
import zlib

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tests.unit.views.notebook.unpacking import data_of, unpacked
from tffsim.tracing.document.schema import NUMBERS_FOR_VIEWS, TICK, TIMES_FOR_VIEWS
from tffsim.views.notebook.page import frame, page

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_a_page_keeps_times_to_a_fraction_of_a_microsecond_in_their_order(trace):
    exact = trace.snapshot.columns
    columns = unpacked(data_of(page(trace.snapshot))["packed"], trace.snapshot.num_spans)
    kept = {name: np.array(columns[name]) * TICK for name in TIMES_FOR_VIEWS}
    assert max(np.abs(kept[name] - exact[name]).max() for name in kept) < 100
    assert (kept["end"] >= kept["start"]).all()
    assert (np.diff(kept["start"][np.argsort(exact["start"])]) >= 0).all()


def test_a_page_keeps_whole_numbers_as_they_are(trace):
    columns = unpacked(data_of(page(trace.snapshot))["packed"], trace.snapshot.num_spans)
    for name in NUMBERS_FOR_VIEWS:
        assert columns[name] == trace.snapshot.columns[name].tolist()


@pytest.mark.parametrize("source", [True, False])
def test_a_page_holds_the_source_of_functions_unless_it_is_left_out(trace, tmp_path, source):
    trace.to_html(tmp_path / "t.html", source=source)
    data = data_of((tmp_path / "t.html").read_text(encoding="utf-8"))
    functions = json.loads(zlib.decompress(base64.b64decode(data["batch"])))["description"]["functions"]
    assert [function["name"] for function in functions] == [function.name for function in trace.functions]
    assert any(function["text"] for function in functions) == source


def test_a_page_loads_nothing_and_runs_nothing_that_a_trace_says():
    evil = tff.tf_computation(lambda x: x, tff.StructType([("a", np.float32)]))
    evil.__name__ = EVIL
    trace = traced(evil, {"a": 1.0})[1]
    for text in (page(trace.snapshot), page(trace.snapshot, title=EVIL)):
        assert "<script>alert" not in text and "<img" not in text
        scripts = re.findall(r"<script[^>]*>", text)
        assert scripts == [
            '<script/type="application/json"/id="tffsim-trace">',
            '<script/type="text/plain"/id="tffsim-front-end">',
            '<script/type="module">',
        ]
        assert not re.search(r"""(?:src|href)\s*=\s*["']https?:""", text)
        assert "default-src 'none'" in html.unescape(text)
    assert "<script" not in frame(trace.snapshot)


def test_a_page_explains_the_executors_that_are_there_and_no_others(trace):
    description = json.loads(zlib.decompress(base64.b64decode(data_of(page(trace.snapshot))["batch"])))["description"]
    there = {executor["name"] for executor in description["executors"]}
    for subject in ("words", "briefs"):
        assert {word for word in description[subject] if word.endswith("Executor")} == there
    assert "execution stack" in description["words"]


def test_a_page_is_written_to_a_file(trace, tmp_path):
    trace.to_html(tmp_path / "t.html")
    assert (tmp_path / "t.html").read_text(encoding="utf-8").startswith("<!doctype html>")
