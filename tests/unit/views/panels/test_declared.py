"""A panel is declared once; everything that names panels reads the declaration."""

import json
import pathlib
import re

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.magics.tff_magics import TffMagics
from tffsim.views import PANELS
from tffsim.views.figures.figures import Figures
from tffsim.views.glossary import glossary, hover_texts
from tffsim.views.notebook.feed import Feed
from tffsim.views.notebook.look import look
from tffsim.views.panels.declared import DECLARED, OVERVIEW
from tffsim.views.panels.panel_data import PANEL_DATA

ROOT = pathlib.Path(__file__).parents[4]
FRONT_END = ROOT / "widgets" / "src"


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0])[1]


@pytest.mark.parametrize("panel", DECLARED.values(), ids=PANELS)
class TestEachPanel:
    def test_says_what_it_answers_and_what_it_shows(self, panel):
        assert panel.question.endswith("?") and panel.question[0].isupper()
        assert panel.shows.endswith((".", "?"))
        assert panel.title.lower() == panel.name

    def test_has_a_painter_of_its_name_for_figures(self, panel, trace):
        axes = getattr(trace.plot, panel.name)()
        assert axes.get_title(loc="left")

    def test_has_a_painter_in_the_front_end(self, panel):
        painters = re.findall(
            r"^  (\w+): \w+Panel,$", (FRONT_END / "view.ts").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert panel.name in painters

    def test_gets_the_data_that_it_declares_and_the_program(self, panel, trace):
        ((message, _),) = Feed(trace.source, panels=[panel.name]).everything(finished=True)
        assert set(panel.data) <= {"spans", *PANEL_DATA}
        # The sentence above all panels is a part of the program.
        assert PANEL_DATA & set(message["description"]) == PANEL_DATA & {*panel.data, "program"}

    def test_is_explained_in_the_glossary(self, panel):
        assert panel.title in glossary()
        assert panel.title in hover_texts()

    def test_can_be_asked_for_by_its_name(self, panel, trace):
        assert trace.show(panel.name).panels == [panel.name]
        assert panel.name in TffMagics.tff_execute.parser.format_help()


def test_names_and_titles_are_different_from_one_another():
    assert len({panel.title for panel in DECLARED.values()}) == len(PANELS)


def test_the_overview_shows_panels_that_there_are():
    assert set(OVERVIEW) <= set(PANELS)


def test_no_list_of_panels_stands_in_the_sources_besides():
    written = [*(ROOT / "tffsim").rglob("*.py"), *FRONT_END.rglob("*.ts")]
    quoted = re.compile(r"[\"'](" + "|".join(PANELS) + r")[\"'](?:\s*,\s*[\"'](?:" + "|".join(PANELS) + r")[\"']){3,}")
    assert [path.name for path in written if quoted.search(path.read_text(encoding="utf-8"))] == []


def test_a_trace_is_shown_by_all_of_them_unless_some_are_named():
    with tff.trace() as trace:
        mean_of_doubles([1.0])
    assert trace.show().panels == list(PANELS)


def test_the_front_end_is_told_what_one_file_declares():
    declared = json.loads((ROOT / "tffsim" / "views" / "panels.json").read_text(encoding="utf-8"))["panels"]
    assert [panel["name"] for panel in declared] == list(PANELS)
    told = look()["panels"]
    assert [(panel["name"], panel["title"]) for panel in told] == [
        (panel["name"], panel["title"]) for panel in declared
    ]
    assert [panel["question"] for panel in told] == [panel.question for panel in DECLARED.values()]
    assert all(callable(getattr(Figures, name)) for name in PANELS)
