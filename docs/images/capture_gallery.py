"""Takes a picture of each page of the gallery: `python docs/images/capture_gallery.py`.

`make lessons` writes the pages. What crossed in lesson 4 is also the picture of the panel in `docs/concepts.md`: that
panel is only whole when a round is over.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.lab import running_browser  # noqa: E402

# The panel that shows what the lesson is about.
TABS = {"01": "overview", "02": "stack", "03": "clients", "04": "overview", "05": "timeline"}


def capture(folder: pathlib.Path) -> None:
    """Writes `gallery_*.png`."""
    with running_browser() as browser:
        for path in sorted((ROOT / "docs" / "gallery").glob("*.html")):
            number = path.name[:2]
            page = browser.new_page(viewport={"width": 1000, "height": 860}, color_scheme="light")
            page.goto(path.as_uri())
            page.wait_for_selector(".tffsim[data-state=done]")
            page.click(f"[data-tab={TABS[number]}]")
            page.wait_for_function(f"() => document.querySelector('[data-tab={TABS[number]}]').ariaSelected === 'true'")
            page.wait_for_timeout(500)
            page.screenshot(path=folder / f"gallery_{number}.png")
            if number == "04":
                page.set_viewport_size({"width": 1500, "height": 860})  # The source stands beside the panel.
                page.click("[data-tab=traffic]")
                page.locator("[data-panel=traffic]").screenshot(path=folder / "concept_traffic.png")
            page.close()


if __name__ == "__main__":
    capture(pathlib.Path(__file__).parent)
