"""What an exception says, without the parts that only TensorFlow's own developers can use."""

import re

from tffsim.failures.failure_location import location_of

_MAX_LINES = 12
_MAX_LINE = 240
# How TensorFlow names graph nodes and kernels inside its messages.
_TENSORFLOW_INTERNALS = re.compile(r"\[\[.*?\]\]|\{\{[^}]*\}\}|\[Op:[^\]]*\]")


def reason_of(error: BaseException) -> str:
    """Returns the message of an exception, on a few lines."""
    message = getattr(error, "message", None)
    text = _TENSORFLOW_INTERNALS.sub("", message) if isinstance(message, str) else str(error)
    # TensorFlow puts whole tracebacks into its messages; the line of the user is told apart.
    text, _, _ = text.partition("Traceback (most recent call last)")
    lines = [line.strip()[:_MAX_LINE] for line in text.splitlines() if line.strip()]
    if len(lines) > _MAX_LINES:
        lines = [*lines[:_MAX_LINES], "..."]
    return "\n".join(lines)


def describe_failure(error: BaseException) -> str:
    """Returns the kind of an exception, its message, and the user's source line if it is known."""
    text = f"{type(error).__name__}: {reason_of(error)}"
    source = location_of(error).source
    return text if source is None else f"{text}\n{source}"
