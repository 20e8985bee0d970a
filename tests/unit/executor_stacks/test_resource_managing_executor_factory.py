"""Which stack a call gets, and when stacks are closed."""

import threading

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executor_stacks.resource_managing_executor_factory import ResourceManagingExecutorFactory


def _cardinalities(n):
    return {fl.CLIENTS: n}


def _factory(**options):
    made = []

    def make(cardinalities):
        made.append(PlainLeaf())
        return made[-1]

    return ResourceManagingExecutorFactory(make, **options), made


def test_a_stack_is_built_once_per_cardinality():
    factory, made = _factory()
    with factory.lease(_cardinalities(2)) as first, factory.lease(_cardinalities(2)) as second:
        assert first is second
    with factory.lease(_cardinalities(3)):
        pass
    assert len(made) == 2


def test_a_stack_that_is_pushed_out_is_closed_after_its_last_lease():
    factory, made = _factory(max_stacks=1)
    with factory.lease(_cardinalities(1)), factory.lease(_cardinalities(2)):
        assert not made[0].is_closed
    assert made[0].is_closed and not made[1].is_closed


def test_the_default_number_of_clients_is_an_int_that_is_not_negative():
    factory, _ = _factory(default_num_clients=np.int32(3))
    assert type(factory.default_num_clients) is int and factory.default_num_clients == 3
    with pytest.raises(TypeError, match="`default_num_clients` must be an int, such as 2, found '2'"):
        _factory(default_num_clients="2")
    with pytest.raises(ValueError, match="`default_num_clients` must be at least 0, found -1"):
        _factory(default_num_clients=-1)


def test_cleaning_up_leaves_running_leases_alone():
    factory, made = _factory()
    with factory.lease(_cardinalities(1)):
        factory.clean_up_executor(_cardinalities(1))
        assert not made[0].is_closed
        with factory.lease(_cardinalities(1)) as fresh:
            assert fresh is made[1]
    assert made[0].is_closed


def test_many_cohort_sizes_keep_a_bounded_number_of_stacks():
    factory, made = _factory(max_stacks=4)
    for n in range(200):
        with factory.lease(_cardinalities(n)):
            pass
    assert sum(not executor.is_closed for executor in made) == 4


def test_leases_from_many_threads_share_one_stack():
    factory, made = _factory()
    barrier = threading.Barrier(8)

    def use():
        barrier.wait()
        for _ in range(100):
            with factory.lease(_cardinalities(1)) as executor:
                assert not executor.is_closed

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
