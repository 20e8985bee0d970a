"""A folder that only this user can look into, and that goes with this process, however it ends.

At a normal end, the process removes it. If it is killed, a shell does: it waits until nobody holds the other end of
its input. Where that shell was killed too, the next process that needs such a folder does: this process has locked a
file in its folder, and the system unlocks it when the process is gone.
"""

import contextlib
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import weakref

_PREFIX = "tffsim-ray-"
_LOCK = "in-use"
# Processes of Ray may need a moment to end, and write until then.
_WATCH = 'trap "" HUP INT TERM; read -r _; for n in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" && break; sleep 1; done'


_watching: list["subprocess.Popen[bytes]"] = []


@functools.cache
def private_folder() -> pathlib.Path:
    """Returns the folder. Its path is short, because sockets are in it."""
    root = pathlib.Path("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir())
    has_locks = sys.platform != "win32"
    if has_locks:
        _remove_left(root)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
    weakref.finalize(private_folder, shutil.rmtree, folder, ignore_errors=True)
    if has_locks:
        _lock(folder)
        _watch(folder)
    return folder


def _remove_left(root: pathlib.Path) -> None:
    """Removes the folders of processes of this user that are gone."""
    for folder in root.glob(f"{_PREFIX}*"):
        # Others may leave here what they like.
        with contextlib.suppress(OSError):
            if folder.lstat().st_uid == os.getuid() and not _is_in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_in_use(folder: pathlib.Path) -> bool:
    import fcntl

    with (folder / _LOCK).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(folder: pathlib.Path) -> None:
    import fcntl

    file = os.open(folder / "new", os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    # Only now others find it. It stays open.
    os.rename(folder / "new", folder / _LOCK)


def _watch(folder: pathlib.Path) -> None:
    # Nothing is ever written, and the other end stays open until this process ends.
    watching = subprocess.Popen(
        ["/bin/sh", "-c", _WATCH, "sh", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
    )  # fmt: skip
    _watching.append(watching)
