import os
import sys

import pytest

from tests.installations import __main__ as installations
from tests.installations.environments import StepError, interpreter, outputs, run

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
