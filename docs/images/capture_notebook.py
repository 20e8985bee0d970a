"""Films a cell with `%%tff_execute` in a real JupyterLab: `python docs/images/capture_notebook.py`."""

import base64
import contextlib
import io
import pathlib
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from PIL import Image
from playwright.sync_api import Page

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser.lab import run_cell, running_browser, running_lab  # noqa: E402

NUM_CLIENTS = 30
NUM_ROUNDS = 10
MAX_FRAMES = 40
SECONDS_PER_FRAME = 0.12
SECONDS_AT_THE_END = 3.0
COLOURS = 160
WIDTH, HEIGHT = 820, 960
MILLISECONDS = 240_000

SETUP = f"""
%load_ext tffsim
import tffsim as tff
from tffsim.simulation import digits, fed_avg
data, held_out = digits.load_digits({NUM_CLIENTS}, "iid", seed=0)
datasets = data.datasets()
next_round = fed_avg.fed_avg()
weights = next_round(fed_avg.initial_weights(), datasets[:2])
"""
RUN = f"""%%tff_execute
for _ in range({NUM_ROUNDS}):
    weights = next_round(weights, datasets)"""


def film(theme: str) -> list[Image.Image]:
    """Returns the frames of one run, the finished page last."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(pathlib.Path(folder)) as lab,
        running_browser() as browser,
    ):
        settings = pathlib.Path(folder) / ".home/lab/user-settings/@jupyterlab/apputils-extension"
        (settings / "themes.jupyterlab-settings").write_text(f'{{"theme": "{theme}"}}')
        page = browser.new_page(viewport={"width": 1180, "height": 1500}, color_scheme="null")
        page.goto(lab.url(lab.write("film.ipynb", SETUP, RUN)))
        page.add_style_tag(content=f".tffsim {{ height: {HEIGHT}px !important }}")  # As if pulled at its corner.
        run_cell(page, 0)
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        run_cell(page, 1, wait=False)
        page.wait_for_selector(".tffsim[data-state=running]", timeout=MILLISECONDS)
        box = page.locator(".jp-Cell").last.bounding_box()
        with screencast(page) as screens:
            page.wait_for_selector(".tffsim[data-state=done]", timeout=MILLISECONDS)
            page.wait_for_timeout(1000)
        evenly = range(0, len(screens), -(-len(screens) // MAX_FRAMES))
        return [cell_of(screens[number], box) for number in evenly] + [cell_of(page.screenshot(), box)]


@contextlib.contextmanager
def screencast(page: Page) -> Iterator[list[bytes]]:
    """A block in which the browser tells each picture of a page that it has drawn; screenshots would slow it down."""
    screens: list[bytes] = []
    browser = page.context.new_cdp_session(page)

    def keep(screen: dict[str, Any]) -> None:
        screens.append(base64.b64decode(screen["data"]))
        browser.send("Page.screencastFrameAck", {"sessionId": screen["sessionId"]})

    browser.on("Page.screencastFrame", keep)
    browser.send("Page.startScreencast", {"format": "png"})
    try:
        yield screens
    finally:
        browser.send("Page.stopScreencast")


def cell_of(screen: bytes, box: dict[str, float]) -> Image.Image:
    """Returns the part of a page in which a cell is."""
    left, top = box["x"] + 30, box["y"]
    return Image.open(io.BytesIO(screen)).convert("RGB").crop((left, top, left + box["width"] - 34, top + HEIGHT + 76))


def _stacked(*frames: Image.Image) -> Image.Image:
    """Returns frames one below the other: colours of the clients' values come last, and stay longest."""
    width, height = frames[0].size
    stacked = Image.new("RGB", (width, height * len(frames)))
    for k, frame in enumerate(frames):
        stacked.paste(frame, (0, k * height))
    return stacked


def save(frames: list[Image.Image], path: pathlib.Path) -> None:
    """Writes frames as an animation of few colours."""
    height = round(WIDTH * frames[0].height / frames[0].width)
    small = [frame.resize((WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    palette = _stacked(small[len(small) // 2], small[-1]).quantize(COLOURS, kmeans=2)
    indexed = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    durations = [round(1000 * SECONDS_PER_FRAME)] * (len(indexed) - 1) + [round(1000 * SECONDS_AT_THE_END)]
    indexed[0].save(path, save_all=True, append_images=indexed[1:], duration=durations, loop=0, optimize=True)
    print(f"{path.name}: {len(frames)} frames, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    save(film("JupyterLab Light"), folder / "notebook_light.gif")
    save(film("JupyterLab Dark"), folder / "notebook_dark.gif")
