import contextvars

import pytest
import tensorflow as tf

from tffsim.concurrency.random_streams import current_place, seeds_of_call, start_run


@pytest.fixture(autouse=True)
def _global_seed():
    tf.random.set_seed(7)
    yield
    tf.random.set_seed(None)


def test_without_a_global_seed_there_is_no_place_and_no_seed():
    tf.random.set_seed(None)
    assert start_run() is None and seeds_of_call() is None


def test_seeds_are_positive_and_leave_room_for_the_numbers_of_operations():
    place = start_run()
    seeds = [seed for _ in range(1000) for seed in place.next_seeds()]
    assert min(seeds) > 0 and max(seeds) <= 2**30


def test_every_place_has_seeds_of_its_own_whoever_comes_first():
    def seeds_in_order(order):
        tf.random.set_seed(7)
        run = start_run()
        places = {
            "whole": run,
            "part": run.part(0),
            "client": run.at_client(0),
            "part at client": run.at_client(0).part(0),
        }
        return {name: (places[name].next_seeds(), places[name].next_seeds()) for name in order(places)}

    first = seeds_in_order(list)
    assert seeds_in_order(reversed) == first
    assert len({seeds for pair in first.values() for seeds in pair}) == 8


def test_every_run_has_seeds_of_its_own_until_the_global_seed_is_set_again():
    def two_runs():
        return [start_run().next_seeds() for _ in range(2)]

    first, second = two_runs(), two_runs()
    assert len({*first, *second}) == 4
    tf.random.set_seed(7)
    assert two_runs() == first
    tf.random.set_seed(8)
    assert not {*two_runs()} & {*first}


def test_a_place_can_start_again():
    place = start_run().part(3)
    first = [place.next_seeds() for _ in range(2)]
    assert [place.from_the_start().next_seeds() for _ in range(2)] == [first[0]] * 2


def test_a_call_outside_of_an_invocation_counts_as_one():
    assert seeds_of_call() != seeds_of_call()
    tf.random.set_seed(7)
    expected = start_run().next_seeds()
    tf.random.set_seed(7)
    assert seeds_of_call() == expected


def test_a_call_inside_of_an_invocation_draws_at_its_place():
    place = start_run().part(1)
    expected = place.from_the_start().next_seeds()
    context = contextvars.copy_context()
    context.run(current_place.set, place)
    assert context.run(seeds_of_call) == expected
