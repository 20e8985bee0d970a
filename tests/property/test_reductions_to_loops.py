"""Loops over random data give the same, bit for bit, as the reductions that were written."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.random_clients import CLIENTS, READS_ONCE, WEIGHTED_CLIENTS, Client, Data, clients
from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction

_bounded = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("loop", sorted({**CLIENTS, **WEIGHTED_CLIENTS}))
def test_a_rewritten_client_does_what_was_written(loop):
    @given(clients(loop))
    @_bounded
    def agree(client: Client) -> None:
        proto = client.computation().to_proto()
        outcomes = [_outcomes(TensorFlowFunction(proto, as_written=written), client) for written in (True, False)]
        assert outcomes[0] == outcomes[1]

    agree()


def test_the_step_of_a_reduction_is_not_optimised():
    # TensorFlow's optimiser makes `Square` of the loss, and its last bit is another.
    client = Client("with keras", ("filter",), 2, Data(5, "fixed", None, False, ()))
    proto = client.computation().to_proto()
    written, loop = (TensorFlowFunction(proto, as_written=as_written) for as_written in (True, False))
    assert _outcomes(written, client) == _outcomes(loop, client)


@pytest.mark.parametrize("loop", sorted(READS_ONCE))
def test_each_element_is_produced_once(loop):
    @given(
        st.integers(0, 9), st.sampled_from([(), ("prefetch",), ("map",), ("filter",)]), st.none() | st.integers(1, 4)
    )
    @_bounded
    def read_once(length: int, steps: tuple[str, ...], batch: int | None) -> None:
        client = Client(loop, (), batch, Data(length, "fixed", None, False, steps))
        function = TensorFlowFunction(client.computation().to_proto())
        assert not function.kept_reductions
        function(client.data.make())
        assert client.data.produced == list(range(length))

    read_once()


def _outcomes(function: TensorFlowFunction, client: Client) -> list[object]:
    """Calls a function twice: shuffled data comes in another order the second time."""
    data = client.data.make()
    return [_outcome(function, (data, tf.constant(0.7)) if client.has_weight else data) for _ in range(2)]


def _outcome(function: TensorFlowFunction, argument: Any) -> object:
    try:
        return _bits(function(argument))
    except tf.errors.OpError as error:
        return type(error)


def _bits(value: object) -> object:
    if isinstance(value, tuple):
        return [_bits(part) for part in value]
    array = np.asarray(value)
    return array.dtype.str, array.shape, array.tolist() if array.dtype == object else array.tobytes()
