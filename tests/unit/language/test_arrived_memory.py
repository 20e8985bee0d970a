"""Memory that arrived is given away once, whole, and only where nobody else has it."""

import gc
import weakref

import numpy as np

from tffsim.language.arrived_memory import ArrivedMemory, note_arrival, note_reader, noting_arrivals
from tffsim.language.result_values import to_numpy

COUNT = 500_000


def arrived(offset=24):
    """Returns an array as workers' results are: it begins somewhere in its memory, and is closed to writers."""
    room = np.arange(COUNT + 64, dtype=np.float32)
    array = room.view(np.uint8)[offset : offset + 4 * COUNT].view(np.float32)
    array.flags.writeable = False
    return array


class Tensor(np.ndarray):
    """An array that looks like a tensor."""

    def numpy(self):
        return np.array(self)


def test_memory_is_taken_once_and_can_be_written_to():
    memory, array = ArrivedMemory(), arrived()
    memory.add([array])
    seen = array.reshape(1000, -1)
    taken = memory.take(seen)
    assert np.shares_memory(taken, array)
    np.testing.assert_array_equal(taken, seen)
    taken[0, 0] = -1
    assert array[0] == -1
    assert memory.take(seen) is None


def test_an_array_that_owns_its_memory_and_was_closed_to_writers_can_be_written_to():
    memory, array = ArrivedMemory(), np.arange(COUNT, dtype=np.float32)
    array.flags.writeable = False
    memory.add([array])
    taken = memory.take(array.reshape(1000, -1))
    taken[0, 0] = -1
    assert np.shares_memory(taken, array) and array[0] == -1


def test_what_did_not_arrive_is_not_given_away():
    memory, array = ArrivedMemory(), arrived()
    memory.add([array])
    assert memory.take(arrived()) is None
    assert memory.take(array[: COUNT // 4]) is None
    assert memory.take("a text") is None
    assert memory.take(np.float32(1)) is None
    assert memory.take(array) is not None


def test_small_arrays_and_memory_of_others_are_copied():
    memory = ArrivedMemory()
    small, borrowed = np.zeros(1000, np.float32), np.frombuffer(bytes(4 * COUNT), np.float32)
    memory.add([small, borrowed])
    assert memory.take(small) is None
    assert memory.take(borrowed) is None


def test_nothing_is_kept_alive():
    memory, array = ArrivedMemory(), arrived()
    memory.add([array])
    owner = weakref.ref(array.base)
    del array
    gc.collect()
    assert owner() is None
    assert memory.take(arrived()) is None


def test_arrivals_are_those_of_one_invocation():
    first, second = arrived(), arrived()
    note_arrival([first])
    with noting_arrivals() as outer:
        note_arrival([first])
        with noting_arrivals() as inner:
            note_arrival([second])
        assert outer.take(second) is None
        assert inner.take(first) is None
        assert outer.take(first) is not None
        assert inner.take(second) is not None


def test_one_tensor_that_is_in_a_result_twice_gives_two_arrays():
    memory, array = ArrivedMemory(), arrived()
    memory.add([array])
    tensor = array.view(Tensor)
    first, second = to_numpy([tensor, tensor], memory)
    assert np.shares_memory(first, array)
    first += 1
    assert (first == second + 1).all()
    assert not np.shares_memory(to_numpy(tensor), array)


def test_what_a_function_gets_is_not_given_away():
    kept, other = arrived(), arrived()
    note_reader(kept)
    with noting_arrivals() as memory:
        note_arrival([kept, other])
        note_reader(("a data set", (kept, 1.0), None))
        assert memory.take(kept) is None
        assert memory.take(other) is not None
        note_reader(other)
