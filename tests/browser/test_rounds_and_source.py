"""Source lines, rounds and the replay, in a page that has no kernel."""

import re

import pytest

import tffsim as tff
from tests.browser.lab import CHROMIUM
from tests.browser.test_page import opened, show, wait_for_summary
from tests.unit.tracing.traced_programs import next_round, sum_of_logs
from tests.unit.tracing.traced_runs import failed_at_client
from tffsim.tracing.document.snapshot import without_source
from tffsim.views.notebook.page import page as page_of

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")

NUM_CLIENTS, NUM_ROUNDS = 9, 4
# Notes which moments the replay shows.
NOTE_MOMENTS = """() => {
  const scrubber = document.querySelector(".tff-scrubber");
  window.moments = [];
  const noted = new MutationObserver(() => window.moments.push(scrubber.dataset.moment));
  noted.observe(scrubber, { attributes: true, attributeFilter: ["data-moment"] });
}"""


@pytest.fixture(scope="module")
def trace():
    with tff.trace() as trace:
        for bias in range(NUM_ROUNDS):
            next_round(float(bias), [float(client) for client in range(NUM_CLIENTS)])
    return trace


@pytest.fixture(scope="module")
def path(trace, tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "rounds.html"
    trace.to_html(path)
    return path


def line(page, text: str):
    return page.locator("[data-panel=source] .tff-code.told", has=page.locator("code", has_text=text)).first


def gutter(page, text: str) -> list[str]:
    return [line(page, text).locator(f".{name}").inner_text() for name in ("runs", "crossed")]


def scrubber(page):
    return page.locator(".tff-scrubber .strip")


def wait_for_moment(page, pattern: str) -> None:
    page.wait_for_function(
        "pattern => new RegExp(`^${pattern}$`).test(document.querySelector('.tff-scrubber .strip').ariaValueText)",
        arg=pattern,
    )


def test_the_source_stands_beside_each_panel_with_its_numbers(page, path):
    opened(page, path)
    for tab in ("program", "stack", "clients", "timeline"):
        show(page, tab)
        source, panel = (page.locator(f"[data-panel={name}]").bounding_box() for name in ("source", tab))
        assert source["x"] + source["width"] <= panel["x"] + 1
    assert gutter(page, "def shift(x, y)") == [f"× {NUM_CLIENTS * NUM_ROUNDS}", ""]
    assert gutter(page, "tff.federated_broadcast")[1] == f"↓ {4 * NUM_CLIENTS * NUM_ROUNDS} B"
    assert line(page, "return y - x, y").locator(".note").count() == 1
    assert page.locator("[data-panel=source] .tff-code", has_text="@tff.tf_computation(⋯)").count() > 0
    assert page.problems == []


def test_a_line_lights_its_boxes_and_a_box_its_lines(page, path):
    opened(page, path)
    show(page, "program")
    line(page, "def shift(x, y)").hover()
    page.locator(".tff-program .box.lit", has_text="shift").wait_for()
    assert page.locator(".tff-program .box.lit", has_text="federated_mean").count() == 0
    page.locator(".tff-program .box.step", has_text="federated_mean").hover()
    page.locator("[data-panel=source] .tff-code.lit", has_text="federated_mean").wait_for()
    assert page.locator("[data-panel=source] .tff-code.lit", has_text="def shift").count() == 0


def test_a_line_that_is_selected_is_marked_and_the_next_key_goes_on(page, path):
    opened(page, path)
    show(page, "source")
    line(page, "tff.federated_broadcast").click()
    page.locator(".tff-code[aria-selected=true]", has_text="federated_broadcast").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".tff-code[aria-selected=true]", has_text="tff.federated_map(shift").wait_for()
    assert page.problems == []


def test_what_went_wrong_is_a_mark_that_leads_there(page, tmp_path):
    failed_at_client(1, 3).to_html(tmp_path / "failed.html")
    opened(page, tmp_path / "failed.html", "failed")
    show(page, "program")
    mark = page.locator(".tff-code.wrong button", has_text="✕ client 1: a client sent seven")
    mark.click()
    page.locator(".tff-details", has_text="error").wait_for()
    assert page.locator(".tff-scrubber b.wrong").count() == 1
    show(page, "rounds")
    page.locator("[data-panel=rounds] .wrong", has_text="1 failed: 1").wait_for()
    assert page.problems == []


def test_rounds_are_brushed_and_all_panels_follow(page, path):
    opened(page, path)
    show(page, "rounds")
    wait_for_summary(page, "rounds", f"{NUM_ROUNDS} calls")
    rows = page.locator("[data-panel=rounds] [data-round]")
    first, last = rows.nth(1).bounding_box(), rows.nth(2).bounding_box()
    page.mouse.move(first["x"] + 12, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(last["x"] + 12, last["y"] + 8, steps=4)
    page.mouse.up()
    wait_for_summary(page, "rounds", f"{NUM_ROUNDS} calls, rounds 2 to 3 chosen")
    assert re.match(r"rounds 2 to 3: .*, mean .* → .*, most", page.inner_text(".tff-rounds-foot"))
    half = NUM_CLIENTS * NUM_ROUNDS // 2
    assert gutter(page, "def shift(x, y)") == [f"{half} of {2 * half}", ""]
    assert gutter(page, "tff.federated_broadcast")[1] == f"↓ {4 * half} B"
    show(page, "program")
    page.locator(".tff-program .box.step", has_text=f"{half} done").wait_for()
    show(page, "rounds")
    rows.nth(2).press("Shift+ArrowDown")
    wait_for_summary(page, "rounds", f"{NUM_ROUNDS} calls, rounds 2 to 4 chosen")
    rows.nth(0).press("Home")
    wait_for_summary(page, "rounds", f"{NUM_ROUNDS} calls, round 1 chosen")
    assert page.problems == []


def test_the_replay_shows_what_was_under_way(page, path):
    opened(page, path)
    show(page, "clients")
    wait_for_summary(page, "clients", f"round {NUM_ROUNDS} of {NUM_ROUNDS}, {NUM_CLIENTS} clients: .*done.*")
    scrubber(page).press("Home")
    wait_for_summary(page, "clients", f"round 1 of {NUM_ROUNDS}, {NUM_CLIENTS} clients: {NUM_CLIENTS} waiting")
    wait_for_moment(page, "0 ns, round 1")
    # Some change of the first round is a client's.
    for _ in range(2000):
        scrubber(page).press("ArrowRight")
        if "running" in page.locator("[data-panel=clients]").get_attribute("data-summary"):
            break
    wait_for_summary(page, "clients", f"round 1 of {NUM_ROUNDS}, {NUM_CLIENTS} clients: .*1 running.*")
    scrubber(page).press("Shift+ArrowRight")
    wait_for_moment(page, ".*, round 2")
    wait_for_summary(page, "clients", f"round 2 of {NUM_ROUNDS}, {NUM_CLIENTS} clients: {NUM_CLIENTS} waiting")
    scrubber(page).press("End")
    wait_for_summary(page, "clients", f"round {NUM_ROUNDS} of {NUM_ROUNDS}, {NUM_CLIENTS} clients: .*done.*")
    assert page.locator(".tff-scrubber").get_attribute("data-moment") == ""
    assert page.problems == []


def test_the_replay_plays_to_the_end_and_keeps_what_is_selected(page, path):
    opened(page, path)
    show(page, "program")
    line(page, "def shift(x, y)").click()
    page.evaluate(NOTE_MOMENTS)
    page.locator(".tff-scrubber button", has_text="▶").click()
    # On a busy machine the replay may be over before anybody looks.
    page.wait_for_function("() => window.moments.length > 1 && window.moments.at(-1) === ''")
    page.locator(".tff-scrubber button", has_text="▶").wait_for(timeout=20_000)
    assert line(page, "def shift(x, y)").get_attribute("aria-selected") == "true"
    assert page.problems == []


def test_who_wants_less_motion_sees_still_pictures(new_page, path):
    page = opened(new_page(reduced_motion="reduce"), path)
    show(page, "program")
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") + 60_000)
    scrubber(page).press(" ")
    page.clock.run_for(100)
    start = page.locator(".tff-scrubber").get_attribute("data-moment")
    page.clock.run_for(500)
    assert page.locator(".tff-scrubber").get_attribute("data-moment") == start
    page.clock.run_for(1000)
    page.wait_for_function("start => document.querySelector('.tff-scrubber').dataset.moment !== start", arg=start)
    assert page.problems == []


def test_without_its_source_a_trace_shows_names_and_numbers(page, trace, tmp_path):
    (tmp_path / "bare.html").write_text(page_of(without_source(trace.snapshot)), encoding="utf-8")
    opened(page, tmp_path / "bare.html")
    show(page, "source")
    assert gutter(page, "shift") == [f"× {NUM_CLIENTS * NUM_ROUNDS}", ""]
    assert "tff.federated" not in page.inner_text("[data-panel=source]")
    assert page.problems == []


def test_more_than_fifty_rounds_are_thin_rows(page, tmp_path):
    with tff.trace() as trace:
        for _ in range(60):
            sum_of_logs([1.0])
    trace.to_html(tmp_path / "many.html")
    opened(page, tmp_path / "many.html")
    show(page, "rounds")
    heights = {row.bounding_box()["height"] for row in page.locator("[data-panel=rounds] [data-round]").all()[:9]}
    assert max(heights) < 8
    assert page.problems == []
