"""Errors as messages: raised at a worker, and again at the controller, with all that is known of them."""

import builtins
import dataclasses
import json
import sys
import traceback

from tffsim.failures.argument_error import FailureLocation
from tffsim.failures.failure_location import location_of
from tffsim.failures.source_places import SourceLine
from tffsim.remote.wire import executor_pb2 as messages

_MAX_TRACEBACK = 20_000
_TENSORFLOW_ERRORS = "tensorflow.python.framework.errors_impl"


class RemoteError(RuntimeError):
    """An error of a worker whose class is not known here; its class has the name of that class."""


class RemoteTraceback(Exception):  # noqa: N818 (it is what is shown above the error, not an error)
    """Shows where an error was raised in another process."""

    def __init__(self, text: str, worker: str) -> None:
        super().__init__(f'at worker {worker}:\n"""\n{text.rstrip()}\n"""')


def write_failure(error: BaseException, message: messages.Failure) -> None:
    """Writes an error into a message."""
    cls = type(error)
    message.type = f"{cls.__module__}.{cls.__qualname__}"
    text = getattr(error, "message", None)
    message.message = _readable(text if isinstance(text, str) else str(error))
    message.traceback = _readable("".join(traceback.format_exception(error))[-_MAX_TRACEBACK:])
    message.location = json.dumps(dataclasses.asdict(location_of(error)))
    message.notes.extend(_readable(note) for note in getattr(error, "__notes__", ()))


def read_failure(message: messages.Failure, worker: str) -> Exception:
    """Returns the error in a message.

    Args:
        message: What `write_failure` has written.
        worker: What to call the worker.
    """
    error = _error(message.type, message.message)
    location = location_of(error)
    for name, value in _location(message.location).items():
        setattr(location, name, value)
    location.worker = worker
    if location.placement is None:
        location.placement = "clients"  # Only they are at workers.
    for note in message.notes:
        error.add_note(note)
    error.__cause__ = RemoteTraceback(message.traceback, worker)
    return error


def _error(type_name: str, text: str) -> Exception:
    module, _, name = type_name.rpartition(".")
    cls: object = getattr(builtins, name, None) if module == "builtins" else None
    if isinstance(cls, type) and issubclass(cls, Exception) and not issubclass(cls, UnicodeError):
        return _made(cls, text)
    if module == _TENSORFLOW_ERRORS and "tensorflow" in sys.modules:
        cls = getattr(sys.modules["tensorflow"].errors, name, None)
        if isinstance(cls, type) and issubclass(cls, Exception):
            return _made(cls, None, None, text)
    return type(name or "RemoteError", (RemoteError,), {})(text)


def _made(cls: type[Exception], *arguments: object) -> Exception:
    try:
        return cls(*arguments)
    except TypeError:
        return type(cls.__name__, (RemoteError,), {})(arguments[-1])


def _location(text: str) -> dict[str, object]:
    known = {field.name for field in dataclasses.fields(FailureLocation)}
    try:
        found = {name: value for name, value in json.loads(text).items() if name in known}
    except (ValueError, AttributeError):
        return {}
    line = found.get("line")
    found["line"] = SourceLine(*line) if isinstance(line, list) and len(line) == 3 else None
    if isinstance(found.get("argument_path"), list):
        found["argument_path"] = tuple(found["argument_path"])
    return found


def _readable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
