"""What Binder installs is what the lock says, and what it runs are files that it can run."""

import os
import pathlib
import re
import tomllib

import pytest
from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).parents[2]
BINDER = ROOT / "binder"
PLATFORM = {
    "python_version": "3.12",
    "python_full_version": "3.12.11",
    "sys_platform": "linux",
    "platform_machine": "x86_64",
    "os_name": "posix",
}


def pinned(path):
    """Returns the version of each package in a list of requirements, of those that Binder needs."""
    lines = path.read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if not line.startswith("#")]
    return {
        requirement.name: str(requirement.specifier)
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(PLATFORM)
    }


def test_every_version_is_that_of_the_lock():
    locked, ours = pinned(ROOT / "requirements" / "lock.txt"), pinned(BINDER / "requirements.txt")
    assert ours == {name: locked[name] for name in ours}


def test_every_line_has_one_version():
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[a-z0-9.-]+==[\w.]+", line)] == []


def test_all_that_tffsim_needs_is_there():
    """`postBuild` installs tffsim without what it depends on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.match(r"[\w-]+", requirement)[0] for requirement in project["dependencies"]}
    assert needed - {"tensorflow"} <= set(pinned(BINDER / "requirements.txt"))


def test_tensorflow_is_the_small_one_and_the_kernel_answers_clicks():
    ours = pinned(BINDER / "requirements.txt")
    assert "tensorflow-cpu" in ours and "tensorflow" not in ours
    assert tuple(map(int, ours["ipykernel"].removeprefix("==").split(".")[:2])) >= (7, 1)


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_can_be_run(name):
    assert os.access(BINDER / name, os.X_OK)
    assert (BINDER / name).read_text(encoding="utf-8").startswith("#!/bin/bash\n")


def test_a_failure_while_binder_builds_ends_the_build():
    assert "\nset -e\n" in (BINDER / "postBuild").read_text(encoding="utf-8")


def test_a_session_begins_with_what_binder_wants_to_run():
    assert (BINDER / "start").read_text(encoding="utf-8").endswith('\nexec "$@"\n')


def test_the_folder_holds_only_what_binder_reads():
    assert {path.name for path in BINDER.iterdir()} == {
        "apt.txt",
        "postBuild",
        "requirements.txt",
        "runtime.txt",
        "start",
    }
