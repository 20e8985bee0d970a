"""What a worker maps, and what it refuses to: only the process that has started it may share memory with it."""

import asyncio

import numpy as np
import pytest

pytest.importorskip("_posixshmem")

from tffsim.remote.service.shared_memory import SharedMemory
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.memory_segment import MemorySegment
from tffsim.remote.wire.tensors import Buffers, ValueBytesError

KEY, SIZE = "the key", 1 << 16


@pytest.fixture
def segment():
    made = MemorySegment.create(SIZE)
    yield made
    made.unlink()


def sharing(shared, **changes):
    request = messages.ShareMemoryRequest(key=KEY, name=shared.name, num_bytes=SIZE, segment=7)
    request.MergeFrom(messages.ShareMemoryRequest(**changes))
    return request


def taking(*sizes, number=7, num_bytes=None, is_last=False, is_lent=False):
    request = messages.TakeFromMemoryRequest()
    for size in sizes:
        request.header.value.struct.elements.add().tensor.buffer_size = size
    request.region.segment, request.region.is_last, request.region.is_lent = number, is_last, is_lent
    request.region.num_bytes = sum(sizes) if num_bytes is None else num_bytes
    return request


def take(memory, *sizes, max_bytes=SIZE, **options):
    return asyncio.run(memory.take(taking(*sizes, **options), max_bytes))


@pytest.fixture
def memory(segment):
    made = SharedMemory()
    made.share(sharing(segment), KEY)
    return made


def test_a_value_is_copied_out_of_what_is_shared(segment, memory):
    segment.write([np.full(10, 1, np.uint8), np.full(SIZE - 64, 2, np.uint8)])
    first, second = take(memory, 10, SIZE - 64)
    segment.write([np.zeros(SIZE, np.uint8)])
    assert set(first) == {1} and set(second) == {2} and second.nbytes == SIZE - 64


@pytest.mark.parametrize("is_last", [False, True])
def test_a_value_that_is_lent_the_memory_has_it_as_long_as_it_wants(segment, memory, is_last):
    segment.write([np.full(100, 1, np.uint8), np.full(70, 2, np.uint8)])
    segment.lend()
    first, second = take(memory, 100, 70, is_last=is_last, is_lent=True)
    memory.clear()
    del first
    assert segment.is_lent and set(second) == {2}
    del second
    assert not segment.is_lent


def test_a_result_is_put_where_the_controller_reads_it(segment):
    memory, result = SharedMemory(), np.arange(9000, dtype=np.uint8)
    memory.share(sharing(segment, is_for_results=True), KEY)
    buffers = Buffers()
    buffers.add(messages.Tensor(), result.data)
    asyncio.run(memory.put(messages.Region(segment=7, num_bytes=9000), buffers))
    assert segment.read([9000])[0].tobytes() == result.tobytes()
    with pytest.raises(MalformedError, match="100 of 65536 shared bytes are not the 9000 bytes"):
        asyncio.run(memory.put(messages.Region(segment=7, num_bytes=100), buffers))


@pytest.mark.parametrize("key", ["", "another key", "\N{SNOWMAN}"])
@pytest.mark.parametrize("own_key", ["", KEY])
def test_nobody_else_shares_memory_with_a_worker(segment, key, own_key):
    with pytest.raises(MalformedError, match="Only the process that has started this worker"):
        SharedMemory().share(messages.ShareMemoryRequest(key=key, name=segment.name, num_bytes=SIZE), own_key)


def test_a_worker_that_was_started_by_hand_shares_with_nobody(segment):
    with pytest.raises(MalformedError, match="Only the process"):
        SharedMemory().share(sharing(segment), "")


def test_names_of_others_and_wrong_sizes_are_refused(segment):
    with pytest.raises(MalformedError, match="no shared memory of tffsim"):
        SharedMemory().share(sharing(segment, name="/psm_12345678"), KEY)
    with pytest.raises(MalformedError, match="has 65600 bytes, not 65537"):
        SharedMemory().share(sharing(segment, num_bytes=SIZE + 1), KEY)


@pytest.mark.parametrize(
    "options", [{"number": 8}, {"number": 0}, {"num_bytes": 11}, {"num_bytes": 0}, {"num_bytes": SIZE}]
)
def test_what_lies_elsewhere_or_is_of_another_size_is_refused(memory, options):
    with pytest.raises(MalformedError, match="shared"):
        take(memory, 10, **options)


def test_more_than_there_is_and_more_than_may_be_is_refused(memory):
    with pytest.raises(MalformedError, match="65537 of 65536 shared bytes"):
        take(memory, SIZE + 1, max_bytes=1 << 20)
    with pytest.raises(MalformedError, match="65536 of 65536 shared bytes"):
        take(memory, 10, SIZE - 10)
    with pytest.raises(ValueBytesError, match=r"10 bytes is larger.*9 bytes"):
        take(memory, 10, max_bytes=9)


def test_results_do_not_go_where_values_are_and_values_not_where_results_are(segment, memory):
    with pytest.raises(MalformedError, match="no shared memory with the number 7"):
        asyncio.run(memory.put(messages.Region(segment=7), Buffers()))
    results = SharedMemory()
    results.share(sharing(segment, is_for_results=True), KEY)
    with pytest.raises(MalformedError, match="no shared memory with the number 7"):
        take(results, 10)


def test_memory_that_is_not_needed_any_more_is_let_go(memory):
    take(memory, 10, is_last=True)
    with pytest.raises(MalformedError, match="no shared memory"):
        take(memory, 10)


def test_a_new_segment_takes_the_place_of_those_that_are_not_kept(segment, memory):
    memory.share(sharing(segment, segment=8, kept=[7]), KEY)
    take(memory, 10)
    memory.share(sharing(segment, segment=1 << 40, kept=[8]), KEY)
    with pytest.raises(MalformedError, match="no shared memory"):
        take(memory, 10)
    take(memory, 10, number=8)
    take(memory, 10, number=1 << 40)
    memory.clear()
    with pytest.raises(MalformedError, match="no shared memory"):
        take(memory, 10, number=1 << 40)
