"""Notebooks in a real browser: the magics, the live view, the finished page."""

import itertools
import json
import re
import time

import nbclient
import nbformat
import pytest

from tests.browser.lab import CHROMIUM, interrupt, output_of, restart, run_all_cells, run_cell, wait_until_idle

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
ONE_ROUND = """
%%tff_execute --trace t
weights = next_round(weights, datasets)
"finished", weights.hidden.shape
"""
# Goes on until the test has seen enough, and leaves some of the processors to the browser.
ENDLESS = """
%%tff_execute --trace t
import pathlib, time
for _ in range(10_000):
    weights = next_round(weights, datasets)
    time.sleep(0.02)
    if pathlib.Path("NAME.enough").exists():
        break
"finished", weights.hidden.shape
"""
# Some rounds, and then a client that is held: an interrupt between two rounds stops no call.
SETUP_HELD = (
    SETUP
    + """
import pathlib, threading
import numpy as np, tensorflow as tf
def hold(v):
    pathlib.Path("held").touch()
    threading.Event().wait(300)
    return v
@tff.tf_computation(np.int32)
def held(x):
    return tf.ensure_shape(tf.py_function(hold, [x], tf.int32), [])
@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def holds(values):
    return tff.federated_map(held, values)
"""
)
ROUNDS_THEN_HELD = """
%%tff_execute --trace t
for _ in range(2):
    weights = next_round(weights, datasets)
holds([1, 2, 3])
"""
SMALL_SETUP = SETUP.replace("20", "3")
# The page of a finished run, which the notebook keeps; and the live view that stands in for it while it is there.
FINISHED = "iframe[title=Trace]"
KEPT = ".tffsim[data-kept]"

# Looks 60 times, about 20 times a second, at what the panels say.
_LOOK = """
async () => {
  const looks = [];
  for (let k = 0; k < 60; k++) {
    const view = document.querySelector(".tffsim");
    if (view?.dataset.state !== "running") break;
    const panel = (name) => view.querySelector(`[data-panel=${name}]`);
    looks.push({
      calls: [...panel("stack").querySelectorAll("[data-calls]")].map((box) => +box.dataset.calls),
      done: +(panel("clients").dataset.summary.match(/(\\d+) done/)?.[1] ?? 0),
      running: /running/.test(panel("clients").dataset.summary),
      lit: panel("stack").querySelectorAll(".lit").length,
      version: +view.dataset.version,
      time: performance.now(),
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return looks;
}
"""


def endless(name: str) -> str:
    """Returns a cell that runs until `enough(lab, name)`."""
    return ENDLESS.replace("NAME", name)


def enough(lab, name: str) -> None:
    (lab.folder / f"{name}.enough").touch()


def wait_for_file(path) -> None:
    for _ in range(900):
        if path.exists():
            return
        time.sleep(0.1)
    raise TimeoutError(f"{path.name} did not come")


def test_a_cell_is_shown_while_it_runs_and_after(lab, page):
    page.goto(lab.url(lab.write("live.ipynb", SETUP, endless("live"))))
    run_all_cells(page)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    page.wait_for_function("() => document.querySelectorAll('[data-panel=stack] [data-calls]').length >= 8")
    looks = page.evaluate(_LOOK)
    calls = [look["calls"] for look in looks]
    assert calls[-1][-1] > calls[0][-1]
    assert all(a <= b for pair in itertools.pairwise(calls) for a, b in zip(*pair, strict=False))
    done = [look["done"] for look in looks]
    assert any(later > earlier for earlier, later in itertools.pairwise(done))
    assert any(look["running"] for look in looks) and any(look["lit"] for look in looks)
    page.locator("[data-panel=clients] .tff-canvas canvas").press("ArrowRight")
    page.locator(".tff-details button", has_text="float32").first.wait_for()

    enough(lab, "live")
    page.wait_for_selector(KEPT + "[data-state=done]", timeout=90_000)
    page.locator("[data-tab=graph]").click()
    page.locator(".tff-graph .node").first.click()
    page.locator(".tff-details dt", has_text="value").wait_for()
    assert "('finished', (64, 32))" in output_of(page, 1)
    assert page.problems == []


_WATCH = """() => {
  const view = document.querySelector(".tffsim");
  window.seen = { view, boxes: new Set() };
  const look = () => {
    const { top, width, height } = document.querySelector(".tffsim")?.getBoundingClientRect() ?? {};
    window.seen.boxes.add([top, width, height].map(Math.round).join(" "));
    requestAnimationFrame(look);
  };
  look();
}"""


def test_the_end_of_a_run_leaves_the_view_as_it_is(lab, page):
    page.goto(lab.url(lab.write("stays.ipynb", SMALL_SETUP, endless("stays"), ONE_ROUND.replace("trace t", "trace u"))))
    run_cell(page, 0)
    run_cell(page, 1, wait=False)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    view = page.locator(".tffsim").first
    view.evaluate("view => { view.style.height = '500px' }")
    view.locator("[data-tab=timeline]").click()
    canvas = view.locator("[data-panel=timeline] canvas")
    for key in ("+", "+", "b", "ArrowRight"):
        canvas.press(key)
    view.locator(".tff-details dt", has_text="span").wait_for()
    brushed = view.locator("[data-panel=timeline]").get_attribute("data-summary").split("brushed")[1]
    page.evaluate(_WATCH)
    enough(lab, "stays")
    page.wait_for_selector(KEPT + "[data-state=done]", timeout=90_000)
    wait_until_idle(page)
    assert page.evaluate("() => document.querySelector('.tffsim') === window.seen.view")
    assert len(page.evaluate("() => [...window.seen.boxes]")) == 1
    assert view.locator("[aria-selected=true][role=tab]").get_attribute("data-tab") == "timeline"
    assert view.locator("[data-panel=timeline]").get_attribute("data-summary").endswith(brushed)
    view.locator(".tff-details dt", has_text="span").wait_for()
    # The next run ends what the kernel knew for this view; its values are in the page that it stands for.
    run_cell(page, 2)
    view.locator("[data-tab=graph]").click()
    view.locator(".tff-graph .node", has_text="map").first.dispatch_event("click")
    view.locator(".tff-details dt", has_text="value").wait_for()
    assert page.problems == []


def test_a_cell_that_clears_its_output_keeps_the_view_and_what_was_chosen_in_it(lab, page):
    setup = SMALL_SETUP + "from IPython.display import clear_output"
    cell = endless("clears").replace("time.sleep", "clear_output(wait=True); print('a plot'); time.sleep")
    page.goto(lab.url(lab.write("clears.ipynb", setup, cell)))
    run_cell(page, 0)
    run_cell(page, 1, wait=False)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    page.locator("[data-tab=timeline]").click()
    page.evaluate("() => { window.seen = document.querySelector('.tffsim') }")
    begun = int(page.locator(".tffsim").get_attribute("data-spans"))
    # For a moment after each clearing there is no view.
    page.wait_for_function("begun => +document.querySelector('.tffsim')?.dataset.spans > begun + 1000", arg=begun)
    enough(lab, "clears")
    page.wait_for_selector(KEPT + "[data-state=done]", timeout=90_000)
    wait_until_idle(page)
    assert page.evaluate("() => document.querySelector('.tffsim') === window.seen")
    # The view is seen once: the page in the output, which is what the notebook saves, is hidden behind it.
    assert (page.locator(".tffsim:visible").count(), page.locator(FINISHED).count()) == (1, 1)
    assert page.locator(FINISHED + ":visible").count() == 0
    assert page.locator(".tffsim [aria-selected=true][role=tab]").get_attribute("data-tab") == "timeline"
    # What the loop shows is below the view, and only the last of it is left.
    told, *below = output_of(page, 1).split("a plot")
    assert "next_round" in told and len(below) == 1
    assert page.problems == []


def test_a_saved_notebook_shows_its_pictures_without_a_kernel(lab, page):
    name = lab.write("saved.ipynb", SMALL_SETUP, ONE_ROUND)
    page.goto(lab.url(name))
    run_all_cells(page)
    page.wait_for_selector(KEPT, timeout=90_000)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    notebook = json.loads((lab.folder / name).read_text())
    (output,) = [o for cell in notebook["cells"] for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]
    assert set(output["data"]) == {"text/html", "text/plain"}
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.reload()
    page.frame_locator(FINISHED).locator(".tffsim[data-state=done]").wait_for(timeout=60_000)
    assert page.locator(".jp-OutputArea img").count() == 1
    assert page.locator(".jp-OutputArea img:visible").count() == 0
    assert page.problems == []


def test_an_untrusted_notebook_still_shows_the_picture(lab, page):
    code = (
        "import tffsim as tff\nwith tff.trace() as t:\n"
        "    tff.federated_computation(lambda: tff.federated_value(1, tff.SERVER))()\nt"
    )
    name = lab.write("foreign.ipynb", code)
    notebook = nbformat.read(lab.folder / name, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, startup_timeout=300).execute()
    nbformat.write(notebook, lab.folder / name)  # Not by the server, so it does not trust it.
    page.goto(lab.url(name))
    page.wait_for_function("() => document.querySelector('.jp-OutputArea img')?.naturalWidth > 300")
    picture = page.locator(".jp-OutputArea img")
    assert picture.is_visible()
    text = page.locator(".jp-OutputArea pre", has_text="federated_value ran at the server")
    assert text.is_visible() and "Where the time went" in text.inner_text()
    assert page.locator(FINISHED).count() == 0
    assert page.problems == []


def test_notebook_7_shows_a_cell_live_too_and_a_click_selects(lab, page):
    page.goto(lab.url(lab.write("seven.ipynb", SETUP, endless("seven")), "notebooks"))
    run_all_cells(page)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    page.wait_for_function("() => document.querySelectorAll('[data-panel=stack] [data-calls]').length >= 8")
    calls = [look["calls"][-1] for look in page.evaluate(_LOOK)]
    assert calls[-1] > calls[0]
    page.locator("[data-panel=clients] .tff-canvas canvas").click(position={"x": 20, "y": 20})
    page.locator(".tff-details dt", has_text="client").first.wait_for()
    enough(lab, "seven")
    page.wait_for_selector(KEPT + "[data-state=done]", timeout=90_000)
    assert page.problems == []


def test_several_cells_one_that_fails_and_views_of_one_trace(lab, page):
    failing = """
%%tff_execute --view stack,clients --trace failed
import numpy as np
@tff.tf_computation(np.float32)
def refuse(x):
    import tensorflow as tf
    tf.debugging.assert_less(x, 2.0, "<img src=x onerror=alert(1)>")
    return x
@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def refuse_large(values):
    return tff.federated_sum(tff.federated_map(refuse, values))
refuse_large([1.0, 5.0])
"""
    page.goto(
        lab.url(
            lab.write(
                "several.ipynb",
                SMALL_SETUP,
                ONE_ROUND,
                ONE_ROUND.replace("--trace t", "--trace u --stack debug"),
                failing,
                "t",
                "%tff_trace",
                "import ipywidgets\nipywidgets.VBox([t.show('stack'), t.show('stack', 'clients')])",
            )
        )
    )
    for number in range(7):
        run_cell(page, number)
    page.locator(".tffsim").last.scroll_into_view_if_needed()
    page.locator(".tffsim[data-state=done]").nth(1).wait_for()
    assert (page.locator(KEPT).count(), page.locator(FINISHED).count()) == (3, 4)
    failed = page.locator(KEPT + "[data-state=failed]")
    failed.scroll_into_view_if_needed()
    assert "1 failed" in failed.locator("[data-panel=clients]").get_attribute("data-summary")
    assert "ExecutionError" in output_of(page, 3) and "client 1" in output_of(page, 3)
    assert re.match(r"t  .* next_round\nu  .* next_round\nfailed  .* refuse_large", output_of(page, 5))
    first, second = (page.locator(".tffsim").nth(k).locator("[data-panel=stack]") for k in (-2, -1))
    assert first.get_attribute("data-summary") == second.get_attribute("data-summary")
    page.locator(".tffsim").nth(-2).locator("[role=treeitem]").nth(3).dispatch_event("click")
    page.locator("[aria-selected=true][role=treeitem]").wait_for(state="attached")
    assert page.problems == []


def test_a_cell_in_the_background_goes_on_while_others_run(lab, page):
    background = endless("background").replace("--trace t", "--background --trace t --view stack,clients")
    look = "run = Out[2]\nlate = t.show('stack')\nlate"
    page.goto(lab.url(lab.write("background.ipynb", SETUP, background, look, "run.result(), run.done()")))
    for number in range(3):
        run_cell(page, number)
    assert "Running in the background" in output_of(page, 1)
    page.wait_for_function("() => document.querySelectorAll('.tffsim[data-state=running]').length === 2")
    late = page.locator(".tffsim").last
    calls = [int(late.locator("[data-calls]").last.get_attribute("data-calls"))]
    page.wait_for_function(
        "calls => +[...document.querySelectorAll('.tffsim [data-calls]')].at(-1).dataset.calls > calls", arg=calls[0]
    )
    enough(lab, "background")
    run_cell(page, 3)
    assert "(('finished', (64, 32)), True)" in output_of(page, 3)
    for view in (0, 1):
        page.locator(KEPT).nth(view).scroll_into_view_if_needed()
        page.wait_for_function("n => document.querySelectorAll('[data-kept]')[n].dataset.state === 'done'", arg=view)
    assert page.problems == []


def test_a_page_that_is_loaded_again_gets_its_view_back(lab, page):
    page.goto(lab.url(lab.write("again.ipynb", SETUP, endless("again"), "t.show('stack')")))
    run_cell(page, 0)
    run_cell(page, 1, wait=False)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.reload()
    page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel")
    enough(lab, "again")
    page.wait_for_selector(".tffsim[data-state=done]", timeout=90_000)
    run_cell(page, 2)
    page.locator(FINISHED).scroll_into_view_if_needed()
    page.frame_locator(FINISHED).locator(".tffsim[data-state=done]").wait_for()
    assert page.problems == []


def test_an_interrupt_ends_a_run_and_a_restart_begins_anew(lab, page):
    page.goto(lab.url(lab.write("stopped.ipynb", SETUP_HELD, ROUNDS_THEN_HELD, ONE_ROUND)))
    run_cell(page, 0)
    run_cell(page, 1, wait=False)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    page.wait_for_function("() => document.querySelector('.tffsim').dataset.spans > 1000")
    wait_for_file(lab.folder / "held")
    interrupt(page)
    page.wait_for_selector(KEPT + "[data-state=cancelled]", timeout=90_000)
    wait_until_idle(page)
    assert "Interrupted" in output_of(page, 1)
    run_cell(page, 2)
    assert "finished" in output_of(page, 2)
    assert page.problems == []

    run_cell(page, 1, wait=False)
    page.wait_for_selector(".tffsim[data-state=running]", timeout=90_000)
    restart(page)
    run_cell(page, 0)
    run_cell(page, 2)
    page.locator(KEPT).last.scroll_into_view_if_needed()
    page.wait_for_selector(KEPT + "[data-state=done]", timeout=90_000)
    # The last messages of the kernel that was restarted find no widget any more.
    assert [problem for problem in page.problems if "Comm not found" not in problem] == []
