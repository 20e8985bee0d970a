"""IPython 7, which Colab has, does not say which cell has the code that it compiled under a name of its own."""

import linecache
import types

import IPython
import pytest

from tffsim.failures.source_places import describe, shown_file

_FIRST = "x = 1\ny = 2"
_MAGIC = "%%tff_execute --background\nx = 5\nx / 0"
_IN_BACKGROUND = "get_ipython().run_cell_magic('tff_execute', '--background', 'x = 5\\nx / 0')"


@pytest.fixture
def compiled(monkeypatch):
    """Notes code as IPython does, and as files that do not exist; the history has four cells."""
    history = types.SimpleNamespace(
        input_hist_parsed=["", f"{_FIRST}\n", _IN_BACKGROUND, _FIRST, "z = 3"],
        input_hist_raw=["", _FIRST, _MAGIC, _FIRST, "z = 3"],
    )
    shell = types.SimpleNamespace(compile=object(), history_manager=history)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)

    def note(code, filename="/tmp/ipykernel_0/123.py"):
        lines = [f"{line}\n" for line in code.splitlines()]
        # A time that is not that of a file: `checkcache` of IPython leaves such entries.
        monkeypatch.setitem(linecache.cache, filename, (len(code), None, lines, filename))
        return filename

    return note


def test_the_cell_is_found_by_its_code(compiled):
    assert describe(compiled("z = 3"), 1) == "Cell In[4], line 1: z = 3"


def test_of_cells_alike_the_last_has_the_name(compiled):
    assert describe(compiled(_FIRST), 2) == "Cell In[3], line 2: y = 2"


def test_so_is_a_cell_in_the_background_which_is_compiled_without_its_first_line(compiled):
    assert shown_file(compiled("\nx = 5\nx / 0\n")) == "Cell In[2]"


def test_code_that_is_of_no_cell_keeps_its_name(compiled, tmp_path):
    assert shown_file(compiled("w = 4")) == "123.py"
    assert shown_file("/tmp/ipykernel_0/456.py") == "456.py"
    module = tmp_path / "model.py"
    module.write_text("z = 3\n")
    assert describe(str(module), 1) == "model.py:1: z = 3"
