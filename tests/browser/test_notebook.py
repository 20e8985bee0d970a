"""A notebook in a real browser: the magic, the live view, the finished page."""

import json

import pytest

from tests.browser.lab import CHROMIUM, run_all_cells, running_browser, running_lab
from tests.unit.tracing.traced_runs import mean_of_doubles, traced

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")

SETUP = """
%load_ext tffsim
import tffsim as tff
from tffsim.simulation import digits, fed_avg
data, held_out = digits.load_digits(20, "iid", seed=0)
datasets = data.datasets()
next_round = fed_avg.fed_avg()
weights = next_round(fed_avg.initial_weights(), datasets)
"""
RUN = """
%%tff_execute --trace t
for _ in range(8):
    weights = next_round(weights, datasets)
"finished", fed_avg.accuracy(weights, held_out) > 0.85
"""


@pytest.fixture(scope="module")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 1100})
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda request: _check_is_local(page, request.url))
    yield page
    page.close()


def _check_is_local(page, url):
    if url.startswith(("http", "ws")) and "//127.0.0.1:" not in url:
        page.problems.append(f"asked for {url}")


def _calls(page):
    """Returns the calls that each row of the stack panel shows."""
    return page.eval_on_selector_all(
        "[data-panel=stack] .tff-row[data-calls]", "rows => rows.map(r => +r.dataset.calls)"
    )


def test_a_cell_is_shown_while_it_runs_and_after(lab, page):
    page.goto(lab.url(lab.write("live.ipynb", SETUP, RUN)))
    run_all_cells(page)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    page.wait_for_function("() => document.querySelectorAll('[data-panel=stack] .tff-row[data-calls]').length >= 8")
    first, version = _calls(page), int(page.get_attribute(".tffsim", "data-version"))
    page.wait_for_function(
        "calls => { const now = [...document.querySelectorAll('[data-panel=stack] .tff-row[data-calls]')]"
        ".map(r => +r.dataset.calls); return now.length && now.at(-1) > calls }",
        arg=first[-1],
    )
    assert all(after >= before for before, after in zip(first, _calls(page), strict=True))
    assert int(page.get_attribute(".tffsim", "data-version")) > version
    page.click("[data-tab=clients]")
    page.wait_for_function("() => /running/.test(document.querySelector('[data-panel=clients]').dataset.summary ?? '')")
    page.click("[data-tab=ast]")
    page.wait_for_selector("[data-panel=ast] .tff-row.lit")

    page.wait_for_selector("iframe[title=Trace]", timeout=90_000)
    frame = page.frame_locator("iframe[title=Trace]")
    frame.locator(".tffsim[data-state=done]").wait_for()
    frame.locator("[data-tab=graph]").click()
    frame.locator(".tff-graph .node").first.click()
    frame.locator(".tff-details dt", has_text="value").wait_for()
    assert "('finished', True)" in page.inner_text(".jp-Notebook").replace("np.True_", "True")
    assert page.problems == []


def test_a_saved_notebook_shows_its_pictures_without_a_kernel(lab, page):
    name = lab.write("saved.ipynb", SETUP.replace("20", "3"), RUN.replace("range(8)", "range(1)"))
    page.goto(lab.url(name))
    run_all_cells(page)
    page.wait_for_selector("iframe[title=Trace]", timeout=90_000)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    notebook = json.loads((lab.folder / name).read_text())
    (output,) = [o for cell in notebook["cells"] for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]
    assert set(output["data"]) == {"text/html", "image/png", "text/plain"}
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.reload()
    page.frame_locator("iframe[title=Trace]").locator(".tffsim[data-state=done]").wait_for(timeout=60_000)
    assert page.problems == []


def test_a_page_opens_from_disk(tmp_path, page):
    traced(mean_of_doubles, [1.0, 2.0, 3.0])[1].to_html(tmp_path / "t.html")
    page.goto((tmp_path / "t.html").as_uri())
    page.wait_for_selector(".tffsim[data-state=done]")
    for tab in ("stack", "clients", "timeline", "graph", "ast", "traffic"):
        page.click(f"[data-tab={tab}]")
        page.wait_for_selector(f"[data-panel={tab}]")
    assert "3 clients: 3 done" in page.get_attribute("[data-panel=clients]", "data-summary")
    assert page.problems == []
