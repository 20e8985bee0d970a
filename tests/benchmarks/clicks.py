"""How fast a view answers clicks and keys: finished with 180,000 spans, and live with 1000 clients.

Run it alone: `python -m tests.benchmarks.clicks`. Times are from an event to the second frame after it, when its
picture is on the screen; the rate of frames of an empty page stands beside those of the live view.
"""

import pathlib
import statistics
import tempfile
from collections.abc import Iterator

from playwright.sync_api import Locator, Page

from tests.benchmarks.tracing import Measurement, repeated, trace_of_scalars
from tests.browser.lab import CHROMIUM, run_cell, running_browser, running_lab
from tffsim.views.notebook.page import page as html_of

_SPANS = 180_000
_TIMES = 5
_FINISHED = "≤ 500 ms"
_LIVE = "≤ 300 ms"
_FRAMES = "≥ 20"

_SETUP = """
%load_ext tffsim
import numpy as np, pathlib, tffsim as tff
@tff.tf_computation(np.float32)
def double(x):
    return x * 2.0
@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def mean_of_doubles(values):
    return tff.federated_mean(tff.federated_map(double, values))
values = [float(n) for n in range(1000)]
mean_of_doubles(values)
"""
_ENDLESS = """
%%tff_execute
for _ in range(10_000):
    mean_of_doubles(values)
    if pathlib.Path("enough").exists():
        break
"""

# How many milliseconds until the second frame after an event: then what the first one drew is seen.
_UNTIL_SEEN = """
async (target) => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  const start = performance.now();
  ACT
  await frame();
  await frame();
  return performance.now() - start;
}
"""
_FRAMES_PER_SECOND = """
async (seconds) => {
  let frames = 0;
  const start = performance.now();
  while (performance.now() - start < 1000 * seconds) {
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  return 1000 * frames / (performance.now() - start);
}
"""
_KEY = "target.dispatchEvent(new KeyboardEvent('keydown', { key: '%s', bubbles: true }));"
_TYPE = "target.value = '%s'; target.dispatchEvent(new Event('input', { bubbles: true }));"
_CLICK = "target.click();"
# In the middle of the first tiles.
_CLICK_TILE = """
const { left, top } = target.getBoundingClientRect();
target.dispatchEvent(new MouseEvent("click", { clientX: left + 8, clientY: top + 8, bubbles: true }));
"""

_CANVAS = "[data-panel=%s] canvas"
_FIND = ".tff-palette input"
# What is done: in which tab, with what, and how.
_INTERACTIONS = (
    ("click a tile", "overview", _CANVAS % "clients", _CLICK_TILE),
    ("go to the next tile", "overview", _CANVAS % "clients", _KEY % "ArrowRight"),
    ("click a box of the stack", "stack", "[role=treeitem].tff-box", _CLICK),
    ("end what is selected", "overview", ".tffsim", _KEY % "Escape"),
    ("find 'client 7'", "overview", _FIND, _TYPE % "client 7"),
    ("find '> 1 ms'", "overview", _FIND, _TYPE % "> 1 ms"),
    ("find 'nobody'", "overview", _FIND, _TYPE % "nobody"),
    ("end the search", "overview", _FIND, _TYPE % ""),
    ("open the timeline", "overview", "[data-tab=timeline]", _CLICK),
    ("go to the next span", "timeline", _CANVAS % "timeline", _KEY % "ArrowRight"),
    ("fit it", "timeline", _CANVAS % "timeline", _KEY % "f"),
    ("zoom", "timeline", _CANVAS % "timeline", _KEY % "-"),
    ("brush what is shown", "timeline", _CANVAS % "timeline", _KEY % "b"),
    ("show all", "timeline", _CANVAS % "timeline", _KEY % "0"),
    ("click a row of the AST", "ast", "[data-panel=ast] .tff-row[role=treeitem]", _CLICK),
    ("open the graph", "ast", "[data-tab=graph]", _CLICK),
)


def clicks() -> Iterator[Measurement]:
    """Yields what was done, how long it took, and the budget."""
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
        yield from _finished(browser.new_page(viewport={"width": 1280, "height": 800}), pathlib.Path(folder))
        with running_lab(pathlib.Path(folder)) as lab:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            yield "frames per second of an empty page", f"{page.evaluate(_FRAMES_PER_SECOND, 2):.0f}", ""
            page.goto(lab.url(lab.write("live.ipynb", _SETUP, _ENDLESS)))
            run_cell(page, 0)
            run_cell(page, 1, wait=False)
            yield from _live(page)
            (pathlib.Path(folder) / "enough").touch()


def _finished(page: Page, folder: pathlib.Path) -> Iterator[Measurement]:
    one = trace_of_scalars().snapshot
    snapshot = repeated(one, -(-_SPANS // one.num_spans))
    (folder / "trace.html").write_text(html_of(snapshot), encoding="utf-8")
    page.goto((folder / "trace.html").as_uri())
    page.wait_for_selector(".tffsim[data-state=done]")
    yield f"finished, {snapshot.num_spans:,} spans", "", ""
    for what, tab, target, act in _INTERACTIONS:
        yield what, _told(page, tab, page.locator(target).first, act), _FINISHED


def _live(page: Page) -> Iterator[Measurement]:
    page.wait_for_selector(".tffsim[data-state=running]")
    page.wait_for_function("() => document.querySelector('.tffsim').dataset.spans > 20_000")
    yield "live, 1000 clients", "", ""
    yield "frames per second", f"{page.evaluate(_FRAMES_PER_SECOND, 4):.0f}", _FRAMES
    for what, tab, target, act in _INTERACTIONS[:4]:
        yield what, _told(page, tab, page.locator(target).first, act), _LIVE
    yield "spans by then", page.locator(".tffsim").get_attribute("data-spans") or "", ""


def _told(page: Page, tab: str, target: Locator, act: str) -> str:
    page.locator(f"[data-tab={tab}]").click()
    target.wait_for()
    times = [target.evaluate(_UNTIL_SEEN.replace("ACT", act)) for _ in range(_TIMES)]
    return f"{statistics.median(times):.0f} ms, at most {max(times):.0f} ms"


if __name__ == "__main__":
    if CHROMIUM is None:
        raise SystemExit("Chromium is not installed.")
    for measured, time, budget in clicks():
        print(f"{measured:44} {time:26} {budget}", flush=True)
