"""`tffsim run --trace`, `tffsim show` and `tffsim export`."""

import json
import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.cli.main import main

TOTAL = (
    "import numpy as np, tffsim as tff\n"
    "@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))\n"
    "def total(x):\n    return tff.federated_sum(x)\n"
)


@pytest.fixture
def script(tmp_path):
    """Starts `tffsim run --trace t.tfftrace` on a script with the given text, in a process of its own."""
    (tmp_path / "elsewhere").mkdir()

    def script(text, trace="t.tfftrace"):
        (tmp_path / "script.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "tffsim", "run", "--trace", trace, "script.py"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True)

    return script


@pytest.fixture(scope="module")
def trace():
    return traced(mean_of_doubles, [1.0, 2.0, 6.0])[1].frozen()


@pytest.fixture
def file(trace, tmp_path):
    trace.save(tmp_path / "t.tfftrace")
    return tmp_path / "t.tfftrace"


def tffsim(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


# tffsim run --trace


def test_a_run_is_traced_in_all_its_threads(script, tmp_path):
    text = (
        TOTAL + "import os, threading\nos.chdir('elsewhere')\nprint(total([1.0, 2.0]))\n"
        "thread = threading.Thread(target=total, args=([3.0],))\nthread.start()\nthread.join()\n"
    )
    process = script(text)
    output, errors = process.communicate()
    assert (output, process.returncode) == ("3.0\n", 0)
    assert f"saved in {tmp_path / 't.tfftrace'}" in errors
    invocations = tff.load_trace(tmp_path / "t.tfftrace").invocations
    assert invocations["num_clients"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (["--trace", "t.tfftrace", "x"], ["x"]),
        (["--trace=t.tfftrace", "--", "--trace", "mine"], ["--trace", "mine"]),
    ],
)
def test_the_option_may_follow_the_script(arguments, seen, tmp_path):
    (tmp_path / "script.py").write_text("import sys; print(sys.argv[1:])")
    command = [sys.executable, "-m", "tffsim", "run", "script.py", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(seen), done.stderr
    assert (tmp_path / "t.tfftrace").is_file()


def test_the_trace_is_saved_if_the_script_fails(script, tmp_path):
    process = script(TOTAL + "total([1.0])\nraise ValueError('over')\n")
    errors = process.communicate()[1]
    assert process.returncode == 1
    assert "ValueError: over" in errors
    assert "contextlib" not in errors
    assert tff.load_trace(tmp_path / "t.tfftrace").invocations.num_rows == 1


def test_the_trace_is_saved_if_the_script_exits(script, tmp_path):
    process = script("import sys\nsys.exit(3)\n")
    process.communicate()
    assert process.returncode == 3
    assert tff.load_trace(tmp_path / "t.tfftrace").spans.num_rows == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for one process.")
def test_the_trace_is_saved_if_the_script_is_interrupted(script, tmp_path):
    waiting = "import threading\ntotal([1.0])\nprint('ready', flush=True)\nthreading.Event().wait()\n"
    process = script(TOTAL + waiting)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    errors = process.communicate()[1]  # It returns only because the script has ended.
    assert process.returncode == 130
    assert "Interrupted." in errors
    assert tff.load_trace(tmp_path / "t.tfftrace").invocations.num_rows == 1


def test_a_file_that_cannot_be_written_is_told_before_the_script_runs(script):
    process = script("print('runs')", trace=os.path.join("nowhere", "t.tfftrace"))
    output, errors = process.communicate()
    assert (output, process.returncode) == ("", 2)
    assert "does not exist" in errors


# tffsim show


def test_show_prints_the_summary(trace, file):
    done = tffsim("show", file)
    assert (done.output, done.exit_code) == (trace.summary() + "\n", 0)


def test_show_leaves_control_characters_out(file):
    damaged = file.with_name("hostile.tfftrace")
    with tff.trace() as trace, tff.use(tff.local_executor_factory()):
        mean_of_doubles([1.0])
    trace.frozen().snapshot.invocations[0] = type(trace.frozen().snapshot.invocations[0])(0, "\x1b[2Jcleared", 0, {})
    trace.save(damaged)
    output = tffsim("show", damaged).output
    assert "[2Jcleared" in output
    assert "\x1b" not in output


@pytest.mark.parametrize("command", [["show"], ["export", "--to", "dot"]])
def test_a_file_that_is_missing_or_no_trace_is_told_in_one_line(command, file, tmp_path):
    (tmp_path / "text.tfftrace").write_text("no trace")
    (tmp_path / "cut.tfftrace").write_bytes(file.read_bytes()[:-100])
    for path in ("text.tfftrace", "cut.tfftrace", "nowhere.tfftrace", "."):
        done = tffsim(*command, tmp_path / path)
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")
        assert str(tmp_path / path) in done.output
        assert done.output.count("\n") == 1


def test_a_file_with_any_byte_changed_is_shown_or_told_to_be_damaged(file):
    content = file.read_bytes()
    for position in range(0, len(content), max(1, len(content) // 150)):
        file.write_bytes(content[:position] + bytes([content[position] ^ 0x5A]) + content[position + 1 :])
        done = tffsim("show", file)
        assert done.exit_code == 0 or (done.exit_code == 1 and done.output.startswith("Error: ")), done.exception


# tffsim export


def test_export_writes_beside_the_trace_by_default(file):
    done = tffsim("export", file, "--to", "perfetto")
    assert (done.output, done.exit_code) == (f"Wrote {file.with_suffix('.json')}\n", 0)
    assert json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))["traceEvents"]


@pytest.mark.parametrize(
    ("name", "output"), [("graphml", "t.graphml"), ("dot", "t.dot"), ("csv", "t-csv/spans.csv"), ("html", "t.html")]
)
def test_every_format_can_be_exported(name, output, file):
    done = tffsim("export", file, "--to", name)
    assert done.exit_code == 0, done.output
    assert file.parent.joinpath(output).stat().st_size > 0


def test_export_writes_where_it_is_told(file, tmp_path):
    assert tffsim("export", file, "--to", "dot", "--output", tmp_path / "picture.gv").exit_code == 0
    assert (tmp_path / "picture.gv").is_file()


def test_a_page_can_leave_out_the_source(file):
    def size_with(*options):
        assert tffsim("export", file, "--to", "html", *options).exit_code == 0
        return file.with_suffix(".html").stat().st_size

    assert size_with("--no-source") < size_with()


def test_export_does_not_replace_the_trace(file):
    done = tffsim("export", file, "--to", "dot", "--output", file)
    assert done.exit_code == 1
    assert "is the trace itself" in done.output
    assert tff.load_trace(file).spans.num_rows


@pytest.mark.parametrize("name", ["perfetto", "csv", "html"])
def test_an_output_that_cannot_be_written_is_told_in_one_line(name, file, tmp_path):
    (tmp_path / "taken").write_text("")
    done = tffsim("export", file, "--to", name, "--output", tmp_path / "taken" / "t")
    assert done.exit_code == 1
    assert "cannot be written" in done.output
    assert done.output.count("\n") == 1


def test_help_lists_the_commands():
    output = tffsim("--help").output
    assert "show " in output
    assert "export " in output
    assert "perfetto  a timeline" in tffsim("export", "--help").output


def test_view_writes_a_page(file):
    done = tffsim("view", file, "--no-open")
    assert done.exit_code == 0
    page = done.output.removeprefix("The page is ").strip()
    with open(page, encoding="utf-8") as text:
        assert "mean_of_doubles" in text.read()
