"""What a notebook keeps of a trace."""

import base64
import html
import io
import json
import re

import numpy as np
import pytest
from PIL import Image, ImageColor

from tests.unit.tracing.traced_programs import sum_of_logs
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tests.unit.views.notebook.unpacking import front_end_of
from tffsim.views.figures.theme import LIGHT
from tffsim.views.notebook.mime_bundle import mime_bundle
from tffsim.views.notebook.page import FRONT_END
from tffsim.views.panels.sentence import told


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1]


def test_of_a_very_large_trace_a_notebook_keeps_a_page_with_some_spans(trace, monkeypatch):
    whole = mime_bundle(trace.snapshot)["text/html"]
    monkeypatch.setattr("tffsim.views.notebook.page.MAX_SPANS_EMBEDDED", 10)
    thinned = mime_bundle(trace.snapshot)["text/html"]
    assert "<iframe" in thinned and len(thinned) < len(whole)


def test_a_trace_of_nothing_is_one_line_and_no_page():
    _, nothing = traced(lambda: None)
    assert mime_bundle(nothing.snapshot) == {"text/plain": "Trace: 0 invocations, 0 spans, 0 executors, 0 threads"}


def test_a_small_run_adds_little_to_a_notebook_and_each_view_stands_alone(trace):
    shown = mime_bundle(trace.snapshot)
    assert len(json.dumps(shown)) <= 120_000
    assert front_end_of(html.unescape(shown["text/html"])) == FRONT_END.read_text(encoding="utf-8")


def test_the_still_picture_is_small_and_has_the_sentence_as_its_text(trace):
    shown = mime_bundle(trace.snapshot)
    assert len(base64.b64decode(shown["image/png"])) <= 19_000
    picture = re.search(r'<img alt="([^"]*)" src="data:image/webp;base64,([^"]*)">', shown["text/html"])
    assert picture[1] == html.escape(told(trace.snapshot))
    by_itself, in_page = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(image))).convert("RGB"))
        for image in (shown["image/png"], picture[2])
    )
    np.testing.assert_array_equal(by_itself, in_page)


def test_crimson_stays_crimson_in_the_still_picture():
    trace = traced(sum_of_logs, [1.0, -1.0])[1]
    picture = Image.open(io.BytesIO(base64.b64decode(mime_bundle(trace.snapshot)["image/png"]))).convert("RGB")
    wrong = ImageColor.getrgb(LIGHT.wrong)
    assert sum(count for count, colour in picture.getcolors(1 << 24) if colour == wrong) > 100


def test_the_html_has_no_empty_line_which_would_end_it_in_markdown(trace):
    before_page, _, _ = mime_bundle(trace.snapshot)["text/html"].partition("<iframe")
    assert "\n" not in before_page and "Where the time went" in before_page
