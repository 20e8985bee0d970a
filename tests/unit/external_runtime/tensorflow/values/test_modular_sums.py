"""Sums of integers modulo a number, on every stack."""

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}
INT = tff.FederatedType(np.int32, tff.CLIENTS)
STRUCT = tff.FederatedType({"seen": np.int64, "liked": (np.uint8, [2])}, tff.CLIENTS)


def modular_sum(type_spec, modulus):
    return tff.federated_computation(lambda value: tff.federated_secure_modular_sum(value, modulus), type_spec)


def run(stack, computation, argument):
    return tff.SyncExecutionContext(STACKS[stack]()).invoke(computation, argument)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("num_clients", [0, 1, 5, 70])
@pytest.mark.parametrize(
    ("dtype", "modulus"),
    [
        (np.int8, 100),
        (np.uint8, 255),
        (np.int32, 5),
        (np.int32, 2**31 - 1),
        (np.uint32, 2**31 + 3),
        (np.int64, 2**62 + 1),
        (np.int64, 2**63 - 1),
        (np.uint64, 2**63 + 29),
        (np.uint64, 2**64 - 1),
    ],
)
def test_it_is_exact_over_the_whole_range_of_every_dtype(stack, dtype, modulus, num_clients):
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(num_clients)
    values = [rng.integers(limits.min, limits.max, 3, dtype=dtype, endpoint=True) for _ in range(num_clients)]
    if values:
        values[0][:2] = limits.min, limits.max
    result = run(stack, modular_sum(tff.FederatedType((dtype, [3]), tff.CLIENTS), dtype(modulus)), values)
    assert result.dtype == dtype
    assert result.tolist() == [sum(int(value[i]) for value in values) % modulus for i in range(3)]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize(("modulus", "expected"), [(7, (2, [0, 4])), ({"seen": 3, "liked": 10}, (2, [7, 1]))])
def test_structures_have_one_modulus_or_one_for_each_tensor(stack, modulus, expected):
    result = run(stack, modular_sum(STRUCT, modulus), [{"seen": 5, "liked": [1, 2]}, {"seen": -3, "liked": [6, 9]}])
    assert result["seen"] == expected[0] and result["liked"].tolist() == expected[1]


def test_it_has_the_type_of_its_value_at_the_server():
    signature = modular_sum(STRUCT, 7).type_signature
    assert signature.result == tff.FederatedType(STRUCT.member, tff.SERVER)
    assert fl.framework.computation_contains_secure_aggregation(modular_sum(INT, 5))


def test_values_that_all_clients_share_are_summed():
    computation = tff.federated_computation(
        lambda: tff.federated_secure_modular_sum(tff.federated_value(5, tff.CLIENTS), 7)
    )
    context = tff.SyncExecutionContext(tff.local_executor_factory(default_num_clients=4))
    assert context.invoke(computation, None) == 20 % 7


def test_an_intrinsic_that_others_defined_is_the_same():
    type_spec = fl.FunctionType([INT, np.int32], fl.FederatedType(np.int32, fl.SERVER))
    intrinsic = fl.framework.Intrinsic("federated_secure_modular_sum", type_spec)
    value, modulus = fl.framework.Reference("value", INT), fl.framework.Literal(np.int32(5), fl.TensorType(np.int32))
    block = fl.framework.Lambda("value", INT, fl.framework.Call(intrinsic, fl.framework.Struct([value, modulus])))
    computation = fl.framework.ConcreteComputation.from_building_block(block)
    assert tff.get_context().invoke(computation, [4, 4, 4]) == 2


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("modulus", [0, -1, 2**31])
def test_a_modulus_out_of_range_is_refused(stack, modulus):
    with pytest.raises(tff.ExecutionError, match=f"lies between 1 and 2147483647, found {modulus}"):
        run(stack, modular_sum(INT, modulus), [1, 2])


@pytest.mark.parametrize(
    ("type_spec", "modulus", "sentence"),
    [
        (tff.FederatedType(np.float32, tff.CLIENTS), 5, "takes integers, found float32"),
        (tff.FederatedType(np.int32, tff.SERVER), 5, "takes a value at CLIENTS, found a value at SERVER"),
        (INT, 0.5, "Expected one integer as modulus"),
        (STRUCT, {"seen": 3}, "one for each tensor"),
    ],
)
def test_what_does_not_fit_is_refused_when_it_is_written(type_spec, modulus, sentence):
    with pytest.raises(TypeError, match=sentence):
        modular_sum(type_spec, modulus)
