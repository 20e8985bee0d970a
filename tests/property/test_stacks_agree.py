"""Random computations give the same results on every stack, and those of the oracle."""

import contextlib
import functools
import random
import warnings

import federated_language as fl
import numpy as np
import pytest
from federated_language import framework
from federated_language.common_libs import structure
from federated_language.compiler import intrinsic_defs
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from tests.property.oracle import AllEqual, Oracle, OutOfBoundsError
from tests.property.tensorflow_leaves import TWINS
from tests.property.typed_federations import Example, examples
from tffsim.execution_contexts.execution_error import ExecutionError
from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.local import local_executor_factory

_CONTEXTS = {
    "flat": SyncExecutionContext(local_executor_factory()),
    "tree": SyncExecutionContext(local_executor_factory(max_fanout=2)),
    "debug": SyncExecutionContext(debug_executor_factory()),
}
_REFUSED = "refused"

_first_found = settings(max_examples=3000, phases=[Phase.generate], database=None, deadline=None)
_bounded = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def _all_intrinsics():
    return [value for value in vars(intrinsic_defs).values() if isinstance(value, framework.IntrinsicDef)]


@given(examples())
@_bounded
def test_every_stack_agrees_with_the_oracle(example: Example):
    assert_agreement(example, _CONTEXTS)


@functools.cache
def _first_for_no_clients() -> dict[str, Example]:
    """The first example with each kind of node. A search for each by itself would draw the same examples again."""
    first: dict[str, Example] = {}
    uris = {intrinsic.uri for intrinsic in _all_intrinsics()}

    def is_last(example: Example) -> bool:
        first.update(dict.fromkeys(_kinds(example) - first.keys(), example))
        return uris <= first.keys()

    with contextlib.suppress(NoSuchExample):
        find(examples(max_clients=0), is_last, settings=_first_found, random=random.Random(3))
    return first


@pytest.mark.parametrize("uri", sorted(intrinsic.uri for intrinsic in _all_intrinsics()))
def test_every_intrinsic_is_drawn_and_defined_for_no_clients(uri):
    assert_agreement(_first_for_no_clients()[uri], _CONTEXTS)


@pytest.mark.parametrize(
    "kind", ["Block", "Call", "CompiledComputation", "Lambda", "Literal", "Reference", "Selection", "Struct"]
)
def test_every_kind_of_node_is_drawn(kind):
    find(examples(), lambda example: kind in _kinds(example), settings=_first_found, random=random.Random(3))


@pytest.mark.parametrize("num_clients", [1, 2, 5, 7, 31, 33, 64, 97, 260])
def test_floats_are_the_same_bit_for_bit_on_every_stack(num_clients):
    type_spec = fl.FederatedType(fl.TensorType(np.float32, [7]), fl.CLIENTS)
    weight_type = fl.FederatedType(np.float32, fl.CLIENTS)

    @fl.federated_computation(type_spec, weight_type)
    def statistics(x, w):
        return fl.federated_sum(x), fl.federated_mean(x), fl.federated_mean(x, w)

    rng = np.random.default_rng(num_clients)
    x = list(rng.normal(0, 1e4, [num_clients, 7]).astype(np.float32))
    w = list(rng.uniform(0, 1, num_clients).astype(np.float32))
    assert len({_bits(context.invoke(statistics, (x, w))) for context in _CONTEXTS.values()}) == 1


def assert_agreement(example: Example, contexts: dict[str, SyncExecutionContext]) -> None:
    """Checks that contexts give the result of the oracle, all the same bits."""
    expected = _expected(example)
    results = {name: _result(context, example) for name, context in contexts.items()}
    for name, result in results.items():
        _assert_equal(result, expected, name)
    assert len({_bits(result) for result in results.values()}) == 1


def _kinds(example: Example) -> set[str]:
    kinds: set[str] = set()
    framework.computation_count(example.block, lambda block: bool(kinds.add(_kind(block))))
    return kinds


def _kind(block: framework.ComputationBuildingBlock) -> str:
    return block.uri if isinstance(block, framework.Intrinsic) else type(block).__name__


def _expected(example: Example) -> object:
    oracle = Oracle(example.num_clients, TWINS)
    try:
        return _plain(oracle.evaluate(example.block, {})(example.argument))
    except OutOfBoundsError:
        return _REFUSED


def _result(context: SyncExecutionContext, example: Example) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _plain(context.invoke(example.computation, example.argument))
        except ExecutionError as error:
            if "A secure sum takes" in str(error) or "Selected key" in str(error):
                return _REFUSED
            raise


def _plain(value: object) -> object:
    """Returns nested lists of NumPy arrays, whatever the containers were."""
    if isinstance(value, AllEqual):
        return _plain(value.value)
    if isinstance(value, dict):
        return [_plain(element) for element in value.values()]
    if isinstance(value, (list, tuple, structure.Struct)):
        return [_plain(element) for element in value]
    if hasattr(value, "element_spec"):
        return [_plain(element) for element in value.as_numpy_iterator()]
    return np.asarray(value)


def _assert_equal(result: object, expected: object, stack: str) -> None:
    if isinstance(expected, (str, list)) or isinstance(result, (str, list)):
        assert type(result) is type(expected), stack
        if isinstance(expected, list):
            assert len(result) == len(expected), stack
            for one, other in zip(result, expected, strict=True):
                _assert_equal(one, other, stack)
        return
    assert result.dtype == expected.dtype, stack
    # TensorFlow and NumPy agree on every operation used here, division included, up to
    # the last bit of a quotient.
    np.testing.assert_allclose(result, expected, rtol=1e-6, err_msg=stack)


def _bits(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(_bits(element) for element in value)
    return value if isinstance(value, str) else (str(value.dtype), value.shape, value.tobytes())
