"""How long shown traces live: in a real kernel, whose registries hold on to widgets."""

import gc
import weakref

import nbformat
import pytest
from matplotlib.artist import Artist
from nbclient import NotebookClient

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles
from tffsim.views.notebook.mime_bundle import mime_bundle

SETUP = """%load_ext tffsim
import gc, numpy as np, tffsim as tff
from tffsim.tracing.recording.recorder import Recorder
mean = tff.federated_computation(lambda x: tff.federated_mean(x), tff.FederatedType(np.float32, tff.CLIENTS))
def alive():
    gc.collect()
    return sum(type(o) is Recorder for o in gc.get_objects())"""
CLOSED = """for _ in range(3):
    with tff.trace() as t:
        mean([1.0])
    views = [t.show(), t.show("stack")]
    for view in views: view.close()
del t, view, views
alive()"""
CLOSED_WHILE_LIVE = """for _ in range(3):
    with tff.trace() as t:
        view = t.show()
        display(view)
        mean([1.0])
    view.close()
del t, view
alive()"""
DISPLAYED = """for _ in range(4):
    with tff.trace() as t:
        display(t)
        mean([1.0])
    display(t)
del t
alive()"""
CELL = "%%tff_execute --view stack\nmean([1.0])"


@pytest.fixture(scope="module")
def alive():
    """How many traces live after each part of a notebook."""
    sources = [SETUP, CLOSED, CLOSED_WHILE_LIVE, DISPLAYED, *[CELL] * 22, "alive()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    NotebookClient(notebook, timeout=120, startup_timeout=300, kernel_name="python3").execute()
    return [int(notebook.cells[k].outputs[-1]["data"]["text/plain"]) for k in (1, 2, 3, -1)]


def test_none_lives_after_close_and_del(alive):
    assert alive[:2] == [0, 0]


def test_of_those_that_were_displayed_live_by_themselves_the_latest_lives(alive):
    assert alive[2] == 1


def test_of_those_of_cells_the_latest_twenty_live(alive):
    assert alive[3] <= 22


def test_a_closed_view_of_a_finished_trace_frees_it():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        view = trace.show()
        mean_of_doubles([1.0])
    view.close()
    gone = weakref.ref(trace.recorder)
    del trace, view
    gc.collect()
    assert gone() is None


def test_it_does_so_before_any_garbage_collection(uncollected):
    """Of which there are few: beside the objects of TensorFlow, those of a trace do not count."""
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        view = trace.show()
        mean_of_doubles([1.0])
    view.close()
    gone = weakref.ref(trace.recorder)
    del trace, view
    assert gone() is None


def test_the_picture_of_a_trace_leaves_nothing_behind(uncollected):
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        mean_of_doubles([1.0])
    assert gc.isenabled() is False

    def artists():
        return sum(isinstance(found, Artist) for found in gc.get_objects())

    mime_bundle(trace.snapshot)
    before = artists()
    mime_bundle(trace.snapshot)
    assert artists() == before and gc.isenabled() is False


@pytest.fixture
def uncollected():
    """While this runs, nothing is freed but what nobody refers to."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
