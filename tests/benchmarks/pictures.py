"""How fast a large trace appears in a browser, and how smoothly it moves."""

import pathlib
import tempfile
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.benchmarks.tracing import Measurement, repeated, trace_of_scalars
from tests.browser.lab import CHROMIUM, running_browser
from tffsim.views.notebook.page import page as html_of

_SPANS = 100_000
_SECONDS_OF_PANNING = 3
_BUDGET_OF_PAINT = "≤ 1 s"
_BUDGET_OF_FRAMES = "≥ 30"

# Runs before all else in the page: notes when the first frame with the trace has been drawn.
_NOTE_FIRST_PAINT = """
const painted = () => { window.painted = performance.now(); };
const look = () => requestAnimationFrame(document.querySelector(".tffsim[data-state=done]") ? painted : look);
look();
"""

# Zooms in twice, then drags to and fro, one step in each frame.
_PAN = """
async (seconds) => {
  const canvas = document.querySelector("[data-panel=timeline] canvas");
  const box = canvas.getBoundingClientRect();
  const y = box.top + box.height / 2;
  canvas.setPointerCapture = () => {};
  const send = (type, x) =>
    canvas.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, pointerId: 1, bubbles: true }));
  for (const key of ["+", "+"]) canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  send("pointerdown", box.left + box.width / 2);
  let frames = 0;
  const start = performance.now();
  while (performance.now() - start < 1000 * seconds) {
    await new Promise(requestAnimationFrame);
    send("pointermove", box.left + box.width * (0.5 + 0.3 * Math.sin(frames / 20)));
    frames += 1;
  }
  send("pointerup", box.left);
  return 1000 * frames / (performance.now() - start);
}
"""


def pictures() -> Iterator[Measurement]:
    """Yields what was measured, how it went, and the budget."""
    if CHROMIUM is None:
        yield "trace in a browser", "Chromium is not installed", ""
        return
    one = trace_of_scalars()
    snapshot = repeated(one.snapshot, -(-_SPANS // one.snapshot.num_spans))
    start = time.perf_counter()
    text = html_of(snapshot)
    seconds = time.perf_counter() - start
    count = f"{snapshot.num_spans:,} spans"
    yield f"make a page of {count}", f"{seconds:.2f} s, {len(text) / 1e6:.1f} MB", ""
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
        path = pathlib.Path(folder) / "trace.html"
        path.write_text(text, encoding="utf-8")
        page = _opened(browser, path)
        painted = page.evaluate("window.painted") / 1000
        yield f"first paint of {count} in a browser, from opening the file", f"{painted:.2f} s", _BUDGET_OF_PAINT
        page.click("[data-tab=timeline]")
        for grouping in ("thread", "executor", "client"):
            page.select_option("[data-panel=timeline] select", grouping)
            frames = page.evaluate(_PAN, _SECONDS_OF_PANNING)
            yield f"frames per second while panning, lanes by {grouping}", f"{frames:.0f}", _BUDGET_OF_FRAMES


def _opened(browser: Browser, path: pathlib.Path) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(_NOTE_FIRST_PAINT)
    page.goto(path.as_uri())
    page.wait_for_function("() => window.painted !== undefined")
    return page
