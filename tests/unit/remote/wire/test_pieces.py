"""Pieces of large values are the messages that `executor.proto` says, read and written where their bytes are."""

import pytest

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.pieces import read_piece, write_piece

KINDS = [messages.CreateValueRequest, messages.ComputeResponse]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 1, 127, 128, 16_383, 16_384, 1 << 20])
def test_a_piece_is_what_protobuf_writes_and_the_other_way_round(kind, size):
    chunk = bytes(number % 251 for number in range(size))
    content = write_piece(memoryview(chunk))
    assert content == kind(chunk=chunk).SerializeToString()
    assert bytes(read_piece(content)) == chunk


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x12",
        messages.CreateValueRequest(header=messages.CreateValueRequest.Header(session="s")).SerializeToString(),
        messages.ComputeResponse(value=messages.Value(payload=3)).SerializeToString(),
        b"\x12\x02a",  # Too short.
        b"\x12\x01ab",  # Something follows.
        b"\x12" + b"\x80" * 9 + b"\x01",
    ],
)
def test_what_is_no_piece_is_left_to_protobuf(content):
    assert read_piece(content) is None
