"""A view in Korean, in a real browser: nothing that a reader sees is left in English, and nothing is cut."""

import json

import pytest

from tests.browser.lab import CHROMIUM, ROOT
from tests.browser.test_page import TABS, opened, show
from tests.unit.tracing.traced_runs import mean_of_doubles
from tffsim import trace as traced_block
from tffsim.views.panels.words import spoken

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")

WORDS = json.loads((ROOT / "tffsim" / "views" / "words.json").read_text(encoding="utf-8"))
# Operators are called as in code: `federated_value`.
RECORDED = {"value"}
# All texts of a page, and where they stand; those of hidden elements are not seen.
_TEXTS = """() => [...document.querySelectorAll(".tffsim *")]
    .filter((element) => element.checkVisibility() && !element.closest("pre, code"))
    .flatMap((element) => [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()))
    .concat([...document.querySelectorAll(".tffsim [title]")].map((element) => element.title))
    .filter((text) => text)"""
_CUT = """() => [...document.querySelectorAll(".tffsim :is(button, label, h2, th, .tff-key, .answer)")]
    .filter((element) => element.checkVisibility() && !element.closest("dd")
        && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline")
    .map((element) => element.textContent)"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("korean") / "t.html"
    with traced_block() as trace:
        for _ in range(2):
            mean_of_doubles([float(number) for number in range(12)])
    with spoken("ko"):
        trace.to_html(path)
    return path


def english_texts() -> set[str]:
    """Returns what is said in English without gaps, and otherwise in Korean."""
    texts = WORDS["en"]["view"]
    told = {name: text for name, text in texts.items() if isinstance(text, str) and "{" not in text}
    return {text.strip() for name, text in told.items() if WORDS["ko"]["view"][name] != text} - RECORDED


@pytest.mark.parametrize("width", [420, 1080])
def test_no_text_is_left_in_english_and_none_is_cut(new_page, path, width):
    page = opened(new_page(viewport={"width": width, "height": 800}), path)
    assert page.evaluate("document.documentElement.lang") == "ko"
    for tab in TABS:
        show(page, tab)
        page.wait_for_timeout(200)
        assert set(page.evaluate(_TEXTS)) & english_texts() == set(), tab
        assert page.evaluate(_CUT) == [], tab
    assert "클라이언트 12개" in page.inner_text(".tff-sentence")
    assert page.problems == []


def test_clients_are_told_in_korean_with_their_round_and_their_key(new_page, path):
    page = opened(new_page(viewport={"width": 1080, "height": 800}), path)
    show(page, "clients")
    page.wait_for_selector("[data-panel=clients] .tff-keys b")
    key = page.inner_text("[data-panel=clients] .tff-keys")
    assert "라운드 2개 중 2번째" in key and "완료 12" in key
    page.focus("[data-panel=clients] canvas")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.tff-details dd').textContent.includes('라운드')")
