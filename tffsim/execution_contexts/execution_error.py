"""The errors that users see: what was wrong, where, and what to do, on one screen."""

import linecache
import re
import traceback
import types

from tffsim.failures.argument_error import ArgumentError
from tffsim.failures.failure_location import FailureLocation, location_of
from tffsim.failures.failure_reason import is_about_argument, reason_of
from tffsim.failures.headline import headline
from tffsim.failures.notebook_traceback import lines_for_notebook
from tffsim.failures.source_places import SourceLine
from tffsim.failures.user_error import UserError
from tffsim.language.assertion_calls import compared_at, is_number

# How TensorFlow tells that a `tf.py_function` or a generator called `sys.exit`.
_ENDS_PYTHON = re.compile(r": SystemExit\b")
# As `reason_of` tells what did not hold.
_COMPARED = re.compile(r"^x (\S+) (\S+) did not hold: x = (.*?)(?:, y = (.*))?$", re.MULTILINE)


class ExecutionError(UserError, RuntimeError):
    """A computation failed while it ran.

    Attributes:
        location: Which computation, AST node, client and source line.
        reason: What was wrong, on one line and without its place.
    """

    reason = ""

    def __init__(self, message: str, location: FailureLocation | None = None) -> None:
        # Python makes an error that comes from another process from its message alone, and sets the rest.
        super().__init__(message)
        self.location = location if location is not None else FailureLocation()

    def _render_traceback_(self) -> list[str]:
        head = headline(self.location, self.reason)
        if not head:
            return lines_for_notebook(self)
        told = set(self.location.lines())
        return lines_for_notebook(self, head, "\n".join(line for line in str(self).splitlines() if line not in told))


class CardinalityError(UserError, ValueError):
    """The argument does not tell how many clients there are, or tells two numbers."""


ExecutionError.__module__ = CardinalityError.__module__ = "tffsim"

USER_ERRORS = (ExecutionError, ArgumentError, CardinalityError)


def user_error(error: Exception, computation_name: str) -> ExecutionError | ArgumentError:
    """Returns the error to show for one that came out of an execution stack.

    Args:
        error: What an executor raised.
        computation_name: The computation that the user called.
    """
    location = location_of(error)
    if is_about_argument(error):
        message = f"{argument_name(location.argument_path or ())} of `{computation_name}` is wrong{_client(location)}."
        return ArgumentError(f"{message} {reason_of(error)}", location)
    reason = _by_names_of_user(reason_of(error), location.line)
    lines = [f"`{computation_name}` failed: {type(error).__name__}: {reason}"]
    lines += location.lines(computation_name)
    if _ENDS_PYTHON.search(lines[0]):
        lines.append(
            "Python code inside of TensorFlow cannot end the program. Raise an error there, and exit after it."
        )
    made = ExecutionError("\n".join(lines), location)
    made.reason = _short(error)
    return made


def _by_names_of_user(reason: str, line: SourceLine | None) -> str:
    """Returns a reason in which an assertion calls what it compared as the user wrote it, not as TensorFlow does."""
    told = _COMPARED.search(reason)
    if told is None or line is None:
        return reason
    sign, right, found, limit = told.groups()
    name, named_limit = compared_at("".join(linecache.getlines(line.filename)), line.line)
    name, named_limit = name or "x", named_limit or "y"
    expected = named_limit if right == "y" else right
    values = [(name, found), (named_limit, limit)] if limit is not None else [(name, found)]
    shown = ", ".join(f"{key} = {value}" for key, value in values if not is_number(key))
    written = f"{name} {sign} {expected} did not hold" + (f": {shown}" if shown else "")
    return reason[: told.start()] + written + reason[told.end() :]


def _short(error: Exception) -> str:
    """Returns the first line of what an error says; the name of its class tells nothing if TensorFlow chose it."""
    reason, _, _ = reason_of(error).partition("\n")
    is_of_tensorflow = type(error).__module__.split(".")[0] == "tensorflow"
    return reason if is_of_tensorflow and reason else f"{type(error).__name__}: {reason}".removesuffix(": ")


def named(error: ArgumentError | CardinalityError, computation_name: str) -> ArgumentError | CardinalityError:
    """Returns an error about an argument with the name of the computation that was called."""
    message = f"`{computation_name}` cannot run. {error}"
    return ArgumentError(message, error.location) if isinstance(error, ArgumentError) else CardinalityError(message)


def argument_name(path: tuple[str | int, ...]) -> str:
    """Returns how to call a part of an argument, such as "Argument `state.weights[2]`"."""
    if not path:
        return "The argument"
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    return f"Argument `{text}`"


def without_internals(error: BaseException) -> BaseException:
    """Removes the frames of tffsim and of the event loop from an error's traceback."""
    frames = [(f, line) for f, line in traceback.walk_tb(error.__traceback__) if not _is_internal(f)]
    shortened = None
    for frame, line in reversed(frames):
        shortened = types.TracebackType(shortened, frame, frame.f_lasti, line)
    error.__traceback__ = shortened
    return error


def _is_internal(frame: types.FrameType) -> bool:
    module = str(frame.f_globals.get("__name__", ""))
    return module.split(".")[0] in ("tffsim", "asyncio", "concurrent", "contextlib", "federated_language", "tensorflow")


def _client(location: FailureLocation) -> str:
    return f" at {location.participant}" if location.client is not None else ""
