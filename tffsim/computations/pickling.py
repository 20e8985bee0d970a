"""How what `federated_language` made is pickled and copied: types, computations and errors.

Processes that work together send each other such things. Types hold the placements, which are compared by
identity. A computation is its message, and what is known of its source. One without types is a Python
function, and goes as those do: by its name. Errors whose constructors take
something else than a message cannot be made again by the default way of Python.
"""

import copyreg
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import federated_language as fl
from federated_language import framework
from federated_language.framework import ConcreteComputation, PlacementLiteral, PolymorphicComputation
from federated_language.proto.computation_pb2 import Computation

from tffsim.computations.computation_calls import TypedComputation, UntypedComputation
from tffsim.computations.context_stack import SharedDefaultContextStack, context_stack
from tffsim.language import provenance

# How the op of a node is written in a serialised graph: field 2 of `NodeDef`, its length, its text.
_CALLS_PYTHON = re.compile(rb"\x12(?:\x06PyFunc|\x0bEagerPyFunc|\x0fPyFuncStateless)")
_COPIED_ATTRIBUTES = ("__name__", "__qualname__", "__module__", "__doc__")


def register() -> None:
    """Tells `pickle` and `copy` about the classes of `federated_language`."""
    copyreg.pickle(type(fl.CLIENTS), _reduce_placement)  # type: ignore[arg-type]
    for kind in (ConcreteComputation, TypedComputation):
        copyreg.pickle(kind, _reduce_computation)  # type: ignore[arg-type]
    for untyped in (PolymorphicComputation, UntypedComputation):
        copyreg.pickle(untyped, _reduce_untyped)  # type: ignore[arg-type]
    for error in _errors_of_the_language():
        copyreg.pickle(error, _reduce_error)  # type: ignore[arg-type]


def _errors_of_the_language() -> Iterator[type[Exception]]:
    """Yields all its errors: it raises some that it does not export, such as that of a sum of texts."""
    for name, module in sys.modules.copy().items():
        if name.partition(".")[0] == fl.__name__:
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, Exception) and value.__module__ == name:
                    yield value


def _reduce_placement(placement: PlacementLiteral) -> tuple[object, ...]:
    return _placement, (placement.uri,)


def _placement(uri: str) -> object:
    return next(placement for placement in (fl.CLIENTS, fl.SERVER) if placement.uri == uri)


def _reduce_computation(computation: ConcreteComputation) -> tuple[object, ...]:
    message = computation.to_proto()
    content = message.SerializeToString(deterministic=True)
    attributes = {name: value for name in _COPIED_ATTRIBUTES if (value := computation.__dict__.get(name)) is not None}
    is_shared = isinstance(computation.context_stack, SharedDefaultContextStack)
    origins = provenance.entries_of(message)
    stays = [_PythonFunctions(str(attributes.get("__name__", "It")))] if _CALLS_PYTHON.search(content) else []
    return _computation, (type(message), content, computation.type_signature, attributes, is_shared, origins, *stays)


def _computation(
    message: type[Computation],
    content: bytes,
    type_signature: fl.FunctionType,
    attributes: dict[str, object],
    is_shared: bool,
    origins: Sequence[provenance.Entry],
    *_: object,
) -> ConcreteComputation:
    provenance.learn(origins)
    stack: Any = context_stack if is_shared else framework.get_context_stack()
    computation = (TypedComputation if is_shared else ConcreteComputation)(
        computation_proto=message.FromString(content), context_stack=stack, annotated_type=type_signature
    )
    computation.__dict__.update(attributes)
    return computation


class _PythonFunctions:
    """Stands for the Python functions that a graph calls: they are copied with it, but stay in this process."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __deepcopy__(self, _: object) -> "_PythonFunctions":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"`{self._name}` cannot be pickled: it calls Python functions (`tf.py_function` or a generator), which "
            "stay in this process. Pickle the Python function that you made it from, and make it again there."
        )


def _reduce_untyped(computation: PolymorphicComputation) -> str | tuple[object, ...]:
    name = str(getattr(computation, "__qualname__", "It"))
    asking = str(sys._getframe(1).f_globals.get("__name__"))
    if "cloudpickle" in asking:
        # It sends functions as they are; joblib and others use it.
        return object.__reduce_ex__(computation, 2)
    if asking == "copy" or _found(sys.modules.get(str(computation.__module__)), name) is computation:
        return name
    raise TypeError(
        f"`{name}` cannot be pickled: without types it is a Python function, which other processes find by its name. "
        "Give it types, or define it at the top level of a module."
    )


def _found(place: object, name: str) -> object:
    for part in name.split("."):
        place = getattr(place, part, None)
    return place


def _reduce_error(error: Exception) -> tuple[object, ...]:
    return _error, (type(error), error.args), error.__dict__ or None


def _error(cls: type[Exception], args: tuple[object, ...]) -> Exception:
    error = cls.__new__(cls)
    error.args = args
    return error
