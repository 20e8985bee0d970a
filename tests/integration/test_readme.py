"""The README promises that its example runs as printed."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language):
    """Returns the only code block of a language."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return text


@pytest.mark.parametrize("how", [(), ("-m", "tffsim", "run")], ids=["python", "tffsim run"])
def test_the_example_prints_what_the_readme_says_and_nothing_else(tmp_path, how):
    script = tmp_path / "mean.py"
    script.write_text(block("python"), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)  # `make` sets it, a reader does not.
    done = subprocess.run(
        [sys.executable, *how, str(script)], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", block("text"))


def test_the_korean_readme_has_the_same_example():
    korean = (ROOT / "README.ko.md").read_text(encoding="utf-8")
    for language in ("python", "text"):
        assert re.findall(rf"```{language}\n(.*?)```", korean, re.DOTALL) == [block(language)]


def test_the_example_is_short():
    assert len(block("python").splitlines()) <= 15


def test_the_commands_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= set(targets)


@pytest.mark.parametrize("document", ["README.md", "README.ko.md", "CONTRIBUTING.md"])
def test_files_that_are_linked_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text) + re.findall(r"`((?:tffsim|tests)/[^`]+)`", text)
    assert [target for target in targets if not (ROOT / target).exists()] == []
