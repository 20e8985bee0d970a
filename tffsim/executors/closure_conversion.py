"""Writing the outer values that a lambda uses into the lambda itself.

A lambda such as `x -> add(x, y)` can leave its surroundings only if it takes `y`
along. It becomes `x -> (let y=3 in add(x, y))`. Functions, tensors, structs of them
and finite sequences can be taken along; federated values cannot, because a function
that runs at one client must not see the values of the others.
"""

from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Any

import federated_language as fl
import numpy as np
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock

from tffsim.executors.resolved_values import ReferenceResolvingExecutorValue, ScopedLambda
from tffsim.language.free_references import Path, free_references
from tffsim.language.struct_types import field_names
from tffsim.language.type_kinds import struct_type_of

_Resolve = Callable[[str], Coroutine[object, object, ReferenceResolvingExecutorValue]]


async def close_lambda(function: framework.Lambda, resolve: _Resolve) -> framework.Lambda:
    """Returns an equal lambda that uses no outer names.

    Args:
        function: The lambda.
        resolve: Finds the value of an outer name.

    Returns:
        `function` itself if it uses no outer names.

    Raises:
        TypeError: If it uses an outer value that cannot be taken along.
    """
    captured = [
        (name, await _capture(name, await resolve(name), paths)) for name, paths in free_references(function).items()
    ]
    if not captured:
        return function
    body = framework.Block(captured, function.result)
    return framework.Lambda(function.parameter_name, function.parameter_type, body)


async def _capture(
    name: str, handle: ReferenceResolvingExecutorValue, paths: Collection[Path]
) -> ComputationBuildingBlock:
    value = handle.reference
    if isinstance(value, tuple):
        names = field_names(struct_type_of(handle.type_signature))
        elements = [
            (
                field,
                await _capture_field(f"{name}.{field if field is not None else position}", element, position, paths),
            )
            for position, (field, element) in enumerate(zip(names, value, strict=True))
        ]
        return framework.Struct(elements)
    if isinstance(handle.type_signature, fl.FunctionType):
        return await _capture_function(name, handle)
    return await _capture_constant(name, handle)


async def _capture_field(
    name: str, element: ReferenceResolvingExecutorValue, position: int, paths: Collection[Path]
) -> ComputationBuildingBlock:
    if () in paths:
        return await _capture(name, element, paths)
    inner = [path[1:] for path in paths if path[0] == position]
    # A field that is not used is left out; an empty struct keeps its place.
    return await _capture(name, element, inner) if inner else framework.Struct([])


async def _capture_function(name: str, handle: ReferenceResolvingExecutorValue) -> ComputationBuildingBlock:
    value = handle.reference
    if isinstance(value, ScopedLambda):
        return await close_lambda(value.block, value.resolve)
    if handle.source is None:
        raise TypeError(_refusal(name, handle.type_signature))
    return handle.source


async def _capture_constant(name: str, handle: ReferenceResolvingExecutorValue) -> ComputationBuildingBlock:
    if framework.type_contains(handle.type_signature, lambda t: isinstance(t, (fl.FederatedType, fl.FunctionType))):
        raise TypeError(_refusal(name, handle.type_signature))
    return _constant(await handle.compute(), handle.type_signature)


def _constant(value: Any, type_spec: fl.Type) -> ComputationBuildingBlock:
    if isinstance(type_spec, fl.StructType):
        return framework.Struct([(field, _constant(value[i], t)) for i, (field, t) in enumerate(type_spec.items())])
    if isinstance(type_spec, fl.SequenceType):
        return _constant_sequence(value, type_spec)
    assert isinstance(type_spec, fl.TensorType)
    array = np.asarray(value)
    scalar = array.item() if array.shape == () and type_spec.dtype.type is np.str_ else array
    dtype = type_spec.dtype.type
    return framework.Literal(
        scalar if dtype is np.str_ else (dtype(array) if array.shape == () else array.astype(dtype)),
        fl.TensorType(dtype, array.shape),
    )


def _constant_sequence(value: Iterable[object], type_spec: fl.SequenceType) -> ComputationBuildingBlock:
    # Needs TensorFlow, which this module must not load before a computation does.
    from tffsim.external_runtime.tensorflow.capture.constant_sequence import constant_sequence

    return framework.Call(framework.CompiledComputation(constant_sequence(value, type_spec)))


def _refusal(name: str, type_spec: fl.Type) -> str:
    return (
        f"A function that is passed to an intrinsic uses the outer value `{name}` of type {type_spec}. "
        "Such a value cannot be taken along. Pass it as a part of the intrinsic's argument instead "
        "(for a server value: `federated_broadcast` it, then map over both)."
    )
