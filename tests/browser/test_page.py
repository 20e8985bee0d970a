"""The page that `to_html` writes, opened from disk in a real browser."""

import pathlib
import re

import numpy as np
import pytest

import tffsim as tff
from tests.browser.lab import CHROMIUM, ROOT
from tests.unit.tracing.traced_runs import FLOATS, mean_of_doubles, traced
from tffsim.views import PANELS
from tffsim.views.glossary import hover_texts
from tffsim.views.notebook.page import page as html_of
from tffsim.views.panels.declared import DECLARED

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")

AXE = ROOT / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
TABS = ("overview", *PANELS)
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`${alert(3)}"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "t.html"
    traced(mean_of_doubles, [float(n) for n in range(30)])[1].to_html(path)
    return path


def opened(page, path: pathlib.Path, state: str = "done"):
    page.goto(path.as_uri())
    page.wait_for_selector(f".tffsim[data-state={state}]")
    return page


def wait_for_summary(page, panel: str, pattern: str) -> None:
    """Waits until a panel says this of itself; it draws in the next frame, not at once."""
    page.wait_for_function(
        "([panel, pattern]) => new RegExp(`^${pattern}$`).test("
        "document.querySelector(`[data-panel=${panel}]`).dataset.summary ?? '')",
        arg=[panel, pattern],
    )


_TOTAL_CALLS = """() => [...document.querySelectorAll("[data-panel=stack] [data-calls]")]
    .reduce((sum, box) => sum + +box.dataset.calls, 0)"""


def total_calls(page) -> int:
    return page.evaluate(_TOTAL_CALLS)


def show(page, tab: str) -> None:
    page.click(f"[data-tab={tab}]")
    page.wait_for_selector(f"[data-tab={tab}][aria-selected=true]")


def test_every_panel_shows_the_trace(page, path):
    opened(page, path)
    for tab in TABS:
        show(page, tab)
    wait_for_summary(page, "clients", r"30 clients: \d+ done(, \d+ of them slow)?")
    wait_for_summary(page, "graph", r"\d+ calls and their values, \d+ edges")
    wait_for_summary(page, "traffic", "2 kinds of crossings")
    assert page.problems == []


def test_what_is_named_is_explained_on_hover(page, path):
    opened(page, path)
    meanings = hover_texts()
    questions = {panel.title: f"{panel.question}\n" for panel in DECLARED.values()}
    for tab in page.locator("[role=tab]").all():
        name, _, answer = tab.inner_text().partition("\n")
        told = questions.get(name, "") + (f"{answer}\n" if answer else "") + meanings[name]
        assert tab.get_attribute("title") == told
    for box in page.locator(".tff-box").all():
        assert box.get_attribute("title").endswith(f"\n{meanings[box.locator('.name').inner_text()]}")
    show(page, "timeline")
    page.locator("[data-panel=timeline] .tff-key", has_text="create_call").wait_for()
    keys = page.locator("[data-panel=timeline] .tff-key").all()
    assert [key.get_attribute("title") for key in keys] == [meanings[key.inner_text()] for key in keys]


def test_brushing_the_timeline_tells_of_that_time_only(page, path):
    opened(page, path)
    before = total_calls(page)
    show(page, "timeline")
    box = page.locator("[data-panel=timeline] canvas").bounding_box()
    y = box["y"] + 8
    # At the end there are always some calls: in the middle the first one may still be on its way to TensorFlow.
    page.mouse.move(box["x"] + box["width"] * 0.9, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.97, y, steps=4)
    page.mouse.up()
    wait_for_summary(page, "timeline", ".*brushed from .*")
    show(page, "stack")
    page.wait_for_function(f"() => 0 < ({_TOTAL_CALLS})() && ({_TOTAL_CALLS})() < {before}")
    page.keyboard.press("Escape")
    page.wait_for_function(f"() => ({_TOTAL_CALLS})() === {before}")


def test_a_value_is_shown_when_it_is_clicked(page, path):
    opened(page, path)
    show(page, "graph")
    page.locator(".tff-graph .node").first.click()
    details = page.locator(".tff-details")
    details.locator("dt", has_text="value").wait_for()
    assert "create_" in details.inner_text()


def test_a_client_tells_its_values(page, path):
    opened(page, path)
    show(page, "clients")
    canvas = page.locator("[data-panel=clients] .tff-canvas canvas")
    canvas.press("ArrowRight")
    for _ in range(3):
        canvas.press("ArrowRight")
    page.locator(".tff-details dd", has_text="3 · done").wait_for()
    page.locator(".tff-details button", has_text=" · 6").first.click()
    page.locator(".tff-details dd", has_text="client 3").wait_for()
    assert page.problems == []


def test_two_tiles_that_are_picked_are_compared(page, path):
    opened(page, path)
    show(page, "clients")
    canvas = page.locator("[data-panel=clients] .tff-canvas canvas").first
    canvas.click(position={"x": 20, "y": 20})
    canvas.click(position={"x": 150, "y": 20}, modifiers=["Control"])
    table = page.locator(".tff-aside table")
    table.get_by_text("A − B").wait_for()
    # The second tile is that of client 1, which made 2.0; client 0 made 0.0.
    assert table.locator("tr", has_text="value").inner_text().split() == ["value", "0", "2", "−2"]
    assert page.problems == []


def test_a_brush_of_the_histogram_finds_clients(page, path):
    opened(page, path)
    show(page, "clients")
    histogram = page.locator(".tff-aside > svg")
    histogram.scroll_into_view_if_needed()
    box = histogram.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20, steps=3)
    page.mouse.up()
    # Of 0, 2, … 58 those above 52.2.
    wait_for_summary(page, "clients", r".*; [23] brushed")
    assert page.problems == []


def test_an_envelope_shows_the_bytes_that_the_server_can_read(page, path):
    opened(page, path)
    show(page, "traffic")
    assert page.locator(".tff-cut button.letter").count() == 4
    page.locator(".tff-cut .pile", has_text="× 26").wait_for()
    page.locator(".tff-cut button.letter").nth(1).click()
    card = page.locator(".tff-cut .card")
    # Client 1 sends 2.0.
    card.get_by_text("00 00 00 40").wait_for()
    card.get_by_text("The letter of client 1").wait_for()
    page.keyboard.press("ArrowRight")
    card.get_by_text("The letter of client 2").wait_for()
    page.keyboard.press("Escape")
    card.wait_for(state="detached")
    page.locator(".tff-cut .said", has_text="A simulation encrypts nothing").wait_for()
    assert page.problems == []


@pytest.mark.parametrize("width", [420, 1080])
def test_the_cut_fits_its_page(new_page, path, width):
    page = opened(new_page(viewport={"width": width, "height": 700}), path)
    show(page, "traffic")
    page.locator(".tff-cut button.letter").first.click()
    page.locator(".tff-cut .card").wait_for()
    assert page.locator(".tff-cut").evaluate("frame => frame.scrollWidth - frame.clientWidth") == 0


def test_the_graph_shows_one_client_when_asked(page, path):
    opened(page, path)
    show(page, "graph")
    mapped = page.locator(".tff-graph .node", has_text="map")
    mapped.filter(has_text="× 30").wait_for()
    page.fill("[data-panel=graph] input", "7")
    wait_for_summary(page, "graph", ".* of client 7, .*")
    mapped.filter(has_text="14").wait_for()
    page.fill("[data-panel=graph] input", "30")
    mapped.filter(has_text="× 30").wait_for()
    assert page.problems == []


@pytest.mark.parametrize("width", [420, 640, 1080])
def test_the_graph_begins_where_its_result_is_in_sight(page, path, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, path)
    show(page, "graph")
    result = page.locator(".tff-graph .node", has_text="compute 29")
    result.wait_for()
    frame, box = page.locator(".tff-graph").bounding_box(), result.bounding_box()
    assert frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"]
    text = result.locator("text").first
    assert text.evaluate("text => text.getBoundingClientRect().height / text.getBBox().height") > 0.9


def test_the_graph_is_moved_and_zoomed_and_a_drag_chooses_nothing(page, path):
    opened(page, path)
    show(page, "graph")
    frame, node = page.locator(".tff-graph"), page.locator(".tff-graph .node").first

    def width():
        return node.evaluate("node => node.getBoundingClientRect().width")

    before = width()
    node.hover()
    page.keyboard.down("Control")
    for _ in range(4):
        page.mouse.wheel(0, -80)
    page.keyboard.up("Control")
    page.wait_for_function(
        "before => document.querySelector('.tff-graph .node').getBoundingClientRect().width > 1.5 * before", arg=before
    )
    # What is under the pointer stays there, so the same box is hit.
    box = node.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    left = frame.evaluate("frame => frame.scrollLeft")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y, steps=4)
    page.mouse.up()
    assert frame.evaluate("frame => frame.scrollLeft") == left + 40
    assert page.locator(".tff-graph .node.selected").count() == 0
    node.click()
    page.locator(".tff-graph .node.selected").wait_for()
    page.keyboard.press("0")
    page.wait_for_function("() => (f => f.scrollWidth <= f.clientWidth)(document.querySelector('.tff-graph'))")
    assert page.problems == []


def test_the_keyboard_reaches_all(page, path):
    opened(page, path)
    page.focus("[data-tab=overview]")
    for tab in (*TABS[1:], "overview"):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.dataset.tab") == tab
    show(page, "stack")
    page.focus("[data-panel=stack] [tabindex='0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.activeElement.getAttribute('aria-selected') === 'true'")
    show(page, "timeline")
    page.focus("[data-panel=timeline] canvas")
    page.keyboard.press("ArrowRight")
    page.locator(".tff-details dt").first.wait_for()
    spans = page.locator(".tff-details dd").first.inner_text()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("text => document.querySelector('.tff-details dd').textContent !== text", arg=spans)
    page.keyboard.press("/")
    page.keyboard.type("client 7")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.tff-details').textContent.includes('client 7')")
    assert page.problems == []


def pills(page) -> list[str]:
    return page.locator(".tff-path .pill").all_inner_texts()


def python_line(page) -> str:
    return page.inner_text(".tff-python code")


def test_what_is_selected_is_told_everywhere_and_ends_part_by_part(page, path):
    opened(page, path)
    before = total_calls(page)
    height = page.locator(".tff-details").bounding_box()
    show(page, "stack")
    page.locator(".tff-box", has_text="SequenceExecutor").last.click()
    page.locator(".tff-path .pill[data-kind=executor]").wait_for()
    assert re.match(r"\d+ of \d", page.locator("dt:text-is('spans') + dd").inner_text())
    assert python_line(page).startswith('t.spans.where(executor="SequenceExecutor')
    assert total_calls(page) == before
    show(page, "clients")
    canvas = page.locator("[data-panel=clients] canvas")
    canvas.click(position={"x": 20, "y": 20}, modifiers=["Control"])
    page.locator(".tff-path .pill[data-kind=client]").wait_for()
    assert [pill.split(" ")[0] for pill in pills(page)] == ["SequenceExecutor", "client"]
    show(page, "stack")
    page.wait_for_function(f"() => 0 < ({_TOTAL_CALLS})() && ({_TOTAL_CALLS})() < {before}")
    show(page, "ast")
    page.locator("[data-panel=ast] .tff-row", has_text="call federated_map").first.wait_for()
    page.click(".tff-path .pill[data-kind=executor]")
    page.locator(".tff-path .pill[data-kind=executor]").wait_for(state="detached")
    assert (pills(page), python_line(page)) == (["client 0"], "t.clients().where(client=0)")
    page.keyboard.press("Escape")
    page.locator(".tff-path .pill").wait_for(state="detached")
    assert page.locator(".tff-details").bounding_box() == height
    assert page.problems == []


def test_the_address_says_what_is_selected(page, path):
    page.goto(path.as_uri() + "#client=7")
    page.wait_for_selector(".tff-path .pill")
    assert pills(page) == ["client 7"]
    show(page, "graph")
    page.locator(".tff-graph .node").first.click()
    page.wait_for_function("() => /^#span=\\d+$/.test(location.hash)")
    page.evaluate("() => { location.hash = '#round=1&executor=2' }")
    page.locator(".tff-path .pill[data-kind=executor]").wait_for()
    assert pills(page)[0] == "round 1"
    page.keyboard.press("Escape")
    page.wait_for_function("() => location.hash === '#round=1'")
    assert page.problems == []


def test_the_palette_finds_counts_and_walks(page, path):
    opened(page, path)
    told = page.locator(".tff-found [role=status]")

    def find(query: str) -> str:
        page.keyboard.press("/")
        page.keyboard.press("Control+A")
        page.keyboard.type(query)
        told.wait_for()
        return told.inner_text()

    assert find("client 7").startswith("1 result")
    page.keyboard.press("Enter")
    assert pills(page) == ["client 7"]
    assert find("executor:Sequence").startswith("1 result")
    assert re.match(r"\d\d+ results", find("> 0 ms"))
    seen = []
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        page.locator(".tff-path .pill[data-kind=span]").wait_for()
        seen.append(page.evaluate("() => location.hash"))
        assert page.locator(".tff-found [aria-selected=true]").count() == 1
    assert len(set(seen)) == 3
    page.keyboard.press("ArrowUp")
    page.wait_for_function("hash => location.hash === hash", arg=seen[1])
    assert find("nan").startswith("Nothing found")
    page.keyboard.press("Escape")
    told.wait_for(state="hidden")
    assert page.problems == []


def test_a_fit_shows_the_selection_and_zoom_keeps_it_in_sight(page, path):
    opened(page, path)
    show(page, "timeline")
    canvas = page.locator("[data-panel=timeline] canvas")
    whole = page.locator("[data-panel=timeline]").get_attribute("data-summary")
    canvas.hover(position={"x": 400, "y": 34})
    page.locator(".tff-tip").filter(visible=True).wait_for()
    for _ in range(12):
        canvas.press("ArrowRight")
    page.locator(".tff-tip").filter(visible=True).wait_for(state="detached")
    canvas.press("f")
    page.wait_for_function("all => document.querySelector('[data-panel=timeline]').dataset.summary !== all", arg=whole)
    for _ in range(4):
        canvas.press("+")
    drawn = r"\d+ spans in \d+ lanes, [1-9]\d* drawn"
    wait_for_summary(page, "timeline", drawn)
    canvas.press("0")
    wait_for_summary(page, "timeline", re.escape(whole))
    page.keyboard.press("?")
    page.locator("dialog.tff-help").wait_for()
    assert "fit what is selected" in page.inner_text("dialog.tff-help")
    page.keyboard.press("Escape")
    page.locator("dialog.tff-help").wait_for(state="hidden")
    assert page.locator("button", has_text="full screen").is_visible()
    assert page.problems == []


def test_rows_of_the_ast_fold_and_open_for_what_is_selected(page, path):
    opened(page, path)
    show(page, "ast")
    rows = page.locator("[data-panel=ast] .tff-row[role=treeitem]")
    rows.first.wait_for()
    number, last = rows.count(), rows.last.get_attribute("data-row")
    rows.first.click()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => document.querySelectorAll('[data-panel=ast] [role=treeitem]').length === 1")
    assert rows.first.get_attribute("aria-expanded") == "false"
    page.evaluate("node => { location.hash = `#node=${node}` }", last)
    page.wait_for_function(
        "n => document.querySelectorAll('[data-panel=ast] [role=treeitem]').length === n", arg=number
    )
    rows.first.locator(".twist").click()
    page.wait_for_function("() => document.querySelectorAll('[data-panel=ast] [role=treeitem]').length === 1")
    assert page.problems == []


def test_a_thinned_page_counts_what_it_does_not_keep_and_says_so(page, tmp_path):
    snapshot = traced(mean_of_doubles, [float(n) for n in range(30)])[1].snapshot
    said = []
    for most in (None, 100):
        (tmp_path / "t.html").write_text(html_of(snapshot, most_spans=most), encoding="utf-8")
        opened(page, tmp_path / "t.html")
        summaries = [
            page.locator(f"[data-panel={name}]").get_attribute("data-summary") for name in ("stack", "clients")
        ]
        said.append([total_calls(page), *summaries])
    assert said[0] == said[1]
    assert re.search(r"the longest 100 of \d+ spans", page.inner_text(".tff-status"))
    page.locator(".tff-details dt", has_text="left out").wait_for()
    assert page.problems == []


def test_the_keyboard_goes_as_the_eye_does(page, path):
    opened(page, path)
    places = page.evaluate(
        "() => [...document.querySelectorAll('.tff-panel')].filter(panel => panel.offsetWidth > 0).map(panel => {"
        "  const { top, left } = panel.getBoundingClientRect(); return [top, left]; })"
    )
    assert places == sorted(places) and len(places) > 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; see `make widgets-check`")
def test_axe_finds_no_violation(new_page, path, scheme):
    page = opened(new_page(color_scheme=scheme), path)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for tab in TABS:
        show(page, tab)
        if tab == "clients":
            page.locator("[data-panel=clients] .tff-canvas canvas").press("ArrowRight")
            page.locator(".tff-details button").first.wait_for()
        if tab == "graph":
            page.locator(".tff-graph .node").first.click()
        violations = page.evaluate("async () => (await axe.run()).violations")
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []


@pytest.mark.parametrize("width", [360, 520])
def test_a_narrow_page_is_not_wider_than_its_window(new_page, path, width):
    page = opened(new_page(viewport={"width": width, "height": 700}), path)
    for tab in TABS:
        show(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.problems == []


def test_what_a_trace_says_is_never_run(page, tmp_path):
    @tff.tf_computation(np.float32)
    def refuse(x):
        import tensorflow as tf

        tf.debugging.assert_less(x, 2.0, EVIL)
        return x

    @tff.tf_computation(np.str_)
    def echo(text):
        return text

    refuse_large = tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(refuse, v)), FLOATS)
    refuse_large.__name__ = echo.__name__ = EVIL
    with tff.trace() as trace, tff.use(tff.local_executor_factory()):
        echo(EVIL)
        with pytest.raises(tff.ExecutionError):
            refuse_large([1.0, 5.0])
    trace.to_html(tmp_path / "evil.html")
    opened(page, tmp_path / "evil.html", "failed")
    for tab in TABS:
        show(page, tab)
    assert page.locator("img, script:not(body > script, main > script)").count() == 0
    page.click(".tff-error")
    page.locator(".tff-details dt", has_text="error").wait_for()
    assert "onerror=alert(2)" in page.inner_text(".tff-details")
    show(page, "clients")
    page.keyboard.press("Escape")
    for _ in range(2):
        page.press("[data-panel=clients] .tff-canvas canvas", "ArrowRight")
    page.locator(".tff-details dd", has_text="1 · failed").wait_for()
    page.locator(".tff-details button", has_text="onerror=alert(2)").click()
    page.locator(".tff-details dd", has_text="create_call · error").wait_for()
    show(page, "timeline")
    page.focus("[data-panel=timeline] canvas")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.locator(".tff-details dd").first.wait_for()
    assert page.problems == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "gallery").glob("*.html")), ids=lambda path: path.name[:2])
def test_a_page_of_the_gallery_shows_every_panel(page, path):
    opened(page, path)
    for tab in TABS:
        show(page, tab)
    for panel in ("clients", "timeline", "graph", "traffic"):
        wait_for_summary(page, panel, "[1-9].*")
    assert page.problems == []


def test_an_empty_trace_says_so(page, tmp_path):
    with tff.trace() as trace:
        pass
    trace.to_html(tmp_path / "empty.html")
    opened(page, tmp_path / "empty.html")
    assert "nothing recorded" in page.inner_text(".tff-status")
    for tab in TABS:
        show(page, tab)
    assert page.problems == []
