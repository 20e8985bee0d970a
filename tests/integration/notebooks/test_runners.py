"""Programs that run notebooks stop at a cell with the magic that fails, as at any other."""

import subprocess
import sys

import nbclient
import nbformat
import papermill
import pytest

from tests.integration.notebooks.kernel import SETUP

FAILING = "%%tff_execute --view none\nx = 1\nmean(['wrong'])"


def notebook(*cells: str):
    """Returns a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (SETUP, *cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


@pytest.fixture
def failing(tmp_path):
    path = tmp_path / "failing.ipynb"
    nbformat.write(notebook("weights = 'old'", FAILING, f"open({str(tmp_path / 'saved')!r}, 'w')"), path)
    return path


def test_nbclient_stops_with_a_live_view_too():
    client = nbclient.NotebookClient(notebook("%%tff_execute\nmean(['wrong'])"), timeout=120, startup_timeout=300)
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="ArgumentError"):
        client.execute()


def test_nbconvert_ends_with_an_error(failing, tmp_path):
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", str(failing)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode != 0 and "ArgumentError" in done.stderr
    assert not (tmp_path / "saved").exists()


def test_papermill_stops_and_keeps_what_was_shown(failing, tmp_path):
    with pytest.raises(papermill.PapermillExecutionError, match="ArgumentError"):
        papermill.execute_notebook(str(failing), str(tmp_path / "out.ipynb"), progress_bar=False)
    assert not (tmp_path / "saved").exists()
    out = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [cell.metadata.papermill.exception for cell in out.cells if cell.source == FAILING] == [True]


def test_a_right_notebook_is_run_to_its_end(tmp_path):
    cells = ("%%tff_execute\nx = mean([1.0, 3.0])\nx", "%%tff_execute --view none\nawait asyncio.sleep(0)\nx + 1")
    nbformat.write(notebook(*cells), tmp_path / "right.ipynb")
    out = papermill.execute_notebook(str(tmp_path / "right.ipynb"), None, progress_bar=False)
    shown = [output for cell in out.cells for output in cell.outputs]
    results = [output.data["text/plain"] for output in shown if output.output_type == "execute_result"]
    assert [result.startswith(f"np.float32({number}") for result, number in zip(results, (2, 3), strict=True)]
    # A run is displayed as a picture and a page.
    assert ["text/html" in output.data for output in shown if output.output_type == "display_data"] == [False, True]
