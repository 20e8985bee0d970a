"""What a notebook keeps of runs, where nothing but a browser shows it: with scripts and without, printed, sanitised."""

import nbformat
import pytest
from nbconvert import HTMLExporter, LatexExporter, MarkdownExporter

from tests.browser.lab import CHROMIUM
from tests.unit.tracing.traced_programs import rounds, sum_of_logs, traced
from tffsim.views.notebook.mime_bundle import outputs
from tffsim.views.panels.sentence import told

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")


@pytest.fixture(scope="module")
def traces():
    return [rounds(), traced(sum_of_logs, [1.0, -1.0]), traced(sum_of_logs, [1.0, 2.0])]


@pytest.fixture(scope="module")
def notebook(traces):
    """A notebook with a view of each trace, far apart."""
    cells = []
    for trace in traces:
        shown = [nbformat.v4.new_output("display_data", data, metadata=about) for data, about in outputs(trace)]
        far = nbformat.v4.new_markdown_cell("\n\n".join("." * 150))
        cells += [nbformat.v4.new_code_cell("f()", outputs=shown), far]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="module")
def write(tmp_path_factory, notebook):
    def write(**options):
        exporter = HTMLExporter(require_js_url="", mathjax_url="", mermaid_js_url="")
        for name, value in options.items():
            setattr(exporter, name, value)
        path = tmp_path_factory.mktemp("saved") / "notebook.html"
        path.write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
        return path.as_uri()

    return write


def test_every_view_is_drawn_on_load_in_sight_or_not(page, write):
    page.goto(write())
    for frame in page.frames[1:]:
        frame.locator(".tffsim[data-state=done]").wait_for(state="attached", timeout=60_000)
        frame.locator("[data-panel=program] svg g").first.wait_for(state="attached")
    assert len(page.frames) == 4
    assert page.locator("iframe").last.bounding_box()["y"] > 3 * page.viewport_size["height"]
    assert page.locator(".tffsim-still:visible, img:visible").count() == 0
    assert page.problems == []


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_without_scripts_each_view_is_a_picture_with_its_sentence_on_the_ground_of_the_page(
    new_page, write, traces, ground
):
    page = new_page(java_script_enabled=False, color_scheme=ground)
    page.goto(write())
    assert page.locator("iframe:visible").count() == 0
    assert [text.startswith(told(trace)) for text, trace in _texts(page, traces)] == [True] * 3
    pictures = page.locator("img:visible").all()
    filters = [picture.evaluate("e => getComputedStyle(e).filter") for picture in pictures]
    assert ["invert" in filter_ for filter_ in filters] == [ground == "dark"] * 3


@pytest.mark.parametrize("template", ["lab", "classic"])
def test_on_paper_each_view_is_its_picture(page, write, template):
    page.goto(write(template_name=template))
    assert page.locator("img:visible").count() == 0
    page.emulate_media(media="print")
    assert page.locator("iframe:visible").count() == page.locator(".tffsim-still:visible").count() == 0
    assert page.locator("img:visible").count() == 3


def test_sanitised_there_are_pictures_sentences_and_tables_and_no_script(page, write, traces):
    page.goto(write(sanitize_html=True))
    assert [text.startswith(told(trace)) for text, trace in _texts(page, traces)] == [True] * 3
    assert all("Where the time went" in text for text, _ in _texts(page, traces))
    assert page.locator("img:visible").count() == 3
    text = page.locator("body").inner_text()
    assert "srcdoc" not in text and "display:" not in text
    assert page.evaluate("document.documentElement.scrollHeight") < 20_000
    assert page.problems == []


def _texts(page, traces):
    return zip(page.locator("pre code").all_inner_texts(), traces, strict=True)


def test_markdown_has_the_picture_and_the_tables_before_the_page(notebook, traces):
    text, files = MarkdownExporter().from_notebook_node(notebook)
    assert len(files["outputs"]) == 3
    for part, trace, name in zip(text.split("<iframe")[:-1], traces, files["outputs"], strict=True):
        assert told(trace) in part and part.count(f"]({name})") == 1 and "Where the time went" in part


def test_latex_has_the_pictures_and_the_tables(notebook):
    # Words between the cells need pandoc, which not every machine has.
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    text, files = LatexExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    assert len(files["outputs"]) == text.count(r"\adjustimage") == text.count("Where the time went") == 3
