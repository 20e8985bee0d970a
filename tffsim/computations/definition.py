"""From a Python function to a computation, or to one error that says what is wrong with the function."""

import inspect
import re
from collections.abc import Callable
from typing import TypeVar

from tffsim.computations.mistakes.mistake_error import MistakeError
from tffsim.failures.definition_error import DefinitionError, definition_error
from tffsim.failures.definition_failure import Failure, module_of
from tffsim.failures.source_places import describe, place_of_definition
from tffsim.failures.user_error import as_cause

_T = TypeVar("_T")

Explanation = Callable[[Failure], str | None]
"""Says what is wrong and what to do, if it knows the mistake."""


def define(
    make: Callable[[], _T],
    explain: Explanation,
    *,
    function: Callable[..., object] | None,
    name: str,
    is_typed: bool,
) -> _T:
    """Makes a computation of a function.

    Args:
        make: Makes it.
        explain: Knows the mistakes that are made with such functions.
        function: The user's function; None if it is not known yet.
        name: Its name.
        is_typed: Whether the user gave types for its parameters.

    Raises:
        DefinitionError: If it cannot be made.
        Exception: What the user's own code raises.
    """
    if function is not None:
        _check_is_plain(function, name)
    try:
        return make()
    except DefinitionError:
        raise
    except Exception as error:
        failure = Failure(error, function, name, is_typed)
        message = _message(failure, explain)
        if message is None:
            raise
        raise _error_for(failure, message) from _cause(error)


def _check_is_plain(function: Callable[..., object], name: str) -> None:
    if inspect.iscoroutinefunction(function):
        what = "It is an `async` function, which computes nothing when it is called. Write `def`, without `await`."
    elif inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        what = "It contains `yield`, so it returns no value. Collect the values in a list or a tensor, and `return` it."
    else:
        return
    place = place_of_definition(function)
    raise definition_error(what, name, describe(*place) if place is not None else None)


def _message(failure: Failure, explain: Explanation) -> str | None:
    """Returns what is to be said; None for an error of the user's own code."""
    known = explain(failure)
    if known is not None:
        return known
    if isinstance(failure.error, MistakeError):
        return str(failure.error)
    if not failure.called and failure.trace is not None:
        return None
    return _reason(failure.error)


def _reason(error: Exception) -> str:
    """Returns the message of an error of a library; the last one if AutoGraph wrapped it."""
    text = str(error)
    metadata = getattr(error, "ag_error_metadata", None)
    if metadata is not None:
        text = str(getattr(metadata, "cause_message", "")) or text
    text = _NODE.sub(r"`\1`", _COLOURS.sub("", text))
    reason = " ".join(line.strip() for line in text.splitlines() if line.strip())
    return reason if metadata is not None or _is_ours(error) else f"{type(error).__name__}: {reason}"


# How TensorFlow writes an operation, such as `'{{node MatMul}} = MatMul[T=DT_FLOAT](a, b)'`, and Keras bold text.
_NODE = re.compile(r"'?\{\{node [^}]*\}\} = (\w+)\[[^\]]*\]\([^)]*\)'?")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def _is_ours(error: Exception) -> bool:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and module_of(trace.tb_frame).split(".")[0] == "tffsim"


def _error_for(failure: Failure, message: str) -> DefinitionError:
    made = definition_error(message, failure.name, failure.source, failure.error)
    made.whole_traceback = failure.error.__traceback__
    return made.with_traceback(failure.error.__traceback__)


def _cause(error: Exception) -> BaseException | None:
    """Returns what the new error arose from: not an error of tffsim, whose words it repeats."""
    if isinstance(error, MistakeError) or _is_ours(error):
        return as_cause(error.__cause__)
    return as_cause(error)
