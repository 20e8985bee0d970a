import os
import re
import sys

import pytest

from tests.installations import __main__ as installations
from tests.installations import binder, environments
from tests.installations.environments import Environment, StepError, interpreter, not_lowest, outputs, run

CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"


def report(capsys, attempt):
    failed = installations._report("somewhere", attempt)
    printed = capsys.readouterr()
    return failed, printed.out, printed.err


def test_what_works_is_one_line_with_what_was_seen(capsys):
    failed, out, err = report(capsys, lambda: "27 live messages")
    assert not failed and err == ""
    assert out.startswith("ok       somewhere: 27 live messages (") and out.count("\n") == 1


def test_a_python_that_is_missing_is_named_as_skipped(capsys):
    failed, out, _ = report(capsys, lambda: None)
    assert not failed and out.startswith("skipped  somewhere: this Python is not here")


def test_a_failure_is_one_line_and_its_text_stands_apart(capsys):
    def fail():
        raise StepError("a command\nmuch text\nthe reason")

    failed, out, err = report(capsys, fail)
    assert failed and out == "FAILED   somewhere: the reason\n"
    assert "much text" in err


def test_the_pythons_of_this_machine_are_found():
    assert run([interpreter(CURRENT), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip() == CURRENT
    assert interpreter("2.0") is None


def test_commands_run_as_a_user_runs_them(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    printed, said = outputs([sys.executable, "-c", "import os; print(sorted(os.environ)); os.write(2, b'!')"])
    assert "TF_CPP_MIN_LOG_LEVEL" not in printed and "PYTHONPATH" not in printed and "'PATH'" in printed
    assert said == "!"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"


def test_a_command_that_fails_tells_what_it_printed():
    with pytest.raises(StepError, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"])


@pytest.mark.parametrize("title", installations.ENVIRONMENTS)
def test_each_environment_says_its_python_and_what_is_tried(title):
    version, _, tried = installations.ENVIRONMENTS[title]
    assert f"Python {version}" in title
    assert set(installations.TRIED) <= set(tried)


def test_what_is_newer_than_the_oldest_that_we_allow_is_named():
    oldest = environments.floors()
    assert {"ipython", "tensorflow", "numpy"} <= oldest.keys() and "h5py" not in oldest
    assert not_lowest(oldest) == []
    assert not_lowest({name: f"{floor}.9" for name, floor in oldest.items()}) == []
    assert not_lowest({**oldest, "ipython": "9.18.1"}) == [f"ipython 9.18.1, not {oldest['ipython']}"]
    assert not_lowest({**oldest, "numpy": f"{oldest['numpy']}9"}) != []


def test_commands_of_an_environment_come_before_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    variables = Environment(tmp_path).variables()
    assert variables["PATH"].split(os.pathsep)[0] == str(tmp_path / "bin") and "PYTHONPATH" not in variables


def test_a_figure_beyond_its_bound_fails_and_says_both():
    assert binder._within("site-packages", 1.764, 2.0, "GB") == "site-packages 1.76 GB"
    with pytest.raises(StepError, match=r"site-packages: 2\.1 GB; 2 may be"):
        binder._within("site-packages", 2.1, 2.0, "GB")


def test_what_binder_has_before_us_would_leave_a_live_view_empty():
    """Only with this kernel does the environment show that ours takes its place."""
    assert "ipykernel==7.0.1" in binder.FRONT_END


def test_the_workflow_tries_each_environment_once():
    workflow = (environments.ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    chosen = re.search(r"environments: \[(.*)\]", workflow)[1].split(", ")
    for title in installations.ENVIRONMENTS:
        assert sum(only in title for only in chosen) == 1, title


def test_the_workflow_calls_what_can_be_called_by_hand():
    workflow = (environments.ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    commands = [line.split()[0] for line in re.findall(r"run: (.*)", workflow)]
    assert set(commands) == {".ci/run", "make", "python", "tffsim", "gh"}
    assert re.findall(r"run: (python .*)", workflow) == ["python -m pip install dist/*.whl"]
