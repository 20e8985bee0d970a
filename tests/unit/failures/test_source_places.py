"""Places in source code, and which of them are the user's."""

import functools
import json
import linecache
import sys
import types

import IPython
import numpy as np
import pytest

from tffsim.failures import source_places
from tffsim.failures.source_places import (
    describe,
    innermost_of_user,
    is_library,
    only_user_frames,
    place_of_definition,
    position_of,
    shown_file,
    walk,
)


def trace_of(function):
    try:
        function()
    except Exception as error:
        return error.__traceback__


def test_a_place_is_told_with_its_line_and_without_its_folder(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("x = 1\n    y = x / 0  \n")
    assert describe(str(path), 2) == "model.py:2: y = x / 0"
    path.write_text("x = 1\nz = 2\n# longer than before\n")
    assert describe(str(path), 2) == "model.py:2: z = 2"


def test_a_long_line_is_cut_and_a_missing_one_left_out(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("x" * 200)
    assert describe(str(path), 1) == f"model.py:1: {'x' * 100} ..."
    assert describe("gone.py", 7) == "gone.py:7"


def test_a_cell_is_called_as_its_notebook_calls_it(monkeypatch):
    class Compile:
        def format_code_name(self, filename):
            return ("Cell", "In[3]") if filename == "/tmp/ipykernel_1/2.py" else None

    shell = type("Shell", (), {"compile": Compile()})
    monkeypatch.setitem(sys.modules, "IPython", type("IPython", (), {"get_ipython": staticmethod(lambda: shell)}))
    monkeypatch.setitem(linecache.cache, "/tmp/ipykernel_1/2.py", (3, None, ["x/0\n"], "/tmp/ipykernel_1/2.py"))
    assert describe("/tmp/ipykernel_1/2.py", 1) == "Cell [3] line 1: x/0"
    assert shown_file("/tmp/ipykernel_1/2.py") == "Cell [3]" and shown_file("/a/b.py") == "b.py"


@pytest.mark.parametrize("module", [np, source_places, functools, json.decoder])
def test_files_of_packages_below_and_of_python_are_no_users(module):
    assert is_library(module.__file__)


def test_files_of_tests_are_the_users_and_generated_ones_are_not():
    assert not is_library(__file__)
    assert is_library("<frozen importlib._bootstrap>") and is_library("/tmp/__autograph_generated_file1.py")


def test_the_innermost_place_of_the_user_is_found_among_those_of_libraries():
    places = [("mine.py", 1), (np.__file__, 5), ("other.py", 2), (np.__file__, 7)]
    assert innermost_of_user(places) == ("other.py", 2)
    assert innermost_of_user(places[3:]) is innermost_of_user([]) is None


def decorated(function):
    return function


@decorated
@decorated
def example():
    return 1


def test_a_function_is_defined_where_its_def_is_and_not_at_its_decorators():
    filename, line = place_of_definition(example)
    assert filename == __file__ and linecache.getline(filename, line) == "def example():\n"
    assert place_of_definition(len) is place_of_definition(object()) is None


def test_a_lambda_is_defined_in_its_line_whatever_is_defined_below(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("made = decorated(lambda x: x)\ndef other(): pass\n")
    variables = {"decorated": decorated}
    exec(compile(path.read_text(), str(path), "exec"), variables)
    assert place_of_definition(variables["made"]) == (str(path), 1)


def test_only_the_users_frames_are_kept_of_a_traceback():
    trace = trace_of(lambda: np.linalg.inv(np.zeros((2, 2))))
    assert any(is_library(entry.tb_frame.f_code.co_filename) for entry in walk(trace))
    assert {entry.tb_frame.f_code.co_filename for entry in walk(only_user_frames(trace))} == {__file__}


def test_the_position_of_an_instruction_is_in_bytes():
    def fail():
        return "ä" and 1 / 0

    entry = list(walk(trace_of(fail)))[-1]
    first, last, start, end = position_of(entry.tb_frame.f_code, entry.tb_lasti)
    source = linecache.getline(__file__, first).encode()
    assert first == last == entry.tb_lineno and source[start:end] == b"1 / 0"


# IPython 7, which Colab has, does not say which cell has the code that it compiled under a name of its own.

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
    assert describe(compiled("z = 3"), 1) == "Cell [4] line 1: z = 3"


def test_of_cells_alike_the_last_has_the_name(compiled):
    assert describe(compiled(_FIRST), 2) == "Cell [3] line 2: y = 2"


def test_so_is_a_cell_in_the_background_which_is_compiled_without_its_first_line(compiled):
    assert shown_file(compiled("\nx = 5\nx / 0\n")) == "Cell [2]"


def test_code_that_is_of_no_cell_keeps_its_name(compiled, tmp_path):
    assert shown_file(compiled("w = 4")) == "123.py"
    assert shown_file("/tmp/ipykernel_0/456.py") == "456.py"
    module = tmp_path / "model.py"
    module.write_text("z = 3\n")
    assert describe(str(module), 1) == "model.py:1: z = 3"
