"""Variables, models, optimizers and tables from outside of a TensorFlow function, and what they are called."""

import types
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from tffsim.computations.mistakes.mistake_error import MistakeError
from tffsim.external_runtime.tensorflow.capture.graph_capture import unwrapped
from tffsim.failures.definition_failure import Failure
from tffsim.failures.source_places import is_library, walk
from tffsim.language.containers import parts_of

NEEDS_NUMBERS = "numpy() is only available when eager"
"""What TensorFlow says of a value that has no numbers: one from outside, or one of the graph."""
_SYMPTOMS = (
    "Attempting to capture an EagerTensor",
    "Encountered an Eager-defined Tensor",
    NEEDS_NUMBERS,
    "must be from the same graph",
    "is out of scope",
)


def explain_outside(failure: Failure) -> str | None:
    """Says which object was made outside of the function, if that was the mistake."""
    if not any(symptom in str(failure.error) for symptom in _SYMPTOMS):
        return None
    named = list(_named_values(failure))
    holders = (pair for is_it in (_is_outside, _is_outside_data) for pair in named if is_it(pair[1]))
    name, value = next(holders, ("", None))
    if not name and NEEDS_NUMBERS in str(failure.error):
        return None
    if not name:
        return (
            "It uses a tensor, variable, model or table of another function, and a computation cannot take that along. "
            "Make it inside, or return it there and pass it here as an argument."
        )
    kind = _kind_of(value)
    advice = "Make it inside."
    if kind in ("variable", "model", "layer"):
        what = "value" if kind == "variable" else "weights"
        advice = f"Make it inside, or pass its {what} as an argument."
    elif kind == "tensor":
        advice = f"Pass it as an argument, or take its number: `{name}.numpy()` outside becomes a constant."
    elif kind == "data set":
        advice = "Make it inside, or pass it as an argument."
    return f"The {kind} `{name}` was made outside of this function, and a computation cannot take it along. {advice}"


class UnbuiltObjects:
    """The Keras objects from outside that a function names, and that have no weights before it is captured.

    Args:
        function: The user's function.
    """

    def __init__(self, function: object) -> None:
        self._objects = {
            name: value
            for name, value in _names_with_functions(function)
            if isinstance(value, _OF_KERAS) and not value.variables
        }

    def check(self) -> None:
        """Checks, after the capture, that none of them was built in it: its weights would be those of the graph.

        Raises:
            MistakeError: If one was.
        """
        for name, value in self._objects.items():
            if value.variables:
                kind = _kind_of(value)
                raise MistakeError(
                    f"The {kind} `{name}` was made outside of this function, and built inside by its first use. So "
                    f"its weights belong to this computation, and `{name}` cannot be used any more. "
                    f"Make the {kind} inside, each time that the function runs."
                )


_OF_KERAS = (keras.layers.Layer, keras.optimizers.Optimizer, keras.metrics.Metric)

_KINDS: Mapping[str, tuple[type, ...]] = {
    "model": (keras.Model,),
    "optimizer": (keras.optimizers.Optimizer,),
    "metric": (keras.metrics.Metric,),
    "layer": (keras.layers.Layer,),
    "variable": (tf.Variable, keras.Variable),
    "random generator": (tf.random.Generator,),
    "iterator": (tf.data.Iterator,),
    "data set": (tf.data.Dataset,),
    "tensor": (tf.Tensor,),
}


def _kind_of(value: object) -> str:
    if value is not None and parts_of(value) is not None:
        return _kind_of(next(part for part in parts_of(value) or () if _is_outside(part)))
    return next((kind for kind, classes in _KINDS.items() if isinstance(value, classes)), "table")


def _is_outside(value: object) -> bool:
    """Whether it keeps its state outside of graphs."""
    if isinstance(value, tf.Variable):
        return _is_eager(value.handle)
    if isinstance(value, keras.Variable):
        return isinstance(value._value, tf.Variable) and _is_outside(value._value)
    if isinstance(value, tf.random.Generator):
        return _is_outside(value.state)
    if isinstance(value, _OF_KERAS):
        return any(map(_is_outside, value.variables))
    if _is_eager(getattr(value, "resource_handle", None)):
        return True
    return any(_is_outside(part) for part in parts_of(value) or ())


def _is_outside_data(value: object) -> bool:
    """Whether it is a tensor, a data set or its iterator; functions may name some that they do not need."""
    if isinstance(value, (tf.data.Dataset, tf.data.Iterator)):
        return _is_eager(getattr(value, "_variant_tensor", getattr(value, "_iterator_resource", None)))
    return _is_eager(value)


def _is_eager(handle: object) -> bool:
    return isinstance(handle, tf.Tensor) and not tf.is_symbolic_tensor(handle)


def _named_values(failure: Failure) -> Iterator[tuple[str, object]]:
    """Yields what the user's code has names for: first in the part of the line that failed, then around it."""
    yield from failure.names().items()
    frames = [entry.tb_frame for entry in walk(failure.error.__traceback__)]
    named = [
        _names_in(frame.f_code, {**frame.f_globals, **frame.f_locals})
        for frame in reversed(frames)
        if not is_library(frame.f_code.co_filename)
    ]
    named.append(_names_of_function(failure.function))
    called = [value for names in named for value in names.values()]
    for names in named:
        yield from names.items()
    # TensorFlow hides the frames of a function that it called.
    for function in called:
        yield from _names_of_function(function).items()


def _names_with_functions(function: object) -> Iterator[tuple[str, object]]:
    """Yields what a function has names for, and the functions that it names."""
    named = _names_of_function(function)
    yield from named.items()
    for value in named.values():
        yield from _names_of_function(value).items()


def _names_of_function(function: object) -> dict[str, object]:
    function = unwrapped(function) if callable(function) else None
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType) or is_library(code.co_filename):
        return {}
    return _names_in(code, _surroundings_of(function))


def _surroundings_of(function: Any) -> dict[str, object]:
    inner = getattr(function, "__func__", function)
    owner = getattr(function, "__self__", None)
    return {
        **inner.__globals__,
        **{name: value for name, cell in zip(inner.__code__.co_freevars, inner.__closure__ or (), strict=True)
           for value in _content_of(cell)},
        **({"self": owner} if owner is not None else {}),
    }  # fmt: skip


def _content_of(cell: types.CellType) -> tuple[object, ...]:
    """Returns the value of a variable of the function around, if it has one yet."""
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def _names_in(code: types.CodeType, values: Mapping[str, object]) -> dict[str, object]:
    """Returns what the names in a piece of code stand for, those of functions within it and attributes included."""
    codes = [code, *(const for const in code.co_consts if isinstance(const, types.CodeType))]
    words = [word for part in codes for word in (*part.co_varnames, *part.co_freevars, *part.co_names)]
    named = {word: values[word] for word in words if word in values}
    for name, value in list(named.items()):
        attributes = getattr(value, "__dict__", {})
        named.update({f"{name}.{word}": attributes[word] for word in words if word in attributes})
    return named
