"""The error of a function that cannot become a computation."""

import functools

from tffsim.failures.user_error import UserError


class DefinitionError(UserError):
    """A Python function cannot become a computation.

    Whoever expects what TensorFlow or `federated_language` raised can catch that: an error
    is of both classes, as `definition_error` makes it.

    Attributes:
        function: The name of the function.
        source: The line, such as `model.py:12: return x + 1`; None if it is not known.
        whole_traceback: That of the original error, with the frames of libraries; None
            in a copy.
    """

    def __init__(self, message: str) -> None:
        # Not `super()`: the constructor of the other class may take something else.
        Exception.__init__(self, message)
        self.function = ""
        self.source: str | None = None
        self.whole_traceback: object = None

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        state = {name: value for name, value in vars(self).items() if name != "whole_traceback"}
        return _make, (_other_class(type(self)), str(self)), state


def definition_error(
    message: str, function: str, source: str | None = None, original: Exception | None = None
) -> DefinitionError:
    """Returns the error to raise instead of another.

    Args:
        message: What was wrong and what to do, without the place.
        function: The name of the function.
        source: The user's line.
        original: The other error; its class remains one of the new error.
    """
    made = _make(type(original) if original is not None else TypeError, _with_place(message, function, source))
    made.function, made.source = function, source
    return made


_MAX_LENGTH = 500


def _with_place(message: str, function: str, source: str | None) -> str:
    place = f"\n  line:     {source}" if source is not None else ""
    text = f"`{function}` cannot be defined. {message}"
    room = _MAX_LENGTH - len(place)
    return (text if len(text) <= room else text[: room - 4] + " ...") + place


def _make(other: type[Exception], message: str) -> DefinitionError:
    made = _class_with(other)(message)  # type: ignore[arg-type]
    made.args = (message,)
    return made


@functools.cache
def _class_with(other: type[Exception]) -> type[DefinitionError]:
    if issubclass(other, (SyntaxError, ImportError)) or other is Exception:
        other = TypeError  # Python and IPython show these in ways of their own.
    try:
        members = {"__module__": "tffsim", "__doc__": DefinitionError.__doc__}
        return type("DefinitionError", (DefinitionError, other), members)
    except TypeError:  # It cannot be combined with another class.
        return _class_with(TypeError)


def _other_class(cls: type[DefinitionError]) -> type[Exception]:
    return next((base for base in cls.__bases__ if base is not DefinitionError), TypeError)


DefinitionError.__module__ = "tffsim"
