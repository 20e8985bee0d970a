"""What a factory of the user's own may offer beside `create_executor`."""

import contextlib
import threading

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff
from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executor_stacks.lending_factory import LendingFactory


class Lender(fl.framework.ExecutorFactory):
    """Lends a stack of tffsim's, and notes what it is asked."""

    default_num_clients = 3
    runs_in_caller = True

    def __init__(self):
        self.lent, self.threads = [], []
        self._stacks = tff.local_executor_factory(leaf_executor_fn=lambda device: PlainLeaf())

    @contextlib.contextmanager
    def lease(self, cardinalities):
        self.threads.append(threading.current_thread())
        with self._stacks.lease({fl.CLIENTS: self.default_num_clients, **cardinalities}) as executor:
            yield executor
        self.lent.append(dict(cardinalities))

    def create_executor(self, cardinalities):
        raise AssertionError("A factory that lends is asked to lend.")

    def clean_up_executor(self, cardinalities):
        raise AssertionError("What was lent was given back.")


@fl.federated_computation(fl.FederatedType(np.float32, fl.SERVER))
def three_times(value):
    return fl.federated_sum(fl.federated_broadcast(value))


def test_a_context_borrows_from_a_factory_of_the_user_s_own():
    lender = Lender()
    assert tff.SyncExecutionContext(lender).invoke(three_times, 2.0) == 6.0
    assert lender.lent == [{}] and lender.threads == [threading.current_thread()]


@pytest.mark.parametrize("make", [tff.local_executor_factory, tff.debug_executor_factory, tff.sizing_executor_factory])
def test_the_factories_of_tffsim_lend(make):
    assert isinstance(make(), LendingFactory)
