"""Environments that users have, and how tffsim gets into them.

Each is made anew in a folder of its own, by uv, which keeps what it downloads.
"""

import dataclasses
import functools
import glob
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

ROOT = pathlib.Path(__file__).parents[2]
UV = pathlib.Path(sys.executable).with_name("uv")
# What tests need beside tffsim; not the front ends, whose tests need a browser.
TEST_TOOLS = ("hypothesis", "nbclient", "nbconvert", "opentelemetry-sdk", "pandas", "papermill", "psutil", "pyarrow",
              "pytest", "pytest-xdist", "ruff")  # fmt: skip


class StepError(Exception):
    """A step failed; its text is what the command printed."""


@dataclasses.dataclass(frozen=True)
class Environment:
    """A virtual environment in a folder."""

    folder: pathlib.Path

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python")

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
    ours = ("PYTHONPATH", "TF_CPP_MIN_LOG_LEVEL", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    base = {name: value for name, value in os.environ.items() if name not in ours}
    settings = base | dict(environment or {})
    done = subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StepError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def with_wheel(*also: str) -> Callable[[Environment, pathlib.Path], None]:
    """Installs the wheel, and with it plain TensorFlow, as a user does."""

    def install(environment: Environment, wheel: pathlib.Path) -> None:
        environment.uv("install", str(wheel), *also)
        environment.uv("check")

    return install


def with_lowest_versions(environment: Environment, wheel: pathlib.Path) -> None:
    """Installs the oldest versions that we allow, and beside them the tools of tests."""
    environment.uv("install", "--resolution", "lowest-direct", str(wheel))
    kept = environment.folder / "lowest.txt"
    kept.write_text(
        "".join(f"{name}=={version}\n" for name, version in environment.versions().items()), encoding="utf-8"
    )
    environment.uv("install", "--constraint", str(kept), *TEST_TOOLS)


def with_colab(versions: str) -> Callable[[Environment, pathlib.Path], None]:
    """Installs what Colab has, then tffsim so that nothing of it is replaced."""

    def install(environment: Environment, wheel: pathlib.Path) -> None:
        environment.uv("install", "--requirement", str(ROOT / "requirements" / versions))
        before = environment.versions()
        environment.uv("install", "--no-deps", "federated-language", str(wheel))
        after = environment.versions()
        replaced = [name for name, version in before.items() if after.get(name) != version]
        if replaced:
            raise StepError(f"These packages of Colab were replaced: {', '.join(replaced)}.")

    return install


def in_order_of_binder(environment: Environment, wheel: pathlib.Path) -> None:
    """Installs what Binder's images have, an ipykernel 7.0 among it, and then what `binder/` says."""
    front_end = ("jupyterlab==4.4.9", "notebook==7.4.7", "ipywidgets==8.1.7", "ipython==9.6.0", "ipykernel==7.0.1")
    environment.uv("install", *front_end)
    environment.uv("install", "--requirement", str(ROOT / "binder" / "requirements.txt"))
    environment.uv("install", "--no-deps", str(wheel))
    if environment.versions()["ipykernel"].startswith("7.0."):
        raise StepError("ipykernel 7.0 was left in place, with which live views stay empty.")
