"""`tffsim run`: run a script with the default execution context."""

import contextlib
import os
import runpy
import sys
import traceback
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tffsim.cli.trace_files import check_writable

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace


@click.command(
    short_help="Run a Python file; computations run on a local stack.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--full-traceback", is_flag=True, help="On errors, show the frames of tffsim too.")
@click.option("--trace", "trace_file", type=click.Path(dir_okay=False), help="Save a trace of the run in a file.")
@click.argument("script", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(script: str, arguments: tuple[str, ...], full_traceback: bool, trace_file: str | None) -> None:
    """Run SCRIPT, a Python file, with ARGUMENTS, as `python SCRIPT ARGUMENTS` does.

    Computations run on a local execution stack. An error shows the lines of your code
    only. The exit code is that of the script; 1 after an error.

    With --trace FILE, before SCRIPT or right after it, all that executors do is recorded,
    also if the script fails or is interrupted. Look at the file with `tffsim show`. After
    `--`, all ARGUMENTS are the script's.
    """
    if trace_file is None:
        trace_file, arguments = _trace_option(arguments)
    if trace_file is not None:
        check_writable(trace_file)
    sys.argv = [script, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    try:
        with _traced(trace_file) if trace_file is not None else contextlib.nullcontext():
            runpy.run_path(script, run_name="__main__")
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        sys.exit(130)  # 128 + SIGINT, as shells do.
    except Exception as error:
        click.echo(_report(error, full_traceback), err=True, nl=False)
        sys.exit(1)


def _trace_option(arguments: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """Takes `--trace FILE` from the front of the arguments, or the `--` that says it is not meant."""
    match arguments:
        case ("--", *rest):
            return None, tuple(rest)
        case ("--trace", file, *rest):
            return file, _trace_option(tuple(rest))[1]
        case (first, *rest) if first.startswith("--trace="):
            return first.removeprefix("--trace="), _trace_option(tuple(rest))[1]
    return None, arguments


@contextlib.contextmanager
def _traced(trace_file: str) -> Iterator[None]:
    """Records the block, and saves the trace however the block ends."""
    import tffsim

    path = os.path.abspath(trace_file)  # The script may change the working directory.
    with tffsim.trace(all_threads=True) as trace:
        try:
            yield
        finally:
            _save(trace, path)


def _save(trace: "Trace", path: str) -> None:
    try:
        trace.save(path)
    except OSError as error:
        click.echo(f"The trace was not saved in {path}: {error.strerror or error}.", err=True)
        return
    snapshot = trace.snapshot
    dropped = f" ({snapshot.num_dropped:,} more did not fit)" if snapshot.num_dropped else ""
    click.echo(f"Trace with {snapshot.num_spans:,} spans{dropped} saved in {path}", err=True)


def _report(error: Exception, full: bool) -> str:
    if not full:
        error.__traceback__ = _user_frames(error.__traceback__)
    elif (whole := getattr(error, "whole_traceback", None)) is not None:
        (error.__cause__ or error).__traceback__ = whole
    return "".join(traceback.format_exception(error, chain=full))


def _user_frames(trace: types.TracebackType | None) -> types.TracebackType | None:
    """Returns a traceback of the frames that belong neither to a library nor to Python."""
    kept = [(frame, line) for frame, line in traceback.walk_tb(trace) if not _is_library(frame)]
    shortened = None
    for frame, line in reversed(kept):
        shortened = types.TracebackType(shortened, frame, frame.f_lasti, line)
    return shortened


def _is_library(frame: types.FrameType) -> bool:
    filename = frame.f_code.co_filename
    return filename.startswith(_LIBRARY_FOLDERS) or filename.startswith("<frozen")


_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARY_FOLDERS = (
    _PACKAGE + os.sep,
    os.path.dirname(os.__file__) + os.sep,
    os.path.dirname(os.path.dirname(click.__file__)) + os.sep,
)
