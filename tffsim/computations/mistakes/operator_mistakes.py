"""The mistakes that are made with the federated operators, such as a mean of a value at the server."""

from collections.abc import Mapping

import federated_language as fl
import ml_dtypes
import numpy as np
from federated_language.framework import PolymorphicComputation

from tffsim.computations.mistakes.federated_values import (
    described,
    first_foreign,
    is_computation,
    is_function,
    is_of_tensorflow,
    is_python_function,
    name_of_function,
    placements,
    type_of_value,
    uncalled,
    values_in,
)
from tffsim.failures.definition_failure import Failure
from tffsim.language.type_differences import difference, short

_FUNCTIONS = ("fn", "accumulate", "merge", "report", "select_fn", "op")
_VALUES = ("arg", "value", "weight", "client_keys", "max_key", "server_val", "zero", "max_input", "bitwidth")
_OF_NUMBERS = ("federated_mean", "federated_sum", "federated_min", "federated_max")


def explain_operator(operator: str, arguments: Mapping[str, object], failure: Failure) -> str | None:
    """Says what is wrong with the call of an operator, and what to do.

    Args:
        operator: Its name, such as `federated_mean`.
        arguments: What it was called with, by the names of its parameters.
        failure: What happened.
    """
    values = {name: arguments[name] for name in _VALUES if name in arguments}
    functions = {name: arguments[name] for name in _FUNCTIONS if name in arguments}
    return (
        _swapped(operator, values, functions, failure)
        or _no_computation(operator, functions)
        or _uncalled(operator, values, failure)
        or _no_value(operator, values)
        or _wrong_placement(operator, arguments)
        or _several_placements(operator, values, failure)
        or _no_placement(operator, values, failure)
        or _wrong_kind(operator, values)
        or _placed_already(operator, values)
        or _without_types(operator, functions)
        or _wrong_function(operator, values, functions, failure)
        or _wrong_aggregation(operator, values, functions, failure)
        or _wrong_reduction(operator, values, functions)
    )


def _swapped(
    operator: str, values: Mapping[str, object], functions: Mapping[str, object], failure: Failure
) -> str | None:
    if "fn" not in functions or "arg" not in values:
        return None
    function, value = functions["fn"], values["arg"]
    if is_function(function) or not is_function(value):
        return None
    called = failure.name_of(_is_computation, name_of_function(value))
    argument = failure.name_of(lambda named: named is function, "x")
    return (
        f"The arguments of `{operator}` are swapped: the function comes first, then the value. "
        f"Write `tff.{operator}({called}, {argument})`."
    )


def _is_computation(value: object) -> bool:
    return is_function(value) and not getattr(value, "__module__", "").startswith("federated_language.")


def _no_computation(operator: str, functions: Mapping[str, object]) -> str | None:
    for name, function in functions.items():
        if is_python_function(function):
            called = name_of_function(function)
            if getattr(function, "__module__", None) == fl.federated_sum.__module__:
                return (
                    f"`{operator}` needs a computation as `{name}`, and `{called}` is an operator. Call it with the "
                    f"value itself, as in `tff.{called}(x)`."
                )
            return (
                f"`{operator}` needs a computation as `{name}`, and {_kind_of_function(function)}. Make one of it: "
                f"`tff.tf_computation({called})`, or the decorator `@tff.tf_computation` above its `def`."
            )
        if not is_function(function):
            found = type_of_value(function)
            what = described(found) if found is not None else f"a `{type(function).__name__}`"
            return f"`{operator}` needs a computation as `{name}`, found {what}."
    return None


def _uncalled(operator: str, values: Mapping[str, object], failure: Failure) -> str | None:
    """A computation in place of its result."""
    for name, value in values.items():
        found = type_of_value(value)
        if found is not None and fl.framework.type_contains(found, lambda t: isinstance(t, fl.FunctionType)):
            computation = failure.value_of(is_computation)
            told = uncalled(computation) if computation is not None else "Did you forget to call a computation?"
            return f"`{operator}` needs a value as `{name}`. {told}"
    return None


def _no_value(operator: str, values: Mapping[str, object]) -> str | None:
    """Something that a federated computation cannot hold, as a value or in it."""
    for name, value in values.items():
        found = first_foreign(value)
        is_left_out = value is None and name == "weight"
        if found is not None and not is_left_out:
            path, part = found
            where = f"in `{path}` of `{name}`" if path else f"as `{name}`"
            return _foreign(part, f"`{operator}` got", where)
    return None


def _foreign(part: object, got: str, where: str) -> str:
    if part is None:
        return f"{got} None {where}. Leave it out, or give a value."
    if is_of_tensorflow(part):
        numbers = "get_weights()" if hasattr(part, "get_weights") else "numpy()" if hasattr(part, "numpy") else ""
        example = f", as in `x.{numbers}`" if numbers else ""
        return (
            f"{got} a `{type(part).__name__}` of TensorFlow {where}. A `federated_computation` knows federated values "
            f"and numbers: give its numbers{example}, or make it in a `tf_computation` `f`: "
            "`tff.federated_eval(f, tff.SERVER)`."
        )
    if is_python_function(part):
        return f"{got} a function {where}. Did you forget to call it?"
    return (
        f"{got} a `{type(part).__name__}` {where}. It takes numbers, texts, arrays, federated values, and tuples and "
        "dicts of them."
    )


def _kind_of_function(function: object) -> str:
    name = getattr(function, "__name__", None)
    if name is None:
        return f"this is a `{type(function).__name__}`"
    return "a lambda is a Python function" if name == "<lambda>" else f"`{name}` is a Python function"


def _wrong_placement(operator: str, arguments: Mapping[str, object]) -> str | None:
    placement = arguments.get("placement", fl.CLIENTS)
    if placement in (fl.CLIENTS, fl.SERVER):
        return None
    return f"`{operator}` needs a placement, found {placement!r}. Write `tff.CLIENTS` or `tff.SERVER`."


def _several_placements(operator: str, values: Mapping[str, object], failure: Failure) -> str | None:
    for value in values.values():
        found = placements(type_of_value(value))
        if {fl.CLIENTS, fl.SERVER} <= found:
            return (
                f"`{operator}` got a value at SERVER together with one at CLIENTS. Send the one at SERVER to the "
                f"clients first: `tff.federated_broadcast({_name_at(fl.SERVER, failure)})`."
            )
        if None in found and len(found) > 1:
            where = next(iter(found - {None}))
            return (
                f"`{operator}` got a value at {where} together with one without a placement. Give it one: "
                f"`tff.federated_value(..., tff.{where})`."
            )
    return None


def _name_at(placement: object, failure: Failure) -> str:
    return failure.name_of(lambda value: placements(type_of_value(value)) == {placement}, "...")


def _no_placement(operator: str, values: Mapping[str, object], failure: Failure) -> str | None:
    name = next((name for name in ("arg", "value") if name in values), None)
    if name is None or not operator.startswith("federated_") or operator in ("federated_value", "federated_zip"):
        return None
    found = type_of_value(values[name])
    weight = type_of_value(values.get("weight"))
    if weight is not None and placements(weight) == {None}:
        return (
            f"`{operator}` takes a weight of each client, and this one has no placement: {described(weight)}. Leave it "
            "out: all clients weigh the same then. Or give one at CLIENTS, such as the number of examples."
        )
    if found is None or placements(found) != {None}:
        return None
    place = "SERVER" if operator == "federated_broadcast" else "CLIENTS"
    reason = f"`{operator}` takes a value at {place}, and this one has no placement: {described(found)}."
    if not values_in(failure):
        return f"{reason} Give it one: `tff.federated_value(..., tff.{place})`."
    if failure.is_typed:
        return f"{reason} Give the parameter the type `tff.FederatedType(..., tff.{place})`."
    return (
        f"{reason} The computation has no types, so a list is taken for one value with several parts. "
        f"Say where its values are: `@tff.federated_computation(tff.FederatedType(np.float32, tff.{place}))`."
    )


def _wrong_kind(operator: str, values: Mapping[str, object]) -> str | None:
    wanted = fl.SERVER if operator == "federated_broadcast" else fl.CLIENTS
    for name in ("value", "weight", "client_keys"):
        found = type_of_value(values.get(name))
        if not isinstance(found, fl.FederatedType):
            continue
        if found.placement is not wanted and operator not in ("sequence_map", "sequence_reduce", "sequence_sum"):
            return _elsewhere(operator, name, found)
        wrong = next((part for part in _tensors(found.member) if not _is_numeric(part, operator)), None)
        if wrong is not None:
            return _not_numeric(operator, name, wrong)
    for name in ("max_key", "server_val"):
        found = type_of_value(values.get(name))
        if isinstance(found, fl.FederatedType) and found.placement is not fl.SERVER:
            return f"`{operator}` takes `{name}` at SERVER, found {described(found)}."
    for name in ("max_input", "bitwidth"):
        found = type_of_value(values.get(name))
        if isinstance(found, fl.FederatedType):
            return f"`{operator}` takes `{name}` as a plain number, found {described(found)}. Write the number itself."
    return _wrong_keys(operator, values) or _wrong_max_key(operator, values)


def _wrong_keys(operator: str, values: Mapping[str, object]) -> str | None:
    found = type_of_value(values.get("client_keys"))
    keys = found.member if isinstance(found, fl.FederatedType) else None
    if not isinstance(keys, fl.TensorType) or keys.shape is None or None not in keys.shape:
        return None
    return (
        f"`{operator}` must know how many keys each client has, and {short(keys)} leaves it open. Tell it in the type, "
        "as in `tff.TensorType(np.int32, [3])`."
    )


def _wrong_max_key(operator: str, values: Mapping[str, object]) -> str | None:
    keys = type_of_value(values.get("client_keys"))
    if "max_key" not in values or not isinstance(keys, fl.FederatedType) or not isinstance(keys.member, fl.TensorType):
        return None
    max_key, dtype = values["max_key"], keys.member.dtype
    if dtype != np.int32:
        return f"`{operator}` takes keys as int32 at CLIENTS, found {described(keys)}. Declare them as `np.int32`."
    if type_of_value(max_key) == fl.FederatedType(dtype.type, fl.SERVER):
        return None
    number = max_key if isinstance(max_key, int) else "..."
    return (
        f"`{operator}` takes `max_key`, the number of keys, as {dtype} at SERVER, as the keys are. Write "
        f"`tff.federated_value(np.{dtype}({number}), tff.SERVER)`."
    )


def _elsewhere(operator: str, name: str, found: fl.FederatedType) -> str:
    argument = "a value" if name == "value" else f"`{name}`"
    if found.placement is fl.SERVER:
        advice = "The server has one value: there is nothing to aggregate, use it as it is."
        if name != "value":
            advice = "Send it to the clients first: `tff.federated_broadcast`."
        return f"`{operator}` takes {argument} at CLIENTS, found {described(found)}. {advice}"
    return (
        f"`{operator}` takes {argument} at SERVER, found {described(found)}. The clients have their values already; "
        "to send them something of all, aggregate it first, as with `tff.federated_mean`."
    )


def _tensors(type_spec: fl.Type) -> list[fl.Type]:
    if isinstance(type_spec, fl.StructType):
        return [tensor for part in type_spec for tensor in _tensors(part)]
    return [type_spec]


def _is_numeric(type_spec: fl.Type, operator: str) -> bool:
    if operator.startswith("federated_secure") and operator != "federated_secure_select":
        return isinstance(type_spec, fl.TensorType) and bool(np.issubdtype(type_spec.dtype, np.integer))
    if operator not in _OF_NUMBERS:
        return True
    if not isinstance(type_spec, fl.TensorType):
        return False
    if operator == "federated_sum" and not fl.array_shape_is_fully_defined(type_spec.shape):
        return False
    kinds = {"federated_sum": (np.number, ml_dtypes.bfloat16), "federated_mean": (np.inexact,)}
    return any(np.issubdtype(type_spec.dtype, kind) for kind in kinds.get(operator, (np.integer, np.floating)))


def _not_numeric(operator: str, name: str, found: fl.Type) -> str:
    if isinstance(found, fl.SequenceType):
        return (
            f"`{operator}` takes numbers, and each client holds a data set ({short(found)}). Map a `tf_computation` "
            "that makes a number of it, as with `dataset.reduce`, and aggregate what that returns."
        )
    if operator == "federated_sum" and isinstance(found, fl.TensorType) and np.issubdtype(found.dtype, np.number):
        return (
            f"`federated_sum` must know the shape of what it adds, and {short(found)} leaves it open: without clients, "
            "the sum is zeros of this shape. Tell it in the type, as in `tff.TensorType(np.float32, [3])`."
        )
    needed = "integers" if operator.startswith("federated_secure") else "numbers"
    needed = "floats" if operator == "federated_mean" else needed
    needed = "numbers as weights" if name == "weight" else needed
    dtype = found.dtype if isinstance(found, fl.TensorType) else None
    convert = "tf.strings.to_number" if dtype is not None and np.issubdtype(dtype, np.str_) else "tf.cast"
    takes = "does not support" if dtype == ml_dtypes.bfloat16 else f"takes {needed}, found"
    return (
        f"`{operator}` {takes} {short(found)}. Convert the values at the clients first: "
        f"`tff.federated_map` of a `tf_computation` with `{convert}`."
    )


def _placed_already(operator: str, values: Mapping[str, object]) -> str | None:
    found = type_of_value(values.get("value"))
    if operator != "federated_value" or placements(found) == {None}:
        return None
    return f"`federated_value` places a number, and this is {described(found)} already. Use it as it is."


def _without_types(operator: str, functions: Mapping[str, object]) -> str | None:
    untyped = next((f for f in functions.values() if isinstance(f, PolymorphicComputation)), None)
    if untyped is None:
        return None
    return (
        f"`{operator}` needs a computation with types, and `{getattr(untyped, '__name__', 'this one')}` has none. "
        "Give one for each of its parameters: `@tff.tf_computation(np.float32, ...)`."
    )


def _wrong_function(
    operator: str, values: Mapping[str, object], functions: Mapping[str, object], failure: Failure
) -> str | None:
    function, value = functions.get("fn"), values.get("arg")
    signature = type_of_value(function)
    if operator == "federated_eval" and isinstance(signature, fl.FunctionType) and signature.parameter is not None:
        return (
            f"`federated_eval` runs a function without parameters; this one takes {short(signature.parameter)}. "
            f"To give it a value, write `tff.federated_map({failure.name_of(_is_computation, 'f')}, x)`."
        )
    found = type_of_value(value)
    member = found.member if isinstance(found, fl.FederatedType) else found
    if not isinstance(signature, fl.FunctionType) or member is None:
        return None
    if signature.parameter is None:
        return "The function of `federated_map` takes no parameter. Use `tff.federated_eval(f, placement)`."
    if signature.parameter.is_assignable_from(member):
        return None
    return f"The function does not fit the value in `{operator}`: {difference(signature.parameter, member)}."


def _wrong_aggregation(
    operator: str, values: Mapping[str, object], functions: Mapping[str, object], failure: Failure
) -> str | None:
    """The functions of `federated_aggregate`, which hand values to each other."""
    if operator != "federated_aggregate":
        return None
    signatures = {name: type_of_value(function) for name, function in functions.items()}
    accumulate, merge, report = (signatures.get(name) for name in ("accumulate", "merge", "report"))
    zero, found = type_of_value(values.get("zero")), type_of_value(values.get("value"))
    member = found.member if isinstance(found, fl.FederatedType) else found
    if not isinstance(accumulate, fl.FunctionType) or zero is None or member is None:
        return None
    sum_type = accumulate.result
    steps = (
        ("accumulate", accumulate, "`zero` and a client's value", fl.StructType([zero, member])),
        ("accumulate", accumulate, "its own result and a client's value", fl.StructType([sum_type, member])),
        ("merge", merge, "two results of `accumulate`", fl.StructType([sum_type, sum_type])),
        ("report", report, "the result of `merge`", sum_type),
    )
    return next((wrong for step in steps if (wrong := _misfit(operator, *step)) is not None), None)


def _wrong_reduction(operator: str, values: Mapping[str, object], functions: Mapping[str, object]) -> str | None:
    """The function of `sequence_reduce`, which gets its own results."""
    found, zero = type_of_value(values.get("value")), type_of_value(values.get("zero"))
    members = [of.member if isinstance(of, fl.FederatedType) else of for of in (found, zero)]
    op = type_of_value(functions.get("op"))
    if operator != "sequence_reduce" or not isinstance(members[0], fl.SequenceType) or members[1] is None:
        return None
    if not isinstance(op, fl.FunctionType):
        return None
    element, state = members[0].element, members[1]
    return _misfit(operator, "op", op, "`zero` and an element", fl.StructType([state, element])) or _misfit(
        operator, "op", op, "its own result and an element", fl.StructType([op.result, element])
    )


def _misfit(operator: str, name: str, signature: fl.Type | None, given: str, given_type: fl.Type) -> str | None:
    """Says why one of the functions that an operator takes does not fit what it is given."""
    if not isinstance(signature, fl.FunctionType) or signature.parameter is None:
        return None
    expected, found = _without_names(signature.parameter), _without_names(given_type)
    if expected.is_assignable_from(found):
        return None
    return f"`{name}` of `{operator}` does not fit {given}: {difference(expected, found)}."


def _without_names(type_spec: fl.Type) -> fl.Type:
    """The parameters of a function have names, and what it is called with has none."""
    return fl.StructType(list(type_spec)) if isinstance(type_spec, fl.StructType) else type_spec
