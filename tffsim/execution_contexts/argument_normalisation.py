"""Bringing an argument into the form of the parameter's type, before anything runs.

Structs are paired by name, whatever the order of a dict; members of a federated value
become a list. Tensors are not touched: the leaf executor checks those.
"""

from collections.abc import Sized

import federated_language as fl
import numpy as np
from federated_language.common_libs import structure

from tffsim.execution_contexts.execution_error import ArgumentError, argument_name
from tffsim.failures.argument_error import FailureLocation
from tffsim.language import building_blocks
from tffsim.language.clients_on_demand import ClientsOnDemand
from tffsim.language.containers import struct_elements
from tffsim.language.struct_types import field_names, to_struct

_Path = tuple[str | int, ...]


def normalise_argument(value: object, type_spec: fl.Type, path: _Path = (), *, makes_on_demand: bool = False) -> object:
    """Returns an argument with `Struct`s for structs and lists for client values.

    Args:
        value: What the user passed.
        type_spec: The parameter's type.
        path: The steps from the argument to `value`.
        makes_on_demand: Whether data of clients that need not be there at once is left to be made later.

    Raises:
        ArgumentError: If a part is missing, unexpected or of the wrong kind.
    """
    if isinstance(value, fl.Value):
        raise _wrong(path, f"is a value of another computation (`{value}`), which exists only while that one runs.")
    if isinstance(type_spec, fl.FederatedType):
        return value if type_spec.all_equal else _members(value, type_spec, path, makes_on_demand)
    if isinstance(type_spec, fl.StructType):
        return _struct(value, type_spec, path, makes_on_demand)
    if isinstance(type_spec, fl.FunctionType) and not building_blocks.is_computation(value):
        found = "a Python function" if callable(value) else f"a value of Python type `{type(value).__name__}`"
        raise _wrong(path, f"must be a computation of type {type_spec}, found {found}.")
    if value is None:
        raise _wrong(path, f"is missing: expected {type_spec}, found None.")
    return value


def _struct(value: object, type_spec: fl.StructType, path: _Path, makes_on_demand: bool) -> structure.Struct:
    try:
        elements = struct_elements(value, type_spec)
    except TypeError as error:
        raise _wrong(path, f"has the wrong form. {error}") from None
    steps = [name if name is not None else i for i, name in enumerate(field_names(type_spec))]
    parts = zip(elements, type_spec, steps, strict=True)
    return to_struct(
        type_spec,
        [normalise_argument(element, t, (*path, step), makes_on_demand=makes_on_demand) for element, t, step in parts],
    )


def _members(value: object, type_spec: fl.FederatedType, path: _Path, makes_on_demand: bool) -> list[object]:
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return list(value)
    if makes_on_demand and isinstance(value, ClientsOnDemand):
        return list(value.on_demand())
    if isinstance(value, Sized) and hasattr(value, "__getitem__") and not _is_one_thing(value):
        # What pandas has is counted by `iloc`; `value[k]` would look for the label `k`.
        by_position = getattr(value, "iloc", value)
        return [by_position[k] for k in range(len(value))]
    raise _wrong(path, f"needs one {type_spec.member} per client, in a list; found {_described(value)}.")


def _wrong(path: _Path, what: str) -> ArgumentError:
    return ArgumentError(f"{argument_name(path)} {what}", FailureLocation(argument_path=path))


def _is_one_thing(value: object) -> bool:
    has_no_members = getattr(value, "shape", None) == ()
    is_grouped = hasattr(value, "get_group")
    return isinstance(value, (str, bytes, dict)) or hasattr(value, "element_spec") or has_no_members or is_grouped


def _described(value: object) -> str:
    if hasattr(value, "element_spec"):
        return "one `tf.data.Dataset`. Pass a list of datasets, one per client"
    if hasattr(value, "get_group"):
        return f"a `{type(value).__name__}`. Pass a list, as in `[group for _, group in groups]`"
    if hasattr(value, "__next__"):
        return f"a `{type(value).__name__}`, which can be read only once. Pass `list(...)` of it"
    if getattr(value, "shape", None) == ():
        return "a single number"
    return f"a value of Python type `{type(value).__name__}`" if value is not None else "None"
