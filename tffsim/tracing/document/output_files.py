"""Writing a file as a whole: the one way in which traces and what is made of them get into files.

A plain file is replaced when its new content is complete, so that nobody sees a part of it and a failure
leaves the old one. What is no plain file is written through to: a device, a pipe, the target of a link, a file
that has other names or another owner. Permissions stay as they are.
"""

import contextlib
import errno
import io
import os
import pathlib
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, TextIO

_MAX_BYTES_IN_MEMORY = 16 * 1024 * 1024


@contextlib.contextmanager
def whole_file(path: "str | os.PathLike[str]") -> Iterator[BinaryIO]:
    """Opens a file to be written as a whole at the end of the block, and not at all if the block raises.

    Args:
        path: The file. A link is followed.

    Raises:
        OSError: If it cannot be written.
    """
    target = pathlib.Path(path)
    with contextlib.ExitStack() as block:
        replacement = _replacement(target)
        if replacement is not None:
            yield block.enter_context(replacement)
            return
        content = block.enter_context(tempfile.SpooledTemporaryFile(_MAX_BYTES_IN_MEMORY))
        yield content  # type: ignore[misc]
        content.seek(0)
        with open(target, "wb") as file:
            shutil.copyfileobj(content, file)


@contextlib.contextmanager
def whole_text_file(path: "str | os.PathLike[str]", newline: str | None = None) -> Iterator[TextIO]:
    """Opens a text file, in UTF-8, to be written in the same way.

    Args:
        path: The file.
        newline: What ends a line, as of `open`.
    """
    with whole_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline=newline)
        yield text
        text.flush()
        text.detach()


def _replacement(target: pathlib.Path) -> "contextlib.AbstractContextManager[BinaryIO] | None":
    """Returns a file that takes the place of a plain one; None for what is written through to.

    Raises:
        OSError: If the target cannot be written.
    """
    try:
        before = os.stat(target)
    except FileNotFoundError:
        real = pathlib.Path(os.path.realpath(target))
        if not real.parent.is_dir():
            raise  # It names the target; the error of a temporary file would not.
        return _replacing(real, None)
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(target))
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(target))
    real = pathlib.Path(os.path.realpath(target))
    # Below /proc, a link to an open file leads to no name.
    is_plain = stat.S_ISREG(before.st_mode) and before.st_nlink == 1 and real.exists() and real.samefile(target)
    if not is_plain or not os.access(real.parent, os.W_OK) or not _may_give_to_owner(before):
        return None
    return _replacing(real, before)


def _may_give_to_owner(before: os.stat_result) -> bool:
    """Whether a new file can have the owner of the old one."""
    own = getattr(os, "geteuid", lambda: before.st_uid)()
    return own in (0, before.st_uid)


@contextlib.contextmanager
def _replacing(target: pathlib.Path, before: os.stat_result | None) -> Iterator[BinaryIO]:
    unnamed = _unnamed_file(target.parent)
    # Short, as the name of the target may be as long as names can be.
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with os.fdopen(unnamed, "w+b") if unnamed is not None else open(temporary, "x+b") as file:
            yield file
            file.flush()
            if before is not None:
                _take_over(file.fileno(), before)
            if unnamed is not None:
                _give_name(unnamed, temporary)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _unnamed_file(folder: pathlib.Path) -> int | None:
    """Returns a file without a name; None where there are none. If this process is killed, nothing remains of it."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except OSError:
        return None  # Not every file system can do it; what else is wrong shows when a name is used.


def _give_name(descriptor: int, path: pathlib.Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Python follows the link in /proc only if a folder is passed.
        os.link(f"/proc/self/fd/{descriptor}", path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _take_over(descriptor: int, before: os.stat_result) -> None:
    """Gives a file the owner, the group and the permissions of another one, as far as that is allowed."""
    if hasattr(os, "fchown"):
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, before.st_uid, before.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
