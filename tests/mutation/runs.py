"""Running tests on a mutant, in a forked process and on a copy of the checkout.

Importing TensorFlow takes seconds, so it is imported once, here, and every mutant gets a
fork. That works only because this process never *uses* TensorFlow, nor imports tffsim: a
fork would inherit locks without the threads that hold them.
"""

import compileall
import contextlib
import dataclasses
import importlib.util
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest

from tests.mutation.mutants import Mutant

ROOT = pathlib.Path(__file__).parents[2]
# What tests import and is slow to import, and is no part of what they test.
SLOW_IMPORTS = ("tensorflow", "keras", "federated_language", "matplotlib.pyplot", "networkx", "hypothesis", "IPython")


class Checkout:
    """A copy of the tracked files in which one run at a time takes place.

    Args:
        folder: Where the copy is made; it must not exist.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        for name in listed.stdout.decode().split("\0"):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        compileall.compile_dir(str(folder / "tffsim"), quiet=2)

    def write(self, mutant: Mutant | None) -> None:
        """Puts a mutant into the copy; None puts nothing."""
        if mutant is not None:
            self._replace(mutant, mutant.source())

    def restore(self, mutant: Mutant | None) -> None:
        """Takes a mutant out of the copy."""
        if mutant is not None:
            self._replace(mutant, mutant.path.read_bytes())

    def _replace(self, mutant: Mutant, source: bytes) -> None:
        path = self.folder / mutant.path.relative_to(ROOT)
        path.write_bytes(source)
        # Two texts of one second and one size would share their compiled form.
        pathlib.Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


@dataclasses.dataclass(slots=True)
class Run:
    """Tests that run in a process of their own.

    Attributes:
        mutant: What they test; None for the code as it is.
        checkout: Where they run.
        deadline: When they are stopped, as `time.monotonic()`.
        pid: The process, and the group of all processes that it starts.
        started: When they started.
        outcome: `survived`, `killed` or `too slow`; "" while they run.
        seconds: How long they took.
        log: What pytest has printed.
    """

    mutant: Mutant | None
    checkout: Checkout
    deadline: float
    pid: int
    started: float
    outcome: str = ""
    seconds: float = 0.0
    log: str = ""

    @property
    def found_by(self) -> str:
        """The test that failed; "" if none did."""
        failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", self.log, re.MULTILINE)
        return failed[1] if failed else ""

    def has_ended(self) -> bool:
        """Looks whether the tests have ended, and stops them at their deadline."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0 and time.monotonic() < self.deadline:
            return False
        # Also what a test has started and not stopped.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if pid == 0:
            os.waitpid(self.pid, 0)
            self.outcome = "too slow"
        else:
            self.outcome = "survived" if os.waitstatus_to_exitcode(status) == pytest.ExitCode.OK else "killed"
        self.seconds = time.monotonic() - self.started
        self.log = _log_of(self.checkout.folder).read_text(errors="replace")
        self.checkout.restore(self.mutant)
        return True


def start(
    checkout: Checkout, tests: Sequence[str], seconds: float, plugin: object, mutant: Mutant | None = None
) -> Run:
    """Starts tests on a mutant; the first that fails ends them.

    Args:
        checkout: Where to run; no other run may be under way there.
        tests: Paths of files and folders, relative to the checkout.
        seconds: When to stop them.
        plugin: Of pytest: what watches the tests, or chooses some of them.
        mutant: The fault to put in.
    """
    checkout.write(mutant)
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _run_and_exit(checkout.folder, tests, plugin)
    return Run(mutant, checkout, started + seconds, pid, started)


def in_turn(starts: Iterable[Callable[[Checkout], Run]], checkouts: Sequence[Checkout]) -> Iterator[Run]:
    """Starts runs, one at a time in each checkout, and yields each when it has ended."""
    waiting, idle, under_way = iter(starts), list(checkouts), list[Run]()
    while True:
        while idle and (start_in := next(waiting, None)) is not None:
            under_way.append(start_in(idle.pop()))
        if not under_way:
            return
        for run in [run for run in under_way if run.has_ended()]:
            yield run
            under_way.remove(run)
            idle.append(run.checkout)
        time.sleep(0.05)


def _log_of(folder: pathlib.Path) -> pathlib.Path:
    return folder.with_suffix(".log")


def _run_and_exit(folder: pathlib.Path, tests: Sequence[str], plugin: object) -> None:
    code = 70
    try:
        os.setsid()
        log = os.open(_log_of(folder), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = str(folder)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = True
        for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "tffsim")]:
            del sys.modules[name]
        sys.path[:] = [str(folder), *(entry for entry in sys.path if pathlib.Path(entry or ".").resolve() != ROOT)]
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), *tests], plugins=[plugin])
    finally:
        os._exit(code)
