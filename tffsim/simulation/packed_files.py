"""Files that were packed for a download."""

import bz2
import lzma
import os
import pathlib
import shutil
from typing import Any

from tffsim.tracing.document.output_files import whole_file

_OPENERS = {b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open, b"\x5d\x00\x00": lzma.open}
"""What opens a packed file, by its first bytes."""

_ENDINGS = (".lzma", ".xz", ".bz2")


def is_packed(path: pathlib.Path) -> bool:
    """Whether a file says that it is packed."""
    return _opener(path) is not None


def unpack(path: str | os.PathLike[str]) -> pathlib.Path:
    """Unpacks a file beside itself, unless that was done before: `emnist_all.sqlite.lzma` becomes `emnist_all.sqlite`.

    The file that is made takes gigabytes; it is there when it is complete.

    Args:
        path: A file whose name ends in `.lzma`, `.xz` or `.bz2`.

    Returns:
        The path of the unpacked file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not packed, or damaged.
    """
    packed = pathlib.Path(path)
    opener = _opener(packed)
    if opener is None or packed.suffix not in _ENDINGS:
        raise ValueError(f"'{packed}' is no packed file whose name ends in {', '.join(_ENDINGS)}.")
    target = packed.with_suffix("")
    if target.exists():
        return target
    try:
        with opener(packed) as source, whole_file(target) as file:
            shutil.copyfileobj(source, file, 1024 * 1024)
    except (EOFError, OSError, lzma.LZMAError) as error:
        if getattr(error, "errno", None) is not None:
            raise  # The disk is full, for example.
        raise ValueError(f"'{packed}' is damaged: {error}. Copy it again.") from error
    return target


def _opener(path: pathlib.Path) -> Any:
    with path.open("rb") as file:
        start = file.read(max(map(len, _OPENERS)))
    return next((opener for signature, opener in _OPENERS.items() if start.startswith(signature)), None)
