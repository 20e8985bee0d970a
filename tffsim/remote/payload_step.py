"""The step that brings a payload to a worker: in the message of its program if it is small, else before it."""

import federated_language as fl
import numpy as np
from federated_language.common_libs import structure

from tffsim.remote.program import Program, next_number, node_of
from tffsim.remote.remote_session import Upload
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.tensors import MAX_INLINE_BYTES, Buffers
from tffsim.remote.wire.values import ValueWriter


class PayloadStep:
    """Brings a payload to a worker.

    Args:
        value: The payload.
        type_spec: Its type.
        type_bytes: The same, as it is sent.
        first_client: Index of the first client of a federated value, for errors.
        cohort_size: How many clients the whole cohort has.

    Raises:
        TypeError: If the payload does not fit the type.
        ValueError: If a number is out of range.
    """

    def __init__(
        self, value: object, type_spec: fl.Type, type_bytes: bytes, first_client: int, cohort_size: int
    ) -> None:
        self._value = value
        self._type_spec = type_spec
        self._type_bytes = type_bytes
        self._clients = first_client, cohort_size
        # At once, so that whoever passes a wrong payload hears of it.
        self._written: tuple[messages.Value, Buffers] | None = self._write_value()
        self._upload: Upload | None = None

    def write(self, step: messages.Step, program: Program) -> None:
        """Writes the step."""
        step.value.type = self._type_bytes
        message, buffers = self._written or self._write_value()
        self._written = None
        if buffers.num_bytes <= MAX_INLINE_BYTES:
            buffers.put_inline()
            step.value.value.CopyFrom(message)
            return
        upload = program.session.uploads.get(id(self._value))
        if upload is None:
            stays = _never_changes(self._value)
            value = self._value if stays else None
            upload = Upload(program.session, next_number(), value, message, buffers, node_of(step))
            program.uploads.append(upload)
            if stays:
                program.session.uploads[id(self._value)] = upload
        self._upload = upload
        step.value.value.payload = upload.number

    def _write_value(self) -> tuple[messages.Value, Buffers]:
        writer, message = ValueWriter(None, *self._clients), messages.Value()
        writer.write(self._value, self._type_spec, message)
        return message, writer.buffers


def _never_changes(value: object) -> bool:
    """Whether a payload is made of tensors only: then it is the same wherever it is found again."""
    if isinstance(value, structure.Struct):
        return all(map(_never_changes, value))
    return hasattr(value, "numpy") and not isinstance(value, np.ndarray) and not hasattr(value, "assign")
