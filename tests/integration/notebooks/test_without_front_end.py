"""Notebooks that no browser shows: executed by nbclient, converted by nbconvert."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tffsim.views.notebook.page import FRONT_END

SETUP = """
%load_ext tffsim
import numpy as np
import tffsim as tff

@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def mean(x):
    return tff.federated_mean(x)
"""
AGAIN = "%%tff_execute\nmean([1.0, 3.0])"


@pytest.fixture(scope="module")
def executed():
    by_hand = "with tff.trace() as by_hand:\n    display(by_hand.show('stack'), by_hand)\n    mean([1.0, 3.0])"
    sources = (SETUP, "%%tff_execute --trace t\nmean([1.0, 3.0])", "repr(t)", by_hand, "display(t.show())\nt", AGAIN)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return NotebookClient(notebook, timeout=120, startup_timeout=300, kernel_name="python3").execute()


def test_an_executed_notebook_holds_a_page_a_picture_and_a_text(executed):
    shown = [o for o in executed.cells[1].outputs if o.output_type == "display_data"]
    assert [set(output.data) for output in shown] == [{"image/png", "text/plain"}, {"text/html", "text/plain"}]
    assert "1 invocation" in shown[1].data["text/plain"]
    (result,) = [o for o in executed.cells[1].outputs if o.output_type == "execute_result"]
    assert result.data["text/plain"].startswith("np.float32(2.0)")


def test_what_was_displayed_live_by_hand_is_kept_too(executed):
    shown = executed.cells[3].outputs
    assert [set(output.data) for output in shown] == 2 * [{"image/png", "text/plain"}, {"text/html", "text/plain"}]


def test_a_finished_trace_is_shown_by_the_same_two_outputs(executed):
    shown = executed.cells[4].outputs
    assert [set(output.data) for output in shown] == 2 * [{"image/png", "text/plain"}, {"text/html", "text/plain"}]
    assert all(output.output_type == "display_data" for output in shown)


def test_views_that_were_closed_leave_no_front_end_in_the_state_of_widgets(executed):
    states = executed.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    sizes = [len(state["state"]["_esm"]) for state in states.values() if "_esm" in state["state"]]
    assert len(sizes) == 5 and max(sizes) < 0.52 * FRONT_END.stat().st_size  # It is deflated.
    assert min(sizes) < 100


def test_a_converted_notebook_shows_the_page(executed):
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(executed)
    assert 'title="Trace"' in page and "mean" in page
