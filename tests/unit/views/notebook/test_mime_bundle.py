"""What a notebook keeps of a trace."""

import base64
import html
import io
import json

import pytest
from PIL import Image, ImageColor

from tests.unit.tracing.traced_programs import sum_of_logs
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tests.unit.views.notebook.unpacking import front_end_of
from tffsim.views.figures.theme import LIGHT
from tffsim.views.notebook.mime_bundle import NO_PICTURE, mime_bundle, outputs
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
    line = {"text/plain": "Trace: 0 invocations, 0 spans, 0 executors, 0 threads"}
    assert mime_bundle(nothing.snapshot) == line
    assert outputs(nothing.snapshot) == (NO_PICTURE, (line, {}))


def test_a_small_run_adds_little_to_a_notebook_and_each_view_stands_alone(trace):
    picture, page = outputs(trace.snapshot)
    assert len(json.dumps([picture, page])) <= 115_000
    assert front_end_of(html.unescape(page.data["text/html"])) == FRONT_END.read_text(encoding="utf-8")


def test_the_picture_is_an_output_of_its_own_small_and_with_the_sentence_as_its_text(trace):
    (data, metadata), page = outputs(trace.snapshot)
    content = base64.b64decode(data["image/png"])
    assert len(content) <= 19_000
    said = told(trace.snapshot)
    assert data == {"image/png": data["image/png"], "text/plain": said}
    assert metadata["image/png"] == {"width": Image.open(io.BytesIO(content)).width, "alt": said}
    assert set(page.data) == {"text/html", "text/plain"} and "<img" not in page.data["text/html"]


def test_who_takes_one_output_alone_gets_all_in_it(trace):
    picture, page = outputs(trace.snapshot)
    assert mime_bundle(trace.snapshot) == {**page.data, **picture.data}


def test_crimson_stays_crimson_in_the_still_picture():
    trace = traced(sum_of_logs, [1.0, -1.0])[1]
    picture = Image.open(io.BytesIO(base64.b64decode(mime_bundle(trace.snapshot)["image/png"]))).convert("RGB")
    wrong = ImageColor.getrgb(LIGHT.wrong)
    assert sum(count for count, colour in picture.getcolors(1 << 24) if colour == wrong) > 100


def test_the_html_has_no_empty_line_which_would_end_it_in_markdown(trace):
    before_page, _, _ = mime_bundle(trace.snapshot)["text/html"].partition("<iframe")
    assert "\n" not in before_page and "Where the time went" in before_page
