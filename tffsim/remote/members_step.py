"""The step that brings the members of clients to a worker: piece by piece, each made when its turn comes.

So the data of all clients is never here at once, whatever a member is made from. Few and small ones stand in the
message of their program.
"""

from collections.abc import Iterator, Sequence

import federated_language as fl

from tffsim.failures.failure_location import current_argument_path
from tffsim.federation.placed_values import part_of_argument
from tffsim.remote.program import Program, next_number, node_of
from tffsim.remote.remote_session import Upload
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.tensors import MAX_INLINE_BYTES, Buffers
from tffsim.remote.wire.values import ValueWriter


class MembersStep:
    """Brings the members of clients to a worker.

    Args:
        members: One payload per client.
        type_spec: The type of the federated value.
        type_bytes: The same, as it is sent.
        first_client: Index of the first client, for errors.
        cohort_size: How many clients the whole cohort has.
    """

    def __init__(
        self,
        members: Sequence[object],
        type_spec: fl.FederatedType,
        type_bytes: bytes,
        first_client: int,
        cohort_size: int,
    ) -> None:
        self._members = members
        self._type_spec = type_spec
        self._type_bytes = type_bytes
        self._first_client = first_client
        self._cohort_size = cohort_size
        self._path = current_argument_path.get()

    def write(self, step: messages.Step, program: Program) -> None:
        """Writes the step.

        Raises:
            TypeError: If a member of the first piece does not fit its type.
            ValueError: If a number in it is out of range.
        """
        step.value.type = self._type_bytes
        message, buffers, count = self._piece(0)
        if count == len(self._members) and buffers.num_bytes <= MAX_INLINE_BYTES:
            buffers.put_inline()
            step.value.value.CopyFrom(message)
            return
        step.value.value.federated.SetInParent()
        program.streams.append(self._uploads(message, buffers, count, step, program))

    def _uploads(
        self, message: messages.Value, buffers: Buffers, count: int, step: messages.Step, program: Program
    ) -> Iterator[Upload]:
        while True:
            # Nothing here keeps a piece that has been sent.
            upload = Upload(program.session, next_number(), None, message, buffers, node_of(step), is_taken=True)
            step.value.value.federated.payloads.append(upload.number)
            del message, buffers
            yield upload
            del upload
            if count == len(self._members):
                return
            message, buffers, more = self._piece(count)
            count += more

    def _piece(self, start: int) -> tuple[messages.Value, Buffers, int]:
        writer, message = ValueWriter(None, self._first_client + start, self._cohort_size), messages.Value()
        with part_of_argument(self._path):
            count = writer.write_some(self._members[start:], self._type_spec, message)
        return message, writer.buffers, count
