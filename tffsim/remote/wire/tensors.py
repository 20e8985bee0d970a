"""Arrays as messages: a dtype, a shape and bytes, which follow the message in pieces where they are many."""

import math
from collections.abc import Iterable, Iterator

import federated_language as fl
import ml_dtypes
import numpy as np

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError

CHUNK_BYTES = 1 << 20
"""How large the pieces are in which buffers follow."""
MAX_INLINE_BYTES = 1 << 18
"""A value whose buffers are larger all in all is streamed."""
MIN_BUFFER_BYTES = 1 << 12
"""Smaller tensors stand in the message."""
ALIGNMENT = 64
"""TensorFlow takes memory as it is if it begins at a multiple of this."""
_STRING = "str"

_DTYPES = {
    np.dtype(dtype).name: np.dtype(dtype)
    for dtype in (
        np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64,
        np.float16, np.float32, np.float64, np.complex64, np.complex128, ml_dtypes.bfloat16,
    )
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
"""NumPy makes a name anew whenever it is asked for one."""


class Buffers:
    """The bytes of the larger tensors of a message, which follow it or are put into it.

    Attributes:
        num_bytes: How many there are.
    """

    def __init__(self) -> None:
        self.num_bytes = 0
        self._parts: list[tuple[messages.Tensor, memoryview]] = []

    def add(self, tensor: messages.Tensor, content: memoryview) -> None:
        """Takes the bytes of a tensor."""
        tensor.buffer_size = content.nbytes
        self.num_bytes += content.nbytes
        self._parts.append((tensor, content))

    def put_inline(self) -> None:
        """Puts all bytes into their message."""
        for tensor, content in self._parts:
            tensor.content = bytes(content)
        self._parts.clear()
        self.num_bytes = 0

    def arrays(self) -> list[np.ndarray]:
        """Returns the bytes of each tensor, where they are."""
        return [np.frombuffer(content, np.uint8) for _, content in self._parts]

    def chunks(self) -> Iterator[memoryview]:
        """Yields all bytes, end to end, in pieces, where they are."""
        for _, content in self._parts:
            for start in range(0, content.nbytes, CHUNK_BYTES):
                yield content[start : start + CHUNK_BYTES]


class ArrivingBuffers:
    """Takes what `Buffers.chunks` yields, and cuts it where one buffer ends.

    Args:
        sizes: The size of each buffer.
        max_bytes: How many bytes are taken at most.

    Raises:
        ValueBytesError: If there are more.
    """

    def __init__(self, sizes: Iterable[int], max_bytes: int) -> None:
        self._sizes = list(sizes)
        total = sum(self._sizes)
        if total > max_bytes:
            raise ValueBytesError(total, max_bytes)
        # Not all at once: who announces much need not send it.
        self._buffers: list[np.ndarray] = []
        self._filled = 0

    def add(self, chunk: bytes | memoryview) -> None:
        """Takes the next piece.

        Raises:
            MalformedError: If there is more than was announced.
        """
        rest = memoryview(chunk)
        while rest.nbytes:
            if not self._buffers or self._filled == self._buffers[-1].nbytes:
                if len(self._buffers) == len(self._sizes):
                    raise MalformedError("There are more bytes than the value has.")
                # TensorFlow takes it as it is.
                self._buffers.append(aligned_buffer(self._sizes[len(self._buffers)]))
                self._filled = 0
                continue
            buffer = self._buffers[-1]
            count = min(rest.nbytes, buffer.nbytes - self._filled)
            buffer[self._filled : self._filled + count] = np.frombuffer(rest[:count], np.uint8)
            self._filled += count
            rest = rest[count:]

    def complete(self) -> list[np.ndarray]:
        """Returns the buffers.

        Raises:
            MalformedError: If bytes are missing.
        """
        while len(self._buffers) < len(self._sizes) and self._sizes[len(self._buffers)] == 0:
            self._buffers.append(np.empty(0, np.uint8))
            self._filled = 0
        if len(self._buffers) < len(self._sizes) or (self._buffers and self._filled < self._buffers[-1].nbytes):
            raise MalformedError("There are fewer bytes than the value has.")
        return self._buffers


class ValueBytesError(Exception):
    """A value is larger than the receiver takes.

    Attributes:
        num_bytes: How large it is.
        max_bytes: How large it may be.
    """

    def __init__(self, num_bytes: int, max_bytes: int) -> None:
        super().__init__(f"A value of {num_bytes} bytes is larger than this worker takes, which is {max_bytes} bytes.")
        self.num_bytes = num_bytes
        self.max_bytes = max_bytes


def aligned_buffer(num_bytes: int) -> np.ndarray:
    """Returns room for bytes that begin where TensorFlow wants tensors to begin."""
    room = np.empty(num_bytes + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    return room[start : start + num_bytes]


def read_only(buffers: list[np.ndarray]) -> list[np.ndarray]:
    """Closes buffers that are complete: nobody may write into them, so a tensor may have their memory."""
    for buffer in buffers:
        buffer.flags.writeable = False
    return buffers


def encode_array(array: np.ndarray, tensor: messages.Tensor, buffers: Buffers) -> None:
    """Writes an array into a message.

    Args:
        array: Of a dtype that a computation can carry; strings are objects.
        tensor: The message.
        buffers: Takes the bytes if they are many.
    """
    tensor.shape.extend(array.shape)
    if array.dtype.kind in "OSU":
        tensor.dtype = _STRING
        content = _joined_strings(array)
        if len(content) < MIN_BUFFER_BYTES:
            tensor.content = content
        else:
            buffers.add(tensor, memoryview(content))
        return
    array = _little_endian(array)
    tensor.dtype = _NAMES.get(array.dtype) or array.dtype.name
    if array.nbytes < MIN_BUFFER_BYTES:
        tensor.content = array.tobytes()
    else:
        buffers.add(tensor, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def decode_array(tensor: messages.Tensor, buffers: Iterator[np.ndarray]) -> np.ndarray:
    """Returns the array in a message. It has the memory of its buffer, and is writable if that is; a number is not.

    Args:
        tensor: The message.
        buffers: The buffers that follow it.

    Raises:
        MalformedError: If the parts of the message do not fit each other.
    """
    shape, dtype = tuple(tensor.shape), _DTYPES.get(tensor.dtype)
    is_inline = tensor.WhichOneof("data") != "buffer_size"
    if is_inline and not shape and dtype is not None and len(tensor.content) == dtype.itemsize:
        return np.frombuffer(tensor.content, dtype).reshape(())
    # A copy: whoever gets the array may write into it.
    content = np.frombuffer(tensor.content, np.uint8).copy() if is_inline else _next_buffer(tensor, buffers)
    if any(size < 0 for size in shape):
        raise MalformedError(f"A shape has no negative dimensions, found {list(shape)}.")
    if tensor.dtype == _STRING:
        return _split_strings(content, shape)
    if dtype is None:
        raise MalformedError(f"There is no dtype {tensor.dtype[:40]!r}.")
    if math.prod(shape) * dtype.itemsize != content.nbytes:
        raise MalformedError(f"{content.nbytes} bytes are no {dtype.name} of the shape {list(shape)}.")
    return content.view(dtype).reshape(shape)


def _next_buffer(tensor: messages.Tensor, buffers: Iterator[np.ndarray]) -> np.ndarray:
    content = next(buffers, None)
    if content is None or content.nbytes != tensor.buffer_size:
        raise MalformedError("A buffer of the value is missing, or has another size.")
    return content


def fits(array: np.ndarray, type_spec: fl.TensorType) -> bool:
    """Whether an array has the dtype and the shape of a type."""
    if array.dtype == type_spec.dtype and array.shape == type_spec.shape:
        return True
    expected = np.dtype(type_spec.dtype)
    if (array.dtype.kind in "OSU") != (expected.kind == "U") or (array.dtype.kind != "O" and array.dtype != expected):
        return False
    shape = type_spec.shape
    return shape is None or (
        len(shape) == array.ndim and all(s is None or s == size for s, size in zip(shape, array.shape, strict=True))
    )


def _little_endian(array: np.ndarray) -> np.ndarray:
    return array.astype(array.dtype.newbyteorder("<"), copy=False) if array.dtype.byteorder == ">" else array


def _joined_strings(array: np.ndarray) -> bytes:
    texts = [text.encode() if isinstance(text, str) else bytes(text) for text in array.reshape(-1).tolist()]
    return np.array([len(text) for text in texts], "<u8").tobytes() + b"".join(texts)


def _split_strings(content: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    count = math.prod(shape)
    if 8 * count > content.nbytes:
        raise MalformedError(f"{content.nbytes} bytes are no strings of the shape {list(shape)}.")
    ends = 8 * count + np.cumsum(content[: 8 * count].view("<u8"), dtype=np.uint64)
    lengths = content[: 8 * count].view("<u8")
    if (count and (int(ends[-1]) != content.nbytes or int(lengths.max()) > content.nbytes)) or (
        not count and content.nbytes
    ):
        raise MalformedError("The lengths of the strings do not add up to their bytes.")
    data = content.tobytes()
    array = np.empty(count, object)
    for position, (length, end) in enumerate(zip(lengths.tolist(), ends.tolist(), strict=True)):
        array[position] = data[end - length : end]
    return array.reshape(shape)
