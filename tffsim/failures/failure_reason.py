"""What an exception says, without the parts that only TensorFlow's own developers can use."""

import re

from tffsim.failures.argument_error import ArgumentError
from tffsim.failures.failure_location import location_of

_MAX_LINES = 12
_MAX_LINE = 240
# How TensorFlow names graph nodes and kernels inside its messages.
_TENSORFLOW_INTERNALS = re.compile(r"\[\[(?:\{\{.*?\}\}|[A-Za-z_][^\[\]\s]*)\]\]|\{\{[^}]*\}\}|\[Op:[^\]]*\]")
# `assertion failed: [message] [Condition x != y did not hold element-wise:] [x (arg:0) = ] [7] [y (Const:0) = ] [7]`:
# the parts are what TensorFlow, or the user, gave `tf.Assert`, and numbers, which may be in brackets too.
_ASSERTION = re.compile(r"assertion failed: (\[.*\])", re.DOTALL)
_PART = re.compile(r"\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]")
_CONDITION = re.compile(r"Condition (.*) did not hold(?: element-wise)?:?")
_NAME = re.compile(r"(\w+) \([^)]*\) =")


def reason_of(error: BaseException) -> str:
    """Returns the message of an exception, on a few lines."""
    message = getattr(error, "message", None)
    text = _TENSORFLOW_INTERNALS.sub("", message) if isinstance(message, str) else str(error)
    # TensorFlow puts whole tracebacks into its messages; the line of the user is told apart.
    text, _, _ = text.partition("Traceback (most recent call last)")
    text = _ASSERTION.sub(_told_assertion, text)
    lines = [_within(line.strip()) for line in text.splitlines() if line.strip()]
    if len(lines) > _MAX_LINES:
        lines = [*lines[:_MAX_LINES], "..."]
    return "\n".join(lines)


def _within(line: str) -> str:
    return line if len(line) <= _MAX_LINE else f"{line[:_MAX_LINE]} ..."


def _told_assertion(found: "re.Match[str]") -> str:
    """Returns what the user wrote into an assertion, and below it what did not hold, without names of tensors."""
    parts = [part.strip() for part in _PART.findall(found[1])]
    conditions = [condition for part in parts if (condition := _CONDITION.fullmatch(part))]
    if not conditions:
        return " ".join(parts)
    number = parts.index(conditions[0][0])
    compared = parts[number + 1 :]
    names = [name[1] for part in compared[::2] if (name := _NAME.fullmatch(part))]
    values = ", ".join(f"{name} = {value}" for name, value in zip(names, compared[1::2], strict=False))
    told = f"{conditions[0][1]} did not hold" + (f": {values}" if values else "")
    message = " ".join(parts[:number]).removesuffix(".")
    return f"{message}\n{told}" if message else told


def is_about_argument(error: BaseException) -> bool:
    """Whether an exception says that an argument does not fit, which is told as an `ArgumentError`."""
    is_of_kind = isinstance(error, (TypeError, ValueError, OverflowError))
    return is_of_kind and location_of(error).argument_path is not None


def describe_failure(error: BaseException) -> str:
    """Returns the kind of an exception, its message, and the user's source line if it is known."""
    kind = ArgumentError if is_about_argument(error) else type(error)
    text = f"{kind.__name__}: {reason_of(error)}"
    source = location_of(error).source
    return text if source is None else f"{text}\n{source}"
