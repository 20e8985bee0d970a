"""A factory that knows the language's interface only works in our contexts."""

import asyncio

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language.framework import Executor, ExecutorFactory, RetryableError

import tffsim as tff
from tffsim.executors.eager_tf_executor import EagerTFExecutor

AT_CLIENTS = tff.FederatedType(np.int32, tff.CLIENTS)


class PlainFactory(ExecutorFactory):
    """Has what the interface asks for, and nothing else.

    Attributes:
        created: The cardinalities for which executors were made.
        cleaned_up: Those for which they were given up.
    """

    def __init__(self, make_executor):
        self._make_executor = make_executor
        self.created = []
        self.cleaned_up = []

    def create_executor(self, cardinalities):
        self.created.append(cardinalities)
        return self._make_executor(cardinalities)

    def clean_up_executor(self, cardinalities):
        self.cleaned_up.append(cardinalities)


class LeafOfOthers(Executor):
    """Has what the interface asks for; it happens to know TensorFlow."""

    def __init__(self):
        self._tensorflow = EagerTFExecutor()

    def close(self):
        self._tensorflow.close()

    async def create_value(self, value, type_spec=None):
        return await self._tensorflow.create_value(value, type_spec)

    async def create_call(self, comp, arg=None):
        return await self._tensorflow.create_call(comp, arg)

    async def create_struct(self, elements):
        return await self._tensorflow.create_struct(elements)

    async def create_selection(self, source, index):
        return await self._tensorflow.create_selection(source, index)


def our_layers_over_another_leaf(cardinalities):
    return tff.local_executor_factory(leaf_executor_fn=lambda device: LeafOfOthers()).create_executor(cardinalities)


def our_stack(cardinalities):
    return tff.local_executor_factory(max_fanout=2).create_executor(cardinalities)


@tff.tf_computation(np.int32)
def checked(x):
    with tf.control_dependencies([tf.debugging.assert_positive(x)]):
        return x * 2


total = tff.federated_computation(lambda v: tff.federated_sum(tff.federated_map(checked, v)), AT_CLIENTS)


def called(factory, argument):
    return tff.SyncExecutionContext(factory).invoke(total, argument)


def awaited(factory, argument):
    return asyncio.run(tff.AsyncExecutionContext(factory).invoke(total, argument))


@pytest.fixture(params=[our_layers_over_another_leaf, our_stack])
def factory(request):
    return PlainFactory(request.param)


@pytest.mark.parametrize("run", [called, awaited])
def test_computations_run_and_each_call_asks_for_an_executor(factory, run):
    assert run(factory, [1, 2, 3]) == 12
    assert isinstance(run(factory, [4]), np.int32)
    assert factory.created == [{fl.CLIENTS: 3}, {fl.CLIENTS: 1}]
    assert factory.cleaned_up == []


@pytest.mark.parametrize("run", [called, awaited])
def test_the_executor_is_given_up_after_an_error_and_the_next_call_works(factory, run):
    with pytest.raises(tff.ExecutionError, match=r"client 1 \(of 3\)"):
        run(factory, [1, -1, 2])
    assert factory.cleaned_up == [{fl.CLIENTS: 3}]
    assert run(factory, [1, 2, 3]) == 12


@pytest.mark.filterwarnings("error:A trace is active")
def test_it_can_be_the_default_and_be_traced(factory):
    with tff.use(factory), tff.trace() as trace:
        assert total([1, 2, 3]) == 12
    assert trace.invocations.shown("outcome").tolist() == ["ok"]


def test_each_attempt_gets_an_executor_of_its_own():
    attempts = iter([RetryableError("not yet"), None])

    def fails_once(cardinalities):
        error = next(attempts)
        if error is not None:
            raise error
        return our_stack(cardinalities)

    factory = PlainFactory(fails_once)
    assert called(factory, [1, 2]) == 6
    assert factory.created == [{fl.CLIENTS: 2}] * 2
    assert factory.cleaned_up == [{fl.CLIENTS: 2}]
