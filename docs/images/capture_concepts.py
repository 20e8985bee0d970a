"""Takes pictures of the panels while a cell runs, for `docs/concepts.md`: `python docs/images/capture_concepts.py`."""

import pathlib
import sys
import tempfile
from collections.abc import Sequence

from playwright.sync_api import Page

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from docs.images.capture_notebook import SETUP  # noqa: E402
from tests.browser.lab import run_cell, running_browser, running_lab  # noqa: E402

PANELS = ("stack", "clients", "timeline", "graph", "ast")
LIVE = ".tffsim[data-state=running]"
NUM_ROUNDS = 30
RUN = f"""%%tff_execute --view {{panel}}
for _ in range({NUM_ROUNDS}):
    weights = next_round(weights, datasets)"""
# Until some clients of the second round are done, and others still wait.
SPANS_BEFORE = 1500
# The graph of a round that has only begun shows little.
SUMMARIES = {"graph": "^[2-9][0-9] calls"}


def capture(folder: pathlib.Path, panels: Sequence[str]) -> None:
    """Writes `concept_*.png`: each panel alone, in a run of its own."""
    with tempfile.TemporaryDirectory() as home, running_lab(pathlib.Path(home)) as lab, running_browser() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 1000}, device_scale_factor=1.5)
        page.goto(lab.url(lab.write("concepts.ipynb", SETUP, *(RUN.format(panel=panel) for panel in panels))))
        run_cell(page, 0)
        for number, panel in enumerate(panels, start=1):
            run_cell(page, number, wait=False)
            _take(page, panel, folder / f"concept_{panel}.png")
            page.wait_for_selector(LIVE, state="detached", timeout=120_000)


def _take(page: Page, panel: str, path: pathlib.Path) -> None:
    page.wait_for_function(
        "([live, spans]) => Number(document.querySelector(live)?.dataset.spans ?? 0) > spans",
        arg=[LIVE, SPANS_BEFORE],
        timeout=120_000,
    )
    # The sums that some panels show come a little later than the spans.
    page.wait_for_function(
        "([live, panel, summary]) => "
        "document.querySelector(`${live} [data-panel=${panel}]`)?.dataset.summary?.match(summary)",
        arg=[LIVE, panel, SUMMARIES.get(panel, "[1-9]")],
        timeout=120_000,
    )
    page.locator(f"{LIVE} [data-panel={panel}]").screenshot(path=path)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    capture(pathlib.Path(__file__).parent, sys.argv[1:] or PANELS)
