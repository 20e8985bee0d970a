"""Memory with a name, which another process opens; here both are one."""

import errno
import os
import warnings

import numpy as np
import pytest

pytest.importorskip("_posixshmem")

from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.memory_segment import MemorySegment

ARRAYS = [np.arange(5000, dtype=np.uint8), np.empty(0, np.uint8), np.full(77, 9, np.uint8)]
SIZES = [array.nbytes for array in ARRAYS]


@pytest.fixture
def segment():
    made = MemorySegment.create(1 << 16)
    yield made
    made.unlink()


@pytest.mark.parametrize("is_aligned", [False, True])
def test_what_one_writes_the_other_reads(segment, is_aligned):
    opened = MemorySegment.open(segment.name, 1 << 16, is_written=False)
    segment.write(ARRAYS)
    read = opened.read(SIZES, is_aligned=is_aligned)
    assert [array.tobytes() for array in read] == [array.tobytes() for array in ARRAYS]
    if is_aligned:
        assert all(array.ctypes.data % 64 == 0 for array in read if array.nbytes)


def test_what_was_read_is_a_copy_that_may_be_written_into(segment):
    segment.write(ARRAYS)
    read = segment.read(SIZES)
    read[0][:] = 1
    segment.write([np.zeros(6000, np.uint8)])
    assert read[2].tobytes() == ARRAYS[2].tobytes()
    assert set(read[0]) == {1}


def test_memory_without_a_name_is_there_as_long_as_somebody_has_it(segment):
    opened = MemorySegment.open(segment.name, 1 << 16, is_written=True)
    segment.unlink()
    with pytest.raises(MalformedError, match="no shared memory of this name"):
        MemorySegment.open(segment.name, 1 << 16, is_written=False)
    opened.write(ARRAYS)
    assert segment.read(SIZES)[0].tobytes() == ARRAYS[0].tobytes()
    segment.unlink()


def test_who_opens_memory_to_read_cannot_write(segment):
    opened = MemorySegment.open(segment.name, 1 << 16, is_written=False)
    with pytest.raises(ValueError, match="read-only"):
        opened.write(ARRAYS)


def test_memory_that_nobody_has_any_more_has_no_name():
    made = MemorySegment.create(4096)
    name = made.name
    del made
    with pytest.raises(MalformedError):
        MemorySegment.open(name, 4096, is_written=False)


@pytest.mark.parametrize(
    "name", ["", "/", "/tffsim-", "/psm_12345678", "/tffsim-0123456789abcdeg", "/../tffsim-0123456789abcdef",
             "/tffsim-0123456789abcdef/x", "/tffsim-0123456789abcdef\n", "tffsim-0123456789abcdef", "/tffsim-0\0"]
)  # fmt: skip
def test_names_of_others_are_never_opened(name, monkeypatch):
    monkeypatch.setattr("_posixshmem.shm_open", lambda *_: pytest.fail("It was opened."))
    with pytest.raises(MalformedError, match="no shared memory of tffsim"):
        MemorySegment.open(name, 4096, is_written=True)


@pytest.mark.parametrize("num_bytes", [0, (1 << 16) + 1, 1 << 60])
def test_another_size_than_it_has_is_refused(segment, num_bytes):
    with pytest.raises(MalformedError, match=r"no shared memory of tffsim|has 65536 bytes"):
        MemorySegment.open(segment.name, num_bytes, is_written=True)


def test_memory_of_another_user_is_refused(segment, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(MalformedError, match="another user"):
        MemorySegment.open(segment.name, 1 << 16, is_written=True)


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
        MemorySegment.open("/tffsim-0123456789abcdef", 4096, is_written=True)


def test_nothing_is_warned_of_when_it_goes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MemorySegment.create(4096).unlink()
