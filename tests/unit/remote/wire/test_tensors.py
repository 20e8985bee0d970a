"""Buffers follow their message in pieces, which are cut where one buffer ends."""

import numpy as np
import pytest

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.tensors import (
    CHUNK_BYTES,
    ArrivingBuffers,
    Buffers,
    ValueBytesError,
    decode_array,
    encode_array,
)


def test_pieces_are_no_larger_than_1_mb_and_cut_anywhere():
    buffers, tensors = Buffers(), [messages.Tensor(), messages.Tensor()]
    arrays = [np.arange(400_001, dtype=np.float32), np.arange(3000, dtype=np.int64)]
    for array, tensor in zip(arrays, tensors, strict=True):
        encode_array(array, tensor, buffers)
    assert max(map(len, buffers.chunks())) == CHUNK_BYTES
    whole = b"".join(buffers.chunks())
    arriving = ArrivingBuffers([tensor.buffer_size for tensor in tensors], len(whole))
    for start in range(0, len(whole), 700_001):
        arriving.add(whole[start : start + 700_001])
    parts = iter(arriving.complete())
    for array, tensor in zip(arrays, tensors, strict=True):
        np.testing.assert_array_equal(decode_array(tensor, parts), array)


def test_more_bytes_than_the_receiver_takes_are_refused_before_they_come():
    with pytest.raises(ValueBytesError, match=r"101 bytes is larger.*100 bytes"):
        ArrivingBuffers([60, 41], 100)


def test_more_bytes_than_announced_are_malformed():
    arriving = ArrivingBuffers([3], 10)
    with pytest.raises(MalformedError, match="more"):
        arriving.add(b"1234")


@pytest.mark.parametrize("sent", [b"", b"12"])
def test_fewer_bytes_than_announced_are_malformed(sent):
    arriving = ArrivingBuffers([3], 10)
    arriving.add(sent)
    with pytest.raises(MalformedError, match="fewer"):
        arriving.complete()


def test_empty_buffers_are_there():
    assert [buffer.nbytes for buffer in ArrivingBuffers([0, 0], 10).complete()] == [0, 0]


def test_an_array_that_is_not_contiguous_arrives():
    array = np.arange(12, dtype=np.int32).reshape(3, 4).T[::2]
    tensor, buffers = messages.Tensor(), Buffers()
    encode_array(array, tensor, buffers)
    np.testing.assert_array_equal(decode_array(tensor, iter(())), array)


def test_texts_keep_their_zero_bytes():
    array = np.array([b"a\0", b"", b"\0\0b"], object)
    tensor = messages.Tensor()
    encode_array(array, tensor, Buffers())
    assert decode_array(tensor, iter(())).tolist() == array.tolist()
