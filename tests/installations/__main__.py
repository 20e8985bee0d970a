"""Installs tffsim as users do, and tries it: `make install-check`. One line per environment.

It takes minutes, downloads some hundred MB the first time, and is no part of `make test`. A Python that is not on
this machine is named as skipped.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable

from tests.installations import binder, checks, environments
from tests.installations.environments import Environment, Package, StepError

Install = Callable[[Environment, Package], None]
Check = Callable[[Environment, pathlib.Path], str]

TRIED = (checks.silent_example, checks.silent_demo, checks.live_cell)
ENVIRONMENTS: dict[str, tuple[str, Install, tuple[Check, ...]]] = {
    "wheel, plain TensorFlow, Python 3.11": ("3.11", environments.with_wheel(), TRIED),
    "wheel, plain TensorFlow, Python 3.12, ipykernel 7.1": (
        "3.12",
        environments.with_wheel("ipykernel==7.1.*"),
        TRIED,
    ),
    "wheel, plain TensorFlow, Python 3.13": ("3.13", environments.with_wheel(), TRIED),
    "Colab 2026.07, Python 3.12": ("3.12", environments.with_colab("colab_2026_07_python312.txt"), TRIED),
    "Colab 2026.08, Python 3.13": ("3.13", environments.with_colab("colab_2026_08_python313.txt"), TRIED),
    "Binder's order, Python 3.12": (
        "3.12",
        binder.install,
        (*TRIED, binder.size_of_files, binder.memory_of_rounds, binder.lesson_in_the_lab),
    ),
    "lowest versions, Python 3.11": (
        "3.11",
        environments.with_lowest_versions,
        (*TRIED, checks.unit_and_property_tests),
    ),
}
SOURCES = "unpacked source archive, make test"
SHOWN = ("tensorflow", "tensorflow-cpu", "numpy", "ipython", "ipykernel", "ipywidgets")


def main() -> int:
    """Builds the package, tries each environment; returns how many failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="those whose names contain this")
    only = parser.parse_args().only
    with tempfile.TemporaryDirectory(prefix="installed-") as name:
        folder = pathlib.Path(name)
        environments.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder / "dist")], environments.ROOT)
        (wheel,) = (folder / "dist").glob("*.whl")
        (archive,) = (folder / "dist").glob("*.tar.gz")
        package = Package(wheel, archive)
        failed = [
            _report(title, lambda title=title: _try(title, package, folder)) for title in ENVIRONMENTS if only in title
        ]
        if only in SOURCES:
            failed.append(_report(SOURCES, lambda: checks.make_test(package, _empty(folder / "sources"))))
    return sum(failed)


def _try(title: str, package: Package, folder: pathlib.Path) -> str | None:
    version, install, tried = ENVIRONMENTS[title]
    interpreter = environments.interpreter(version)
    if interpreter is None:
        return None
    environment = environments.created(folder / "environment", interpreter)
    install(environment, package)
    seen = [check(environment, _empty(folder / "work")) for check in tried]
    versions = environment.versions()
    return ", ".join([*seen, *(f"{name} {versions[name]}" for name in SHOWN if name in versions)])


def _empty(folder: pathlib.Path) -> pathlib.Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _report(title: str, attempt: Callable[[], str | None]) -> bool:
    """Prints the line of an environment; returns whether it failed."""
    started = time.monotonic()
    try:
        seen = attempt()
    except StepError as error:
        print(f"FAILED   {title}: {str(error).strip().splitlines()[-1]}", flush=True)
        print(error, file=sys.stderr, flush=True)
        return True
    word = "skipped " if seen is None else "ok      "
    print(f"{word} {title}: {seen or 'this Python is not here'} ({time.monotonic() - started:.0f} s)", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
