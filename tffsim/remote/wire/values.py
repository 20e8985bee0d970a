"""Payloads as messages, and back. The type travels beside them, so that a message says only what the type leaves open.

What comes out is what an executor embeds and computes: arrays, `Struct`s, data sets, and lists of members.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeGuard

import federated_language as fl
import numpy as np
from federated_language import framework
from federated_language.common_libs import structure
from federated_language.proto import computation_pb2 as pb

from tffsim.external_runtime.tensorflow.values.tensor_values import to_array
from tffsim.failures.failure_location import locate, locate_argument
from tffsim.federation.placed_values import check_members
from tffsim.language import building_blocks
from tffsim.language.clients_on_demand import made
from tffsim.language.containers import struct_elements
from tffsim.language.struct_types import field_names, to_struct
from tffsim.language.type_kinds import struct_type_of
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.rows import Row, decode_rows, encode_rows, row_size
from tffsim.remote.wire.sequences import decode_sequence, encode_sequence
from tffsim.remote.wire.tensors import CHUNK_BYTES, Buffers, decode_array, encode_array, fits

_MAX_ROW_BYTES = 4096
"""Larger members are sent one by one, so that each can be freed by itself."""

KeepComputation: TypeAlias = Callable[[pb.Computation], bytes]
"""Takes a computation that is to be sent beside the value, and returns its digest."""
FindComputation: TypeAlias = Callable[[bytes], pb.Computation]


class ValueWriter:
    """Writes payloads into messages.

    Args:
        keep_computation: What to do with computations.
        first_client: Index of the first client of a federated value, for errors.
        cohort_size: How many clients the whole cohort has.
    """

    def __init__(
        self, keep_computation: KeepComputation | None = None, first_client: int = 0, cohort_size: int = 0
    ) -> None:
        self.buffers = Buffers()
        self._keep_computation = keep_computation
        self._first_client = first_client
        self._cohort_size = cohort_size

    def write(self, value: object, type_spec: fl.Type, message: messages.Value) -> None:
        """Writes a payload.

        Raises:
            TypeError: If it does not fit its type.
            ValueError: If a number is out of range.
        """
        if building_blocks.is_computation(value):
            if self._keep_computation is None:
                raise TypeError(f"A function of type {type_spec} is no value to send. Did you forget to call it?")
            message.computation = self._keep_computation(building_blocks.to_proto(value))
        elif isinstance(value, framework.PlacementLiteral):
            message.placement = value.uri
        elif isinstance(type_spec, fl.TensorType):
            encode_array(array_of(value, type_spec), message.tensor, self.buffers)
        elif isinstance(type_spec, fl.StructType):
            self._write_struct(value, type_spec, message.struct)
        elif isinstance(type_spec, fl.SequenceType):
            message.sequence.SetInParent()
            encode_sequence(value, type_spec, message.sequence.runs, self.buffers)
        elif isinstance(type_spec, fl.FederatedType):
            message.federated.SetInParent()
            self._write_federated(value, type_spec, message.federated)
        else:
            raise TypeError(f"Values of type {type_spec} cannot be sent to a worker.")

    def write_some(self, members: Sequence[object], type_spec: fl.FederatedType, message: messages.Value) -> int:
        """Writes the first members of a value at the clients, about as many as fill one piece of what is streamed.

        Args:
            members: Those that are left; the first is that of the client `first_client`.
            type_spec: The type of the value.
            message: Becomes a federated value of its own.

        Returns:
            How many members there are in it.

        Raises:
            TypeError: If one does not fit its type.
            ValueError: If a number is out of range.
        """
        message.federated.SetInParent()
        first = [self._made(member, 0) for member in members[:1]] if _has_rows(type_spec.member) else []
        size = self._row_size(first, type_spec.member)
        if size is not None and size <= _MAX_ROW_BYTES:
            count = max(1, CHUNK_BYTES // max(8, size))
            some = [self._made(member, client) for client, member in enumerate(members[:count])]
            self._write_members(some, type_spec.member, message.federated)
            return len(some)
        size_of_messages = 0
        for client, member in enumerate(members):
            written = message.federated.members.add()
            with self._located(client):
                self.write(self._made(member, client), type_spec.member, written)
            size_of_messages += written.ByteSize()
            if self.buffers.num_bytes + size_of_messages >= CHUNK_BYTES:
                return client + 1
        return len(members)

    def _made(self, member: object, client: int) -> object:
        try:
            return made(member)
        except Exception as error:
            locate(error, node="argument", client=client + self._first_client, num_clients=self._cohort_size)
            raise

    def _row_size(self, members: Sequence[object], type_spec: fl.Type) -> int | None:
        """Returns the size of the largest row; None if members of the type have none."""
        if not _has_rows(type_spec):
            return None
        return max(map(row_size, self._rows(members, type_spec)), default=0)

    def _write_struct(self, value: object, type_spec: fl.StructType, message: messages.Struct) -> None:
        message.SetInParent()
        message.names.extend(name or "" for name in field_names(type_spec))
        fields = zip(struct_elements(value, type_spec), type_spec, field_names(type_spec), strict=True)
        for position, (element, element_type, name) in enumerate(fields):
            try:
                self.write(element, element_type, message.elements.add())
            except (TypeError, ValueError) as error:
                raise locate_argument(error, name if name is not None else position) from error.__cause__

    def _write_federated(self, value: object, type_spec: fl.FederatedType, message: messages.Federated) -> None:
        message.all_equal = type_spec.all_equal
        if type_spec.all_equal:
            self.write(value, type_spec.member, message.members.add())
            return
        members = check_members(value, type_spec, len(value) if isinstance(value, (list, tuple)) else -1)
        self._write_members(members, type_spec.member, message)

    def _write_members(self, members: Sequence[object], type_spec: fl.Type, message: messages.Federated) -> None:
        if _has_rows(type_spec):
            rows = self._rows(members, type_spec)
            if not rows or max(map(row_size, rows)) <= _MAX_ROW_BYTES:
                encode_rows(rows, message.runs, self.buffers)
                return
        for client, member in enumerate(members):
            with self._located(client):
                self.write(member, type_spec, message.members.add())

    def _rows(self, members: Sequence[object], type_spec: fl.Type) -> list[Row]:
        if isinstance(type_spec, fl.TensorType) and type_spec.shape == () and type_spec.dtype.type is not np.str_:
            # All at once is much faster; only one by one tells whose member is wrong.
            with contextlib.suppress(TypeError, ValueError):
                return [(element,) for element in to_array(list(members), fl.TensorType(type_spec.dtype, (None,)))]
        rows = []
        for client, member in enumerate(members):
            with self._located(client):
                rows.append(tuple(_leaves(member, type_spec)))
        return rows

    @contextlib.contextmanager
    def _located(self, client: int) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            client += self._first_client
            if isinstance(error, (TypeError, ValueError)):
                locate_argument(error)
            locate(error, node="argument", client=client, num_clients=self._cohort_size)
            raise


def array_of(value: object, type_spec: fl.TensorType) -> np.ndarray:
    """Returns a payload as an array of the type; that of a tensor in this process is its own memory.

    Raises:
        TypeError: If it does not fit.
        ValueError: If a number is out of range.
    """
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        with contextlib.suppress(TypeError, ValueError, BufferError):
            array = np.asarray(memoryview(value))  # type: ignore[arg-type]  # `numpy()` would copy it.
            if fits(array, type_spec):
                return array
    return to_array(value, type_spec)


def read_value(
    message: messages.Value,
    type_spec: fl.Type,
    buffers: Iterator[np.ndarray] | None = None,
    find_computation: FindComputation | None = None,
) -> object:
    """Returns the payload in a message.

    Args:
        message: What `ValueWriter` has written.
        type_spec: The type of the payload.
        buffers: Those that follow the message.
        find_computation: Returns a computation by its digest; None if there is none in a value.

    Raises:
        MalformedError: If the message does not fit the type.
    """
    buffers = iter(()) if buffers is None else buffers
    kind = message.WhichOneof("value")
    if kind == "computation" and find_computation is not None:
        return find_computation(message.computation)
    if kind == "placement":
        return _placement(message.placement)
    if kind == "tensor" and isinstance(type_spec, fl.TensorType):
        return _scalar_or_array(decode_array(message.tensor, buffers), type_spec)
    if kind == "struct" and isinstance(type_spec, fl.StructType):
        return _read_struct(message.struct, type_spec, buffers, find_computation)
    if kind == "sequence" and isinstance(type_spec, fl.SequenceType):
        return decode_sequence(message.sequence.runs, type_spec, buffers)
    if kind == "federated" and isinstance(type_spec, fl.FederatedType):
        return _read_federated(message.federated, type_spec, buffers, find_computation)
    raise MalformedError(f"A message with a {kind or 'nothing'} is no value of type {type_spec}.")


def buffer_sizes(message: messages.Value) -> Iterator[int]:
    """Yields the sizes of the buffers that follow a message, in their order."""
    kind = message.WhichOneof("value")
    if kind == "tensor":
        yield from _size(message.tensor)
    elif kind == "struct":
        for element in message.struct.elements:
            yield from buffer_sizes(element)
    elif kind == "sequence":
        yield from _sizes_of_runs(message.sequence.runs)
    elif kind == "federated":
        yield from _sizes_of_runs(message.federated.runs)
        for member in message.federated.members:
            yield from buffer_sizes(member)


def _size(tensor: messages.Tensor) -> Iterator[int]:
    if tensor.WhichOneof("data") == "buffer_size":
        yield tensor.buffer_size


def _sizes_of_runs(runs: Sequence[messages.Run]) -> Iterator[int]:
    for run in runs:
        for column in run.columns:
            yield from _size(column)


def _read_struct(
    message: messages.Struct,
    type_spec: fl.StructType,
    buffers: Iterator[np.ndarray],
    find_computation: FindComputation | None,
) -> structure.Struct:
    if len(message.elements) != len(type_spec):
        raise MalformedError(f"A struct with {len(message.elements)} elements is no value of type {type_spec}.")
    pairs = zip(message.elements, type_spec, strict=True)
    return to_struct(type_spec, [read_value(element, t, buffers, find_computation) for element, t in pairs])


def _read_federated(
    message: messages.Federated,
    type_spec: fl.FederatedType,
    buffers: Iterator[np.ndarray],
    find_computation: FindComputation | None,
) -> object:
    if message.all_equal != type_spec.all_equal or (message.all_equal and len(message.members) != 1):
        raise MalformedError(f"The members of a value of type {type_spec} are not those of its message.")
    if message.all_equal:
        return read_value(message.members[0], type_spec.member, buffers, find_computation)
    members: list[object] = []
    if message.runs:
        types = list(_leaf_types(type_spec.member))
        rows = decode_rows(message.runs, types, buffers)
        members += [_with_structs(iter(row), type_spec.member) for row in rows]
    members += [read_value(member, type_spec.member, buffers, find_computation) for member in message.members]
    return members


def _placement(uri: str) -> object:
    try:
        return framework.uri_to_placement_literal(uri)
    except Exception:
        raise MalformedError(f"There is no placement {uri[:40]!r}.") from None


def _scalar_or_array(array: np.ndarray, type_spec: fl.TensorType) -> object:
    if not fits(array, type_spec):
        raise MalformedError(f"An array of {array.dtype}{list(array.shape)} is no value of type {type_spec}.")
    return array[()] if array.ndim == 0 else array


def _leaves(value: object, type_spec: fl.Type) -> Iterator[np.ndarray]:
    if isinstance(type_spec, fl.TensorType):
        yield array_of(value, type_spec)
        return
    fields = zip(
        struct_elements(value, struct_type_of(type_spec)),
        struct_type_of(type_spec),
        field_names(struct_type_of(type_spec)),
        strict=True,
    )
    for position, (element, element_type, name) in enumerate(fields):
        try:
            yield from _leaves(element, element_type)
        except (TypeError, ValueError) as error:
            raise locate_argument(error, name if name is not None else position) from error.__cause__


def _leaf_types(type_spec: fl.Type) -> Iterator[fl.TensorType]:
    if isinstance(type_spec, fl.TensorType):
        yield type_spec
    elif _is_struct(type_spec):
        for element_type in type_spec:
            yield from _leaf_types(element_type)
    else:
        raise MalformedError(f"Members of type {type_spec} have no rows.")


def _with_structs(leaves: Iterator[object], type_spec: fl.Type) -> object:
    if isinstance(type_spec, fl.TensorType):
        return next(leaves)
    struct_type = struct_type_of(type_spec)
    return to_struct(struct_type, [_with_structs(leaves, element_type) for element_type in struct_type])


def _is_struct(type_spec: fl.Type) -> TypeGuard[fl.StructType]:
    return isinstance(type_spec, fl.StructType)


def _has_rows(type_spec: fl.Type) -> bool:
    return all(isinstance(t, (fl.TensorType, fl.StructType)) for t in framework.preorder_types(type_spec))
