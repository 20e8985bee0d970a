import os
import subprocess
import sys

import pytest


@pytest.fixture
def run(tmp_path):
    """Runs `tffsim run` on a script with the given text, in a process of its own."""

    def run(text, *arguments, options=()):
        script = tmp_path / "script.py"
        script.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "tffsim", "run", *options, str(script), *arguments]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def test_a_script_runs_as_main_with_its_arguments(run):
    done = run("import sys\nprint(__name__, sys.argv[0].endswith('script.py'), sys.argv[1:])", "a", "--b", "-h")
    assert done.stdout == "__main__ True ['a', '--b', '-h']\n"
    assert done.returncode == 0


def test_a_script_imports_its_neighbours(run, tmp_path):
    (tmp_path / "neighbour.py").write_text("name = 'next door'")
    assert run("import neighbour; print(neighbour.name)").stdout == "next door\n"


def test_a_computation_of_the_language_alone_runs_in_the_default_context(run):
    done = run(
        "import federated_language as fl, numpy as np\n"
        "@fl.federated_computation(fl.FederatedType(np.float32, fl.CLIENTS))\n"
        "def total(x):\n    return fl.federated_sum(x)\n"
        "print(total([1.0, 2.0]))\n"
    )
    assert (done.stdout, done.returncode) == ("3.0\n", 0)


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_that_of_the_script(run, code):
    assert run(f"import sys; sys.exit({code})").returncode == code


def test_an_error_shows_the_lines_of_the_script_only(run):
    done = run("import json\ndef read():\n    return json.loads('no')\nread()\n")
    assert done.returncode == 1
    assert "script.py" in done.stderr
    assert "line 3, in read" in done.stderr
    assert "JSONDecodeError" in done.stderr
    assert "runpy" not in done.stderr
    assert "decoder.py" not in done.stderr


def test_a_full_traceback_of_a_definition_shows_all_lines(run):
    text = "import numpy as np\nimport tffsim as tff\ntff.federated_computation(lambda x: x + 1, np.float32)\n"
    short, full = run(text), run(text, options=["--full-traceback"])
    assert "tffsim.DefinitionError" in short.stderr and "computation_wrapper.py" not in short.stderr
    assert "tffsim.DefinitionError" in full.stderr and "computation_wrapper.py" in full.stderr


def test_a_full_traceback_shows_all_lines(run):
    done = run("import json\njson.loads('no')\n", options=["--full-traceback"])
    assert "decoder.py" in done.stderr


def test_a_syntax_error_is_shown_where_it_is(run):
    done = run("x = = 1\n")
    assert done.returncode == 1
    assert "line 1" in done.stderr
    assert "x = = 1" in done.stderr


def test_a_missing_script_is_named(tmp_path):
    command = [sys.executable, "-m", "tffsim", "run", str(tmp_path / "nowhere.py")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "nowhere.py' does not exist" in done.stderr
