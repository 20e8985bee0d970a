"""Whoever chooses Korean reads Korean: in figures, pages, the sentence, what is told of a picture."""

import base64
import json
import re
import warnings
import zlib

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text

import tffsim as tff
from tests.unit.tracing import traced_programs
from tests.unit.tracing.traced_runs import FLOATS, double, traced
from tffsim.traces.trace import Trace
from tffsim.views import PANELS
from tffsim.views.figures import letters
from tffsim.views.glossary import briefs, hover_texts
from tffsim.views.notebook.mime_bundle import outputs
from tffsim.views.notebook.page import page
from tffsim.views.panels import words
from tffsim.views.panels.program_summary import program_summary

# Two words of English beside each other are a text, unless they are code, or the name of a thread.
ENGLISH = re.compile(r"\b(?!asyncio|ThreadPoolExecutor)[A-Za-z]{2,}, ?[a-z]{2,}\b|\b[A-Za-z]{2,} [a-z]{2,}\b")
CODE = re.compile(r"[=(@]|^\s*(def|return)\b|->")

KOREAN = re.compile("[가-힣]")


@pytest.fixture
def font(monkeypatch):
    """A machine that has Korean letters, in a font that nobody sees."""
    monkeypatch.setattr(letters, "_families", lambda _: ([], frozenset()))


@pytest.fixture
def no_font(monkeypatch):
    monkeypatch.setattr(letters, "_families", lambda lacking: ([], frozenset(lacking)))


# Names of operators, of the AST and of threads are no words of ours, nor are the messages of the user.
NAMES = {"secure sum", "a client sent seven"}


@pytest.fixture(autouse=True)
def _korean(monkeypatch):
    monkeypatch.setattr(words, "_chosen", "ko")


@tff.federated_computation(FLOATS, tff.FederatedType(np.float32, tff.SERVER))
def training(examples, model):
    changes = tff.federated_map(double, examples)
    sent = tff.federated_broadcast(model)
    return tff.federated_mean(changes), tff.federated_secure_sum(tff.federated_value(3, tff.CLIENTS), 10), sent


@pytest.fixture(scope="module")
def trace():
    return traced(training, [1.0, 2.0, 3.0], 4.0)[1]


@pytest.fixture(scope="module")
def failed():
    return Trace(traced_programs.traced(traced_programs.sum_of_logs, [1.0, 7.0]))


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("run", ["trace", "failed"])
def test_no_figure_says_a_sentence_in_english(panel, run, request, font):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        axes = getattr(request.getfixturevalue(run).plot, panel)()
    texts = [found.get_text() for found in axes.figure.findobj(Text) if found.get_visible()]
    plt.close(axes.figure)
    assert any(KOREAN.search(text) for text in texts)
    assert [text for text in texts if _is_english(text)] == []


def test_where_no_font_has_korean_letters_figures_are_english_and_say_why(trace, no_font):
    with pytest.warns(UserWarning, match="Pictures speak English: no font on this machine has Korean letters"):
        axes = trace.plot.program()
    assert axes.get_title(loc="left") == "Program: what the server and the clients did"
    plt.close(axes.figure)
    assert KOREAN.search(outputs(trace.snapshot)[0].data["text/plain"])


def test_a_saved_view_is_korean_in_all_its_forms(trace):
    picture, content = outputs(trace.snapshot)
    sentence = "클라이언트 3개가 각각 자기 examples 값으로 double 함수를 실행했습니다."
    assert picture.data["text/plain"].startswith(sentence)
    assert picture.metadata["image/png"]["alt"].startswith(sentence)
    assert f'<div class="tffsim-still" lang="ko"><pre><code>{sentence}' in content.data["text/html"]
    assert "&lt;html/lang=ko&gt;" in content.data["text/html"]


def test_a_page_has_the_words_of_its_language_only(trace):
    content = page(trace.snapshot)
    assert "<html/lang=ko>" in content
    batch = _batch(content)
    told = json.dumps(batch["look"]["words"], ensure_ascii=False)
    assert "클라이언트" in told and "own time" not in told and "Nothing found" not in told
    assert all("한" in question or "까요?" in question for question in _questions(batch))
    assert batch["description"]["words"] == {word: hover_texts()[word] for word in batch["description"]["words"]}


def test_a_page_is_hardly_larger_than_in_english(trace):
    korean = len(page(trace.snapshot))
    tff.set_language("en")
    assert korean < len(page(trace.snapshot)) + 2000


def test_words_are_explained_in_korean():
    told = {**hover_texts(), **briefs()}
    assert [word for word, text in told.items() if not KOREAN.search(text)] == []


def test_the_sentence_of_a_live_view_is_korean(trace):
    summary = program_summary(trace.snapshot)
    assert summary is not None
    assert "".join(text for text, _ in summary["sentence"]).startswith("클라이언트 3개가 각각")


def _is_english(text: str) -> bool:
    is_known = any(name in text for name in NAMES) or text.startswith("result: let")
    return bool(ENGLISH.search(text)) and not CODE.search(text) and not is_known


def _batch(content: str) -> dict:
    data = json.loads(re.search(r'id="tffsim-trace">(.*?)</script>', content)[1])
    return json.loads(zlib.decompress(base64.b64decode(data["batch"])))


def _questions(batch: dict) -> list[str]:
    return [panel["question"] for panel in batch["look"]["panels"]]
