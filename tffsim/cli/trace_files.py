"""Trace files as arguments of commands."""

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace


def load(path: str) -> "Trace":
    """Reads a trace from a file.

    Raises:
        click.ClickException: If it is missing, is no trace, or is damaged; in one line.
    """
    from tffsim.traces.trace import load_trace
    from tffsim.tracing.document.trace_file_error import TraceFileError

    try:
        return load_trace(path)
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror or error}.") from error
    except TraceFileError as error:
        raise click.ClickException(" ".join(str(error).split())) from error


def check_writable(path: str) -> None:
    """Checks that a file can be written, before something runs for long to fill it.

    Raises:
        click.UsageError: If its folder is missing or cannot be written to, or it is a folder.
    """
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise click.UsageError(f"{path} cannot be written: the folder {folder} does not exist.")
    # A device, or a file in a folder of somebody else, can be written to all the same.
    if os.path.isdir(path) or not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise click.UsageError(f"{path} cannot be written.")
