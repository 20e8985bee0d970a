"""Environments that users have, and how tffsim gets into them.

Each is made anew in a folder of its own, by uv, which keeps what it downloads.
"""

import dataclasses
import functools
import glob
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Mapping

ROOT = pathlib.Path(__file__).parents[2]
UV = pathlib.Path(sys.executable).with_name("uv")
# What tests need beside tffsim; not the front ends, whose tests need a browser.
TEST_TOOLS = ("cloudpickle", "hypothesis", "nbclient", "nbconvert", "opentelemetry-sdk", "pandas", "papermill",
              "psutil", "pyarrow", "pytest", "pytest-xdist", "ruff")  # fmt: skip

_WITH_WORKERS = "remote"
_FLOOR = re.compile(r"^([\w-]+)>=([\d.]+)")


class StepError(Exception):
    """A step failed; its text is what the command printed."""


@dataclasses.dataclass(frozen=True)
class Package:
    """What was built of this checkout."""

    wheel: pathlib.Path
    archive: pathlib.Path

    def unpacked(self, folder: pathlib.Path) -> pathlib.Path:
        """Unpacks the source archive, and returns where its files are."""
        with tarfile.open(self.archive) as packed:
            packed.extractall(folder, filter="data")
        (unpacked,) = folder.iterdir()
        return unpacked


@dataclasses.dataclass(frozen=True)
class Environment:
    """A virtual environment in a folder."""

    folder: pathlib.Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

    def variables(self) -> dict[str, str]:
        """Returns what is set for a command of a user who is in it."""
        return {**_of_a_user(), "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    def uv(self, *arguments: str) -> str:
        """Runs `uv pip` for it."""
        command, *options = arguments
        return run([str(UV), "pip", command, "--no-config", "--quiet", "--python", self.python, *options])

    def versions(self) -> dict[str, str]:
        """Returns the version of each package."""
        lines = self.uv("freeze").splitlines()
        return dict(line.split("==", 1) for line in lines if "==" in line)


def created(folder: pathlib.Path, interpreter: str) -> Environment:
    """Makes an environment without packages."""
    run([str(UV), "venv", "--quiet", "--no-config", "--clear", "--python", interpreter, str(folder)])
    return Environment(folder)


@functools.cache
def interpreter(version: str) -> str | None:
    """Returns a Python of a version such as `3.12`, if there is one on this machine."""
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    candidates = [
        shutil.which(f"python{version}"),
        sys.executable,
        *glob.glob(f"{pyenv}/versions/{version}.*/bin/python"),
    ]
    ask = ["-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    for candidate in filter(None, candidates):
        done = subprocess.run([candidate, *ask], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return str(candidate)
    return None


def run(command: list[str], cwd: pathlib.Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Runs a command as a user does; returns what it printed.

    Raises:
        StepError: If it fails.
    """
    return outputs(command, cwd, environment)[0]


def outputs(
    command: list[str], cwd: pathlib.Path | None = None, environment: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Returns what a command writes to both streams, without what our own environment sets."""
    settings = _of_a_user() | dict(environment or {})
    done = subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StepError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def _of_a_user() -> dict[str, str]:
    """Returns what is set here, without what our own environment sets."""
    ours = ("PYTHONPATH", "TF_CPP_MIN_LOG_LEVEL", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    return {name: value for name, value in os.environ.items() if name not in ours}


def with_wheel(*also: str) -> Callable[[Environment, Package], None]:
    """Installs the wheel, and with it plain TensorFlow, as a user does."""

    def install(environment: Environment, package: Package) -> None:
        environment.uv("install", str(package.wheel), *also)
        environment.uv("check")

    return install


def with_lowest_versions(environment: Environment, package: Package) -> None:
    """Installs the oldest versions that we allow, and beside them the tools of tests."""
    # Not the wheel: what a wheel requires counts as indirect, and would come in its newest versions.
    project = ("--requirement", str(ROOT / "pyproject.toml"), "--extra", _WITH_WORKERS)
    environment.uv("install", "--resolution", "lowest-direct", *project)
    environment.uv("install", "--no-deps", str(package.wheel))
    newer = not_lowest(environment.versions())
    if newer:
        raise StepError(f"These are newer than the oldest that we allow: {', '.join(newer)}.")
    kept = environment.folder / "lowest.txt"
    kept.write_text(
        "".join(f"{name}=={version}\n" for name, version in environment.versions().items()), encoding="utf-8"
    )
    environment.uv("install", "--constraint", str(kept), *TEST_TOOLS)


def floors() -> dict[str, str]:
    """Returns the oldest version of each package that we require, also for clients in workers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"][_WITH_WORKERS]]
    return {name: floor for line in lines for name, floor in _FLOOR.findall(line)}


def not_lowest(versions: Mapping[str, str]) -> list[str]:
    """Returns which of what we require is newer than it may be: `numpy 2.4.6, not 2.0`.

    A floor without its last number, such as 5.29, holds for all 5.29.
    """
    return [
        f"{name} {versions[name]}, not {floor}"
        for name, floor in floors().items()
        if not f"{versions[name]}.".startswith(f"{floor}.")
    ]


def with_colab(versions: str) -> Callable[[Environment, Package], None]:
    """Installs what Colab has, then tffsim so that nothing of it is replaced."""

    def install(environment: Environment, package: Package) -> None:
        environment.uv("install", "--requirement", str(ROOT / "requirements" / versions))
        before = environment.versions()
        environment.uv("install", "--no-deps", "federated-language", str(package.wheel))
        after = environment.versions()
        replaced = [name for name, version in before.items() if after.get(name) != version]
        if replaced:
            raise StepError(f"These packages of Colab were replaced: {', '.join(replaced)}.")

    return install
