"""Random types, and random values of them. Numbers are small integers, also where floats are."""

import federated_language as fl
import hypothesis.strategies as st
import numpy as np

FLOATS = (np.float32, np.float64)
INTEGERS = (np.int32, np.int64)
NUMBERS = (*FLOATS, *INTEGERS)
_NAMES = ("a", "b", "c")


def is_number(type_spec: fl.Type) -> bool:
    """Whether it is a tensor of numbers."""
    return isinstance(type_spec, fl.TensorType) and type_spec.dtype.type in NUMBERS


def all_leaves(type_spec: fl.Type, dtypes: tuple[type, ...]) -> bool:
    """Whether it is made of tensors of these dtypes, and of at least one."""
    if isinstance(type_spec, fl.StructType):
        return len(type_spec) > 0 and all(all_leaves(t, dtypes) for t in type_spec)
    return isinstance(type_spec, fl.TensorType) and type_spec.dtype.type in dtypes


def tensors(dtypes: tuple[type, ...] = (*NUMBERS, np.bool_)) -> st.SearchStrategy[fl.Type]:
    """Types of scalars and short vectors."""
    return st.builds(fl.TensorType, st.sampled_from(dtypes), st.sampled_from([(), (), (2,)]))


def structs(elements: st.SearchStrategy[fl.Type]) -> st.SearchStrategy[fl.Type]:
    """Types of structs, with names in an order that is not that of the alphabet, or without."""
    unnamed = st.lists(elements, min_size=1, max_size=3).map(fl.StructType)
    names = st.permutations(_NAMES).map(lambda order: order[:2])
    named = st.tuples(names, elements, elements).map(lambda t: fl.StructType(list(zip(t[0], t[1:], strict=True))))
    return unnamed | named


def members(dtypes: tuple[type, ...] = (*NUMBERS, np.bool_)) -> st.SearchStrategy[fl.Type]:
    """Types of tensors and nested structs of them."""
    return st.recursive(tensors(dtypes), structs, max_leaves=4)


def values(type_spec: fl.Type, num_clients: int) -> st.SearchStrategy[object]:
    """Values of a type, in the form in which a user passes them."""
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.all_equal:
            return values(type_spec.member, num_clients)
        return st.lists(values(type_spec.member, num_clients), min_size=num_clients, max_size=num_clients)
    if isinstance(type_spec, fl.SequenceType):
        return st.lists(values(type_spec.element, num_clients), max_size=3)
    if isinstance(type_spec, fl.StructType):
        return st.tuples(*(values(t, num_clients) for t in type_spec))
    return numbers(type_spec)


def numbers(type_spec: fl.TensorType) -> st.SearchStrategy[np.ndarray]:
    """Small numbers, or truth values."""
    dtype = type_spec.dtype.type
    one = st.booleans() if dtype is np.bool_ else st.integers(-3, 3)
    size = int(np.prod(type_spec.shape, dtype=int))
    return st.lists(one, min_size=size, max_size=size).map(lambda n: np.array(n, dtype).reshape(type_spec.shape))
