"""A leaf executor in plain NumPy, so that the executors above a leaf can be tested alone."""

import federated_language as fl
import numpy as np
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorValue

from tffsim.language import building_blocks
from tffsim.language.containers import struct_elements

_OPERATORS = {
    "generic_plus": np.add,
    "generic_multiply": np.multiply,
    "generic_minimum": np.minimum,
    "generic_maximum": np.maximum,
    "generic_scale": np.multiply,
    "generic_unscale": np.true_divide,
    "generic_divide": np.true_divide,
}


class PlainValue(ExecutorValue):
    def __init__(self, value, type_signature):
        self._value = value
        self._type_signature = type_signature

    @property
    def type_signature(self):
        return self._type_signature

    @property
    def reference(self):
        return self._value

    async def compute(self):
        return self._value


class PlainLeaf(Executor):
    """Computes literals and generic intrinsics, and calls Python functions embedded as such."""

    def __init__(self):
        self.embedded = 0
        self.is_closed = False

    def close(self):
        self.is_closed = True

    async def create_value(self, value, type_spec=None):
        self.embedded += 1
        if building_blocks.is_computation(value):
            block = building_blocks.to_building_block(value)
            if isinstance(block, fl.framework.Literal):
                return PlainValue(np.asarray(block.value), block.type_signature)
            if block.uri == "generic_zero":
                return PlainValue(np.zeros(block.type_signature.shape), block.type_signature)
            if block.uri == "generic_cast":
                return PlainValue(lambda value: value, block.type_signature)
            return PlainValue(_binary(_OPERATORS[block.uri]), block.type_signature)
        return PlainValue(_convert(value, type_spec), type_spec)

    async def create_call(self, comp, arg=None):
        result_type = comp.type_signature.result
        return PlainValue(_convert(comp.reference(arg.reference), result_type), result_type)

    async def create_struct(self, elements):
        named = structure.to_elements(structure.from_container(elements))
        types = [(n, e.type_signature) if n else e.type_signature for n, e in named]
        return PlainValue(structure.Struct((n, e.reference) for n, e in named), fl.StructType(types))

    async def create_selection(self, source, index):
        return PlainValue(source.reference[index], source.type_signature[index])


def _convert(value, type_spec):
    if isinstance(type_spec, fl.StructType):
        elements = struct_elements(value, type_spec)
        return structure.Struct((n, _convert(e, t)) for e, (n, t) in zip(elements, type_spec.items(), strict=True))
    if isinstance(type_spec, fl.SequenceType):
        return [_convert(element, type_spec.element) for element in value]
    array = np.asarray(value, dtype=type_spec.dtype)
    if not fl.array_shape_is_compatible_with(array.shape, type_spec.shape):
        raise TypeError(f"Expected shape {type_spec.shape}, found {array.shape}.")
    return array


def _binary(operator):
    def apply(pair):
        left, right = pair
        if isinstance(left, structure.Struct):
            rights = right if isinstance(right, structure.Struct) else [right] * len(left)
            return structure.Struct(
                (name, apply((x, y)))
                for name, x, y in zip(structure.name_list_with_nones(left), left, rights, strict=True)
            )
        with np.errstate(all="ignore"):
            return operator(left, right).astype(np.asarray(left).dtype)

    return apply
