"""What a trace keeps of an error: what it says, and the line of the user at which it arose."""

from tffsim.executors.executor_base import describe_failure
from tffsim.failures.failure_location import location_of
from tffsim.failures.source_places import shown_file
from tffsim.tracing.document.snapshot import Place


def told(error: BaseException) -> str:
    """Returns what an error says, if it says anything that can be shown."""
    try:
        text = describe_failure(error)
    except Exception:
        text = type(error).__name__
    return text.encode("utf-8", "replace").decode("utf-8")


def place_of(error: BaseException) -> Place | None:
    """Returns the line of the user; None if nobody knows it."""
    line = location_of(error).line
    return None if line is None else Place(shown_file(line.filename), line.line)
