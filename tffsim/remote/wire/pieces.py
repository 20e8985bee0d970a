"""The messages that bring the bytes of large values, as bytes: protobuf would copy what is in them twice at each end.

They are messages all the same: `CreateValueRequest` and `ComputeResponse`, whose chunks have the same field.
"""

_CHUNK = b"\x12"
"""Begins a message with nothing but a chunk: the number of the field, 2, and its kind, 2."""
_MAX_LENGTH_BYTES = 5


def write_piece(chunk: memoryview) -> bytes:
    """Returns the message that has a chunk."""
    length, rest = bytearray(), chunk.nbytes
    while rest > 0x7F:
        length.append(rest & 0x7F | 0x80)
        rest >>= 7
    length.append(rest)
    return b"".join((_CHUNK, length, chunk))


def read_piece(content: bytes) -> memoryview | None:
    """Returns the chunk that a message has, where it is; None if it is another, or written otherwise."""
    if content[:1] != _CHUNK:
        return None
    length = 0
    for position, byte in enumerate(content[1 : 1 + _MAX_LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            chunk = memoryview(content)[position + 2 :]
            return chunk if chunk.nbytes == length else None
    return None
