"""The mistakes that are made when a computation is called."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import federated_language as fl
from federated_language.framework import ConcreteComputation

from tffsim.computations.mistakes.federated_values import described, is_computation, placements, type_of_value, uncalled
from tffsim.computations.mistakes.fitting import fits, swapped
from tffsim.computations.mistakes.mistake_error import MistakeError, SpecificationError, being_defined
from tffsim.computations.mistakes.signature_mistakes import METHOD, is_method
from tffsim.computations.mistakes.struct_keys import wrong_key
from tffsim.failures.argument_error import ArgumentError
from tffsim.failures.user_error import UserError, passed_user
from tffsim.language.containers import is_container, parts_of
from tffsim.language.type_differences import difference, listed

_MAX_CODE = 80


def explain_call(
    computation: ConcreteComputation, args: Sequence[object], kwargs: Mapping[str, object], error: Exception
) -> Exception | None:
    """Returns an error that says what was wrong with a call, if that is known.

    Args:
        computation: What was called.
        args: Its positional arguments.
        kwargs: Its named arguments.
        error: What came out.
    """
    name = str(getattr(computation, "__name__", "computation"))
    if isinstance(error, TypeError):
        wrong = _wrong_arguments(computation, args, kwargs, name)
        if wrong is not None:
            return ArgumentError(wrong)
    if being_defined.get() is not None and isinstance(error, (TypeError, ValueError)):
        wrong = _wrong_types(computation.type_signature.parameter, args, kwargs, name)
        return MistakeError(wrong) if wrong is not None else None
    given = [*args, *kwargs.values()]
    forgotten = next((value for value in _leaves(given) if is_computation(value)), None)
    if forgotten is not None and isinstance(error, (TypeError, UserError)) and not _takes_functions(computation):
        return ArgumentError(f"`{name}` cannot take a computation as an argument: {uncalled(forgotten)}")
    if isinstance(error, UserError) and any(map(_is_symbolic, _leaves(given))):
        return ArgumentError(
            f"`{name}` cannot run inside a `tf.function` or `Dataset.map`: there its argument is a tensor without a "
            "value. Compute the result before, or call it from a `tf_computation`, where it becomes part of the graph."
        )
    return None


def explain_untyped_call(
    function: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    error: Exception,
    *,
    is_plain: bool,
) -> Exception | None:
    """Returns an error that says what was wrong with the call of a computation without types, if that is known.

    Args:
        function: The user's function.
        args: Its positional arguments.
        kwargs: Its named arguments.
        error: What came out.
        is_plain: Whether it takes values without a placement only.
    """
    name = str(getattr(function, "__name__", "computation"))
    wrong = _unfitting(function, args, kwargs, name)
    if wrong is not None:
        return ArgumentError(wrong)
    if being_defined.get() is not None:
        wrong = _placed(args, kwargs, name) if is_plain else None
        return MistakeError(wrong) if wrong is not None else None
    is_told = isinstance(error, UserError) and not isinstance(error, SpecificationError)
    is_about_types = isinstance(error, (TypeError, NotImplementedError)) and not is_told
    if is_about_types and not passed_user(error):
        reason = _wrong_keys([*args, *kwargs.values()]) or str(error)
        return ArgumentError(f"`{name}` cannot take its argument. {reason}")
    return None


def _takes_functions(computation: ConcreteComputation) -> bool:
    parameter = computation.type_signature.parameter
    return parameter is not None and fl.framework.type_contains(parameter, lambda t: isinstance(t, fl.FunctionType))


def _wrong_arguments(
    computation: ConcreteComputation, args: Sequence[object], kwargs: Mapping[str, object], name: str
) -> str | None:
    parameter = computation.type_signature.parameter
    if parameter is None:
        return f"`{name}` takes no arguments, found {_counted(args, kwargs)}." if args or kwargs else None
    names = [field for field, _ in parameter.items()] if isinstance(parameter, fl.StructType) else []
    if len(args) == 1 and not kwargs:
        # One argument may stand for all of them, as a container.
        alone = len(names) > 1 and parameters_of(computation) == names
        if not alone or is_container(args[0]) or isinstance(args[0], fl.Value):
            return None
    takes = f"`{name}` takes {_takes(names)}"
    if not args and not kwargs:
        return f"{takes}, found none."
    unknown = [key for key in kwargs if key not in names]
    if unknown:
        return f"{takes}; {listed(unknown)} is none of them." if names else f"{takes}, without a name."
    twice = [field for field in names[: len(args)] if field in kwargs]
    if twice:
        return f"{takes}, and {listed(twice)} is given twice: by its position and by its name."
    missing = [field for field in names[len(args) :] if field not in kwargs]
    if missing or len(args) > max(len(names), 1):
        told = found_arguments(name, names, len(args) + len(kwargs), missing)
        return told if missing or kwargs else told + _in_a_list(parameter, args, name)
    return None


def found_arguments(name: str, names: Sequence[str | None], number: int, missing: Sequence[str | None] = ()) -> str:
    """Says how many arguments were given, and which are missing.

    Args:
        name: The name of the computation.
        names: The parameters.
        number: How many arguments there are.
        missing: The parameters without one.
    """
    are = "is" if len(missing) == 1 else "are"
    lacks = f" {listed(missing)} {are} missing." if any(missing) else ""
    return f"`{name}` takes {_takes(names)}, found {number or 'none'}.{lacks}"


def _in_a_list(parameter: fl.Type, args: Sequence[object], name: str) -> str:
    """Says that clients' values belong in a list, if they were given one by one."""
    types = list(parameter) if isinstance(parameter, fl.StructType) else [parameter]
    for first, type_spec in enumerate(types):
        end = first + len(args) - len(types) + 1
        if not isinstance(type_spec, fl.FederatedType) or type_spec.all_equal:
            continue
        if all(fits(value, type_spec.member) for value in args[first:end]):
            given = [
                *map(_shown, args[:first]),
                f"[{', '.join(map(_shown, args[first:end]))}]",
                *map(_shown, args[end:]),
            ]
            code = f"{_for_code(name)}({', '.join(given)})"
            example = f": `{code}`" if len(code) <= _MAX_CODE else ""
            return f" Give a list, one value per client{example}."
    return ""


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, (bool, int, float, str)) else "..."


def _takes(names: Sequence[str | None]) -> str:
    if len(names) < 2:
        return "one argument" + (f" ({listed(names)})" if any(names) else "")
    return f"{len(names)} arguments" + (f" ({listed(names)})" if any(names) else "")


def _counted(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    number = len(args) + len(kwargs)
    return str(number) if number else "none"


def parameters_of(computation: ConcreteComputation) -> list[str]:
    """Returns the names of the parameters of the user's function; none if they are not known."""
    function = getattr(computation, "__wrapped__", None)
    try:
        return list(inspect.signature(function).parameters) if function is not None else []
    except (TypeError, ValueError):
        return []


def _unfitting(
    function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object], name: str
) -> str | None:
    """Says how arguments do not fit the parameters of a Python function."""
    try:
        signature = inspect.signature(function)
        signature.bind(*args, **kwargs)
    except TypeError as error:
        names = list(signature.parameters)
        if is_method(names):
            return f"`{name}` cannot be called like this. {METHOD}"
        return f"`{name}` takes {_takes(names)}, found {_counted(args, kwargs)}: {error}."
    except ValueError:
        return None  # A function without a signature, such as one written in C.
    return None


def _wrong_types(
    parameter: fl.Type | None, args: Sequence[object], kwargs: Mapping[str, object], name: str
) -> str | None:
    """Says how the arguments of a call in a federated computation differ from what it takes."""
    if parameter is None:
        return None
    if placements(parameter) == {None} and (placed := _placed(args, kwargs, name)) is not None:
        return placed
    types = {key: type_of_value(value) for key, value in [*enumerate(args), *kwargs.items()]}
    if len(args) == 1 and not kwargs:
        expected, given = parameter, types[0]
        if given is None and isinstance(expected, fl.FederatedType) and not any(map(type_of_value, _leaves(args[0]))):
            return (
                f"`{name}` needs {described(expected)} in a federated computation, found a value of Python type "
                f"`{type(args[0]).__name__}`. Pass one that is federated already, such as a parameter, or call "
                f"`{name}` outside of the computation."
            )
        if given is not None and not expected.is_assignable_from(given):
            return f"The argument of `{name}` does not fit: {difference(expected, given)}."
    elif isinstance(parameter, fl.StructType):
        found = [types.get(number, types.get(field)) for number, (field, _) in enumerate(parameter.items())]  # type: ignore[call-overload]
        for number, ((field, expected), given) in enumerate(zip(parameter.items(), found, strict=True)):
            if given is not None and not expected.is_assignable_from(given):
                hint = _swapped_types(parameter, found, number)
                return f"Argument `{field or number}` of `{name}` does not fit: {difference(expected, given)}.{hint}"
    return None


def _swapped_types(parameter: fl.StructType, found: Sequence[fl.Type | None], wrong: int) -> str:
    def can_be(number: int, expected: fl.Type) -> bool:
        given = found[number]
        return given is not None and expected.is_assignable_from(given)

    names = [field or number for number, (field, _) in enumerate(parameter.items())]
    first, second = swapped(list(parameter), can_be, wrong)
    return f" Did you swap `{names[first]}` and `{names[second]}`?" if first >= 0 else ""


def _placed(args: Sequence[object], kwargs: Mapping[str, object], name: str) -> str | None:
    """Says that a computation on plain values was called with values that have a placement."""
    types = [type_of_value(value) for value in _leaves([*args, *kwargs.values()])]
    found: set[object] = set().union(*(placements(t) for t in types))
    placed = next((t for t in types if placements(t) - {None}), None)
    if placed is None:
        return None
    example = "x" if len(types) == 1 else "(x, y)"
    mixed = {fl.CLIENTS, fl.SERVER} <= found
    broadcast = " Send the value at SERVER to the clients first: `tff.federated_broadcast`." if mixed else ""
    return (
        f"`{name}` computes on plain values, and this is {described(placed)}. Apply it where the values are: "
        f"`tff.federated_map({_for_code(name)}, {example})`.{broadcast}"
    )


def _wrong_keys(values: Sequence[object]) -> str | None:
    for value in values:
        if isinstance(value, Mapping) and (wrong := wrong_key(value, "this one")) is not None:
            return wrong
        if (wrong := _wrong_keys(parts_of(value) or ())) is not None:
            return wrong
    return None


def _for_code(name: str) -> str:
    return name if name.isidentifier() else "f"


def _leaves(value: object) -> Iterator[object]:
    parts = parts_of(value)
    if parts is None:
        yield value
    else:
        for part in parts:
            yield from _leaves(part)


def _is_symbolic(value: object) -> bool:
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow is not None and bool(tensorflow.is_symbolic_tensor(value))
