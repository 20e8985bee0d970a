"""The mistakes in the head of a function: its parameters, their types, a method instead of a function."""

import inspect
from collections.abc import Mapping, Sequence

import federated_language as fl

from tffsim.failures.definition_failure import Failure
from tffsim.language.struct_types import field_names
from tffsim.language.type_differences import listed, short

_KINDS = {
    inspect.Parameter.VAR_POSITIONAL: "the varargs `*{}`",
    inspect.Parameter.VAR_KEYWORD: "the varargs `**{}`",
    inspect.Parameter.KEYWORD_ONLY: "the keyword-only parameter `{}`",
    inspect.Parameter.POSITIONAL_ONLY: "the positional-only parameter `{}`",
}


def returned_none() -> str:
    """Says that a function returned nothing."""
    return "It returned `None`. Did you forget to write `return` in front of the result?"


def explain_signature(failure: Failure) -> str | None:
    """Says what is wrong with the parameters of the function, or their types."""
    checks = [f for f in failure.called if f.f_code.co_name in ("_check_parameters", "_parameter_type")]
    if failure.trace is not None or failure.function is None or not checks:
        return None
    try:
        parameters = inspect.signature(failure.function).parameters
    except (TypeError, ValueError):
        return None
    types = checks[-1].f_locals.get("parameter_types", ())
    return _unsupported(parameters) or _wrong_types(list(parameters), list(types))


def is_method(names: Sequence[str]) -> bool:
    """Whether parameters are those of a method in a class."""
    return names[:1] == ["self"]


METHOD = (
    "It is a method, and `self` is no value that a computation can take. Write a function outside of the class, or "
    "make the computation in `__init__`: `self.step = tff.tf_computation(self._step, ...)`."
)


def _unsupported(parameters: Mapping[str, inspect.Parameter]) -> str | None:
    for name, parameter in parameters.items():
        if parameter.default is not inspect.Parameter.empty:
            return (
                f"Its parameter `{name}` has a default value, which a computation cannot have. Use the value inside, "
                f"or a function around it: `lambda x: f(x, {name}=...)`."
            )
        if parameter.kind in _KINDS:
            return f"It has {_KINDS[parameter.kind].format(name)}. Name every parameter: `def f(x, y)`."
    return None


def _wrong_types(names: list[str], types: list[fl.Type]) -> str | None:
    if is_method(names):
        return METHOD
    if not types:
        return None
    if not names:
        return "It has no parameters, but the decorator gives a type for one. Remove the type, or add the parameter."
    only = types[0] if len(types) == 1 else None
    fields = field_names(only) if isinstance(only, fl.StructType) else []
    if len(fields) == len(names) and any(fields) and set(fields) != set(names):
        missing = next((name for name in names if name not in fields), names[0])
        return (
            f"Its parameters must be called like the fields of its type. The parameter `{missing}` is none of the "
            f"fields {listed(fields)}."
        )
    found = f"{len(fields)} fields in its type" if fields else f"{len(types)} type{'s' * (len(types) != 1)}"
    if len(names) != (len(fields) or len(types)):
        shown = "" if fields else f" ({', '.join(short(t, 30) for t in types[:3])})"
        return (
            f"It has {len(names)} parameter{'s' * (len(names) != 1)} ({listed(names)}), and the decorator gives "
            f"{found}{shown}. Give one type for each."
        )
    return None


def _is_struct(types: list[fl.Type]) -> bool:
    return len(types) == 1 and isinstance(types[0], fl.StructType)
