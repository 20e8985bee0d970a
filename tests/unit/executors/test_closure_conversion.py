"""What functions at the clients use of the computation around them."""

import numpy as np
import pytest

import tffsim as tff

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


@pytest.mark.parametrize(
    "factory",
    [tff.local_executor_factory, lambda: tff.local_executor_factory(max_fanout=2), tff.debug_executor_factory],
    ids=["local", "tree", "debug"],
)
@pytest.mark.parametrize(
    ("constant", "type_spec"),
    [
        (2.5, tff.TensorType(np.float32)),
        (True, tff.TensorType(np.bool_)),
        (2**40, tff.TensorType(np.int64)),
        ([1, 2], tff.TensorType(np.int32, [2])),
        ([1.5, 2.5], tff.TensorType(np.float16, [None])),
        ("é\x00λ", tff.TensorType(np.str_)),
        (["a", "bc"], tff.TensorType(np.str_, [2])),
    ],
    ids=str,
)
def test_a_constant_of_any_dtype_is_used_by_a_function_at_the_clients(constant, type_spec, factory):
    take_second = tff.tf_computation(lambda x, y: y, np.float32, type_spec)

    @tff.federated_computation(FLOATS, type_spec)
    def at_clients(values, constant):
        with_constant = tff.federated_computation(lambda x: take_second(x, constant), np.float32)
        return tff.federated_map(with_constant, values)

    with tff.use(factory()):
        results = at_clients([1.0, 2.0, 3.0], constant)
    expected = np.array(constant, object if type_spec.dtype.type is np.str_ else type_spec.dtype)
    for result in results:
        found = np.asarray(result)
        assert found.shape == expected.shape
        assert [_text(x) for x in found.ravel().tolist()] == expected.ravel().tolist()


def _text(value):
    return value.decode() if isinstance(value, bytes) else value
