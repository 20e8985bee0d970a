"""Memory with a name, which another process opens; here both are one."""

import errno
import os
import warnings

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("_posixshmem")

from tffsim.external_runtime.tensorflow.values.tensor_values import to_tensor
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.memory_segment import MemorySegment, room_at_most, room_of

ARRAYS = [np.arange(5000, dtype=np.uint8), np.empty(0, np.uint8), np.full(77, 9, np.uint8)]
SIZES = [array.nbytes for array in ARRAYS]


@pytest.fixture
def segment():
    made = MemorySegment.create(1 << 16)
    yield made
    made.unlink()


@pytest.mark.parametrize("method", ["read", "borrow"])
def test_what_one_writes_the_other_reads(segment, method):
    opened = MemorySegment.open(segment.name, 1 << 16)
    segment.write(ARRAYS)
    read = getattr(opened, method)(SIZES)
    assert [array.tobytes() for array in read] == [array.tobytes() for array in ARRAYS]
    assert all(array.ctypes.data % 64 == 0 for array in read if array.nbytes)


def test_what_was_read_is_a_copy_that_may_be_written_into(segment):
    segment.write(ARRAYS)
    read = segment.read(SIZES)
    read[0][:] = 1
    segment.write([np.zeros(6000, np.uint8)])
    assert read[2].tobytes() == ARRAYS[2].tobytes()
    assert set(read[0]) == {1}


def test_what_was_borrowed_is_given_back_with_the_last_array_in_it(segment):
    opened = MemorySegment.open(segment.name, 1 << 16)
    segment.write(ARRAYS)
    segment.lend()
    borrowed = opened.borrow(SIZES)
    with pytest.raises(ValueError, match="read-only"):
        borrowed[0][0] = 1
    number = borrowed[0][4:8].view(np.int32).reshape(())
    seen = memoryview(borrowed[2])[70:]
    del borrowed, opened
    assert segment.is_lent and number == ARRAYS[0][4:8].view(np.int32)
    del number
    assert segment.is_lent and bytes(seen) == b"\t" * 7
    del seen
    assert not segment.is_lent


def test_a_tensor_has_memory_that_was_borrowed_until_nobody_has_the_tensor(segment):
    opened = MemorySegment.open(segment.name, 1 << 16)
    numbers = np.arange(2000, dtype=np.float32)
    segment.write([numbers.view(np.uint8)])
    segment.lend()
    tensor = to_tensor(opened.borrow([8000])[0].view(np.float32), fl.TensorType(np.float32, [2000]))
    row = tf.reshape(tensor, [40, 50])
    computed = tensor + 1
    del tensor
    assert segment.is_lent and np.array_equal(row.numpy().reshape(-1), numbers)
    del row
    assert not segment.is_lent
    segment.write([np.zeros(8000, np.uint8)])
    assert np.array_equal(computed.numpy(), numbers + 1)


def test_what_is_borrowed_a_second_time_is_given_back_by_itself(segment):
    opened = MemorySegment.open(segment.name, 1 << 16)
    segment.write(ARRAYS)
    for _ in range(2):
        segment.lend()
        borrowed = opened.borrow(SIZES)
        assert segment.is_lent
        del borrowed
        assert not segment.is_lent


@pytest.mark.parametrize("sizes", [[4096], [4097, 5000], [10_000, 4096, 4159]])
def test_no_buffers_need_more_room_than_is_asked_for(sizes):
    assert sum(sizes) <= room_of(sizes) <= room_at_most(sum(sizes))


def test_memory_without_a_name_is_there_as_long_as_somebody_has_it(segment):
    opened = MemorySegment.open(segment.name, 1 << 16)
    segment.unlink()
    with pytest.raises(MalformedError, match="no shared memory of this name"):
        MemorySegment.open(segment.name, 1 << 16)
    opened.write(ARRAYS)
    assert segment.read(SIZES)[0].tobytes() == ARRAYS[0].tobytes()
    segment.unlink()


def test_memory_that_nobody_has_any_more_has_no_name():
    made = MemorySegment.create(4096)
    name = made.name
    del made
    with pytest.raises(MalformedError):
        MemorySegment.open(name, 4096)


@pytest.mark.parametrize(
    "name", ["", "/", "/tffsim-", "/psm_12345678", "/tffsim-0123456789abcdeg", "/../tffsim-0123456789abcdef",
             "/tffsim-0123456789abcdef/x", "/tffsim-0123456789abcdef\n", "tffsim-0123456789abcdef", "/tffsim-0\0"]
)  # fmt: skip
def test_names_of_others_are_never_opened(name, monkeypatch):
    monkeypatch.setattr("_posixshmem.shm_open", lambda *_: pytest.fail("It was opened."))
    with pytest.raises(MalformedError, match="no shared memory of tffsim"):
        MemorySegment.open(name, 4096)


@pytest.mark.parametrize("num_bytes", [0, (1 << 16) + 1, 1 << 60])
def test_another_size_than_it_has_is_refused(segment, num_bytes):
    with pytest.raises(MalformedError, match=r"no shared memory of tffsim|has 65600 bytes"):
        MemorySegment.open(segment.name, num_bytes)


def test_memory_of_another_user_is_refused(segment, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(MalformedError, match="another user"):
        MemorySegment.open(segment.name, 1 << 16)


def test_where_there_is_too_little_room_nothing_is_left(monkeypatch):
    names = []

    def is_full(file, start, length):
        names.append(os.readlink(f"/proc/self/fd/{file}") if os.path.exists("/proc/self/fd") else "")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", is_full, raising=False)
    with pytest.raises(OSError, match="No space"):
        MemorySegment.create(4096)
    assert not any(map(os.path.exists, names))


def test_a_system_without_a_way_to_reserve_memory_has_it_all_the_same(monkeypatch):
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    made = MemorySegment.create(4096)
    made.write([ARRAYS[2]])
    assert made.read([77])[0].tobytes() == ARRAYS[2].tobytes()


def test_a_system_without_such_memory_says_so(monkeypatch):
    monkeypatch.setattr("tffsim.remote.wire.memory_segment._posixshmem", None)
    with pytest.raises(OSError, match="has no shared memory"):
        MemorySegment.create(4096)
    with pytest.raises(MalformedError):
        MemorySegment.open("/tffsim-0123456789abcdef", 4096)


def test_nothing_is_warned_of_when_it_goes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MemorySegment.create(4096).unlink()
