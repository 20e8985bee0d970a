"""The first lesson in a real browser, as a student opens it."""

import shutil

import nbformat
import pytest

from notebooks.sources import make
from tests.browser.lab import CHROMIUM, output_of, run_all_cells, wait_until_idle

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")

LESSON = make.student_path("01_first_computation")
FINISHED = "iframe[title=Trace]"


@pytest.fixture
def lesson(lab, page):
    """Opens the lesson as it lies in the repository, with its pictures."""
    shutil.copytree(make.ROOT / "docs" / "images", lab.folder / "docs" / "images", dirs_exist_ok=True)
    (lab.folder / "notebooks").mkdir(exist_ok=True)
    shutil.copy(LESSON, lab.folder / "notebooks")
    page.goto(lab.url(LESSON.name).replace("/tree/", "/tree/notebooks/"))
    page.wait_for_selector(".jp-Notebook")
    wait_until_idle(page)
    return page


def test_the_first_lesson_runs_and_shows_its_view(lesson):
    run_all_cells(lesson)
    lesson.wait_for_selector(FINISHED, state="attached", timeout=90_000)
    wait_until_idle(lesson)
    cells = nbformat.read(LESSON, as_version=4).cells
    outputs = {cell.source: output_of(lesson, k) for k, cell in enumerate(cells) if cell.cell_type == "code"}
    assert "122.0" in outputs["mean_temperature([0.0, 100.0])"]
    assert [text for text in outputs.values() if "Traceback" in text] == []
    assert lesson.problems == []


def test_before_it_runs_the_first_lesson_shows_pictures_and_hides_answers(lesson):
    lesson.locator("img[alt^='A cell of a notebook']").first.wait_for()
    answer = lesson.locator("details", has_text="None. There is no temperature yet").first
    assert answer.get_attribute("open") is None
    answer.locator("summary").click()
    assert answer.get_attribute("open") is not None
    assert lesson.problems == []
