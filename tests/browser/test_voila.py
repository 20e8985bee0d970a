"""A notebook as a page of Voilà: finished views, and a live one."""

import pathlib

import nbformat
import pytest

from tests.browser.lab import CHROMIUM
from tests.browser.voila import FONTS_OF_VOILA, running_voila

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")

SETUP = """
%load_ext tffsim
from tffsim.simulation import digits, fed_avg
datasets = digits.load_digits(5, "iid", seed=0)[0].datasets()
next_round = fed_avg.fed_avg()
weights = next_round(fed_avg.initial_weights(), datasets)
"""
ONE_ROUND = """
%%tff_execute
weights = next_round(weights, datasets)
"""
# Voilà shows its page when all cells have ended, so only what runs in the background can be seen live there.
ENDLESS = """
%%tff_execute --background --trace t --view none
import pathlib, time
for _ in range(10_000):
    weights = next_round(weights, datasets)
    time.sleep(0.02)
    if pathlib.Path("enough").exists():
        break
"""
SHOWN = "t.show()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("voila")


@pytest.fixture(scope="module")
def address(folder: pathlib.Path):
    cells = [nbformat.v4.new_code_cell(cell) for cell in (SETUP, ONE_ROUND, ENDLESS, SHOWN)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "page.ipynb")
    with running_voila(folder / "page.ipynb") as address:
        yield address


def test_voila_shows_finished_views_and_a_live_one_and_a_click_selects(address, folder, page):
    page.route(f"{FONTS_OF_VOILA}**", lambda route: route.fulfill(content_type="text/css", body=""))
    page.goto(address, wait_until="commit", timeout=90_000)
    live = page.locator(".tffsim[data-state=running]")
    live.wait_for(timeout=180_000)
    page.wait_for_function("() => document.querySelectorAll('.tffsim [data-panel=stack] [data-calls]').length >= 8")
    calls = int(live.locator("[data-calls]").first.get_attribute("data-calls"))
    page.wait_for_function("calls => +document.querySelector('.tffsim [data-calls]').dataset.calls > calls", arg=calls)
    live.locator("[data-panel=clients] .tff-canvas canvas").click(position={"x": 20, "y": 20})
    live.locator(".tff-details dt", has_text="client").first.wait_for()

    (folder / "enough").touch()
    page.locator(".tffsim[data-state=done]").wait_for(timeout=90_000)
    finished = page.frame_locator("iframe[title=Trace]").locator(".tffsim[data-state=done]")
    finished.wait_for()
    finished.locator("[data-tab=stack]").click()
    finished.locator("[data-panel=stack] [role=treeitem]").nth(3).click()
    finished.locator("[role=treeitem][aria-selected=true]").wait_for()
    assert [problem for problem in page.problems if FONTS_OF_VOILA not in problem] == []
