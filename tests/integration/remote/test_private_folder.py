"""The folder of a process that starts Ray goes with it, however it ends. No Ray runs."""

import os
import pathlib
import signal
import subprocess
import sys

import psutil
import pytest

from tffsim.remote.private_folder import _PREFIX, _remove_left

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Nobody can tell there which folders are left.")
CODE = """
from tffsim.remote.private_folder import private_folder
folder = private_folder()
(folder / "session").mkdir()
(folder / "session" / "log").write_text("more")
print(folder, flush=True)
input()
"""


@pytest.fixture
def process():
    """Returns a process that has a folder, and the folder."""
    started = subprocess.Popen([sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield started, pathlib.Path(started.stdout.readline().strip())
    started.kill()
    started.communicate()


def test_it_is_gone_when_the_process_has_ended(process):
    started, folder = process
    assert folder.stat().st_mode & 0o777 == 0o700
    started.communicate("\n")
    assert started.returncode == 0
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_goes_when_the_process_is_killed(process, number):
    started, folder = process
    (watcher,) = psutil.Process(started.pid).children()
    started.send_signal(number)
    assert started.wait() == -number
    watcher.wait(60)
    assert not folder.exists()


def test_what_is_left_of_a_process_whose_watcher_was_killed_goes_when_the_next_one_starts(process):
    started, folder = process
    (watcher,) = psutil.Process(started.pid).children()
    watcher.kill()
    _remove_left(folder.parent)
    assert (folder / "session" / "log").exists(), "It was in use."
    started.kill()
    started.wait()
    assert folder.exists()
    _remove_left(folder.parent)
    assert not folder.exists()


def test_what_is_no_such_folder_stays(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "in-use").touch()
    os.symlink(kept, tmp_path / f"{_PREFIX}link")
    (tmp_path / f"{_PREFIX}begun").mkdir()
    (tmp_path / f"{_PREFIX}file").touch()
    _remove_left(tmp_path)
    assert (kept / "in-use").exists()
    assert len(list(tmp_path.iterdir())) == 4
