"""The mistakes that are made with federated computations, each with a sentence that says what to do.

What was wrong is found in facts: which function of the language was called, and with what.
Its own messages are written for its developers, and change.
"""

import difflib
import re
import types
from collections.abc import Callable, Iterator

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import ComputationReturnedNoneError

from tffsim.computations.mistakes import federated_equality
from tffsim.computations.mistakes.federated_values import (
    first_foreign,
    is_of_tensorflow,
    is_struct,
    not_a_number,
    values_in,
)
from tffsim.computations.mistakes.operator_mistakes import explain_operator
from tffsim.computations.mistakes.signature_mistakes import explain_signature, returned_none
from tffsim.computations.mistakes.struct_keys import explain_keys
from tffsim.computations.operators import secure_modular_sum
from tffsim.failures.definition_failure import Failure, module_of
from tffsim.language.type_differences import listed
from tffsim.language.type_kinds import struct_type_of

_INTRINSICS = ("federated_language.federated_context.intrinsics", secure_modular_sum.__name__)
_VALUES = "federated_language.federated_context.value_impl"


def explain(failure: Failure) -> str | None:
    """Says what is wrong and what to do, if it is a known mistake."""
    explanations = (
        _returned_none,
        _explain_operator,
        explain_keys,
        _python_on_value,
        _selection,
        _library_on_value,
        _result,
        explain_signature,
    )
    return next(filter(None, (explanation(failure) for explanation in explanations)), None)


def _returned_none(failure: Failure) -> str | None:
    return returned_none() if isinstance(failure.error, ComputationReturnedNoneError) else None


def _explain_operator(failure: Failure) -> str | None:
    called = failure.called[0] if failure.called else None
    if called is None or module_of(called) not in _INTRINSICS:
        return _wrong_count(failure)
    return explain_operator(called.f_code.co_name, called.f_locals, failure)


def _wrong_count(failure: Failure) -> str | None:
    """Python itself says that a function got too many arguments, before it is called."""
    text = str(failure.error)
    if failure.called or not isinstance(failure.error, TypeError) or not _WRONG_COUNT.match(text):
        return None
    return f"{text}. Several values are mapped together in a tuple: `tff.federated_map(f, (x, y))`."


_WRONG_COUNT = re.compile(r"(federated|sequence)_\w+\(\) takes ")


def _python_on_value(failure: Failure) -> str | None:
    """Arithmetic, comparison, `if`, `for` and the like."""
    called = failure.called[0] if failure.called else None
    if called is not None and not _is_operation(called):
        return None
    values = values_in(failure)
    if called is not None and isinstance(called.f_locals.get("self"), fl.Value):
        value = called.f_locals["self"]
        if called.f_code.co_name in _SELECTIONS and is_struct(value.type_signature):
            return None
        values = values or {failure.name_of(lambda named: named is value, ""): value}
    elif _OPERAND.search(str(failure.error)) is None:
        return None  # An error of the user's own.
    if values:
        return not_a_number(failure.subject, values)
    return (
        f"{failure.subject} does not work here: federated values are no numbers, and Python cannot compute "
        "with them. Put the calculation into a `tf_computation` `f`, and apply it: `tff.federated_map(f, (x, y))`."
    )


# Python says of which class an operand was, such as "unsupported operand type(s) for +: 'Value' and 'int'".
_OPERAND = re.compile(rf"\b{fl.Value.__name__}\b")


def _is_operation(frame: types.FrameType) -> bool:
    is_method = module_of(frame) == _VALUES and frame.f_code.co_name in _OPERATIONS
    return is_method or module_of(frame) == federated_equality.__name__


_SELECTIONS = ("__getitem__", "__getattr__")
_OPERATIONS = ("__bool__", "__len__", "__iter__", "__call__", *_SELECTIONS)


def _selection(failure: Failure) -> str | None:
    """A field that a struct does not have."""
    value = next((f.f_locals["self"] for f in failure.called if _is_selection(f)), None)
    if value is None:
        return None
    member = value.type_signature
    member = struct_type_of(member.member if isinstance(member, fl.FederatedType) else member)
    names = structure.name_list(member)
    frame = failure.called[0]
    wanted = frame.f_locals.get("name", frame.f_locals.get("key"))
    if not names:
        return f"{failure.subject}: the value has {len(member)} fields, numbered from 0; there is no {wanted}."
    near = difflib.get_close_matches(str(wanted), names, 1)
    advice = f"Did you mean `{near[0]}`?" if near else f"It has {listed(names)}."
    return f"{failure.subject}: the value has no field {wanted!r}. {advice}"


def _is_selection(frame: types.FrameType) -> bool:
    value = frame.f_locals.get("self")
    return (
        module_of(frame) == _VALUES
        and frame.f_code.co_name in _SELECTIONS
        and isinstance(value, fl.Value)
        and is_struct(value.type_signature)
    )


def _library_on_value(failure: Failure) -> str | None:
    """A function of TensorFlow, NumPy or another library got a federated value."""
    if not failure.called or failure.is_called("federated_language") or failure.is_called("tffsim"):
        return None
    values = values_in(failure) or dict(_unnamed(failure.called[0]))
    return not_a_number(failure.subject, values) if values else None


def _unnamed(called: types.FrameType) -> Iterator[tuple[str, fl.Value]]:
    """Yields a value that a function got which has no name where it is called: `tf.sqrt(tff.federated_mean(x))`."""
    for local in called.f_locals.values():
        for part in local if isinstance(local, (tuple, list)) else [local]:
            if isinstance(part, fl.Value):
                yield "", part
                return


def _result(failure: Failure) -> str | None:
    """The result holds something that is no federated value."""
    frame = next((f for f in failure.called if "suggested_name" in f.f_locals and "result" in f.f_locals), None)
    if failure.trace is not None or frame is None:
        return None
    found = first_foreign(frame.f_locals["result"])
    if found is None:
        return None
    path, part = found
    where = f"Field `{path}` of its result" if path else "Its result"
    return f"{where} is {_foreign(part)}"


def _foreign(part: object) -> str:
    if part is None:
        return "None. Leave it out, or return a value."
    if is_of_tensorflow(part):
        return (
            f"a `{type(part).__name__}` of TensorFlow. Make it in a `tf_computation`, and return what that returns; "
            "with a placement: `tff.federated_eval(f, tff.SERVER)`."
        )
    if isinstance(part, Callable):  # type: ignore[arg-type]
        return "a function. Did you forget to call it? To return a computation, decorate it."
    return f"a `{type(part).__name__}`. Return federated values, or tuples and dicts of them."
