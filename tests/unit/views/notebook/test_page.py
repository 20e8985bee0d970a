"""Traces as pages that stand alone."""

import base64
import json
import re
import zlib

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.views.notebook.feed import Feed
from tffsim.views.notebook.page import frame, page

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_a_page_keeps_times_to_a_fraction_of_a_microsecond_in_their_order(trace):
    ((_, (_, times)),) = Feed(trace.source).everything(finished=True)
    data = json.loads(re.search(r'id="tffsim-trace">(.*?)</script>', page(trace.snapshot), re.DOTALL)[1])
    kept, exact = (
        np.frombuffer(zlib.decompress(base64.b64decode(data["buffers"][1])), "<f8").reshape(5, -1),
        np.frombuffer(times, "<f8").reshape(5, -1),
    )
    assert np.abs(kept - exact).max() < 1e-4
    assert (kept[1] >= kept[0]).all()
    assert (np.diff(kept[0][np.argsort(exact[0])]) >= 0).all()


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
