"""What carries requests to one worker and its answers back. gRPC is one transport (`grpc_transport`), Ray another.

Which requests there are, what is in them and which codes refuse them is the same for all: `wire/executor.proto`.
"""

import abc
from collections.abc import Awaitable
from typing import TypeVar

import grpc
import numpy as np
from google.protobuf.message import Message

from tffsim.remote.remote_session import Upload
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import Method

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)


class CallError(Exception):
    """A call was refused, or has failed on its way.

    Attributes:
        code: Which of the codes of gRPC says why; all transports use them.
        details: The same, in words.
    """

    def __init__(self, code: grpc.StatusCode, details: str = "") -> None:
        super().__init__(f"{code.name}: {details}")
        self.code = code
        self.details = details


class Transport(abc.ABC):
    """Carries the requests of this process to one worker. Its coroutines run in the loop of the channels.

    It counts the bytes of each message, as it goes over the wire: see `counted_calls`.

    Attributes:
        address: The name of the worker, which no other has.
        advice: What to do if no worker is there, as a sentence.
    """

    address: str
    advice: str

    @abc.abstractmethod
    async def open(self) -> None:
        """Makes ready to call the worker, unless that has been done. It need not answer yet."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Gives up the connection."""

    @abc.abstractmethod
    def forget(self) -> None:
        """The worker has nothing any more of what it had: what was kept for it is not needed."""

    @abc.abstractmethod
    def call(self, method: Method[_Request, _Response], request: _Request, timeout: float) -> Awaitable[_Response]:
        """Sends a request now, and returns its answer, to be waited for.

        Args:
            method: What is called.
            request: What it takes.
            timeout: After how many seconds to give up.

        Raises:
            CallError: When the answer is waited for, if there is none.
        """

    @abc.abstractmethod
    async def upload(self, upload: Upload, timeout: float) -> None:
        """Brings a value to the worker.

        Raises:
            CallError: If the worker does not take it.
        """

    @abc.abstractmethod
    async def fetch(
        self, request: messages.ComputeRequest, num_bytes: int, timeout: float
    ) -> tuple[messages.Value, list[np.ndarray]] | None:
        """Returns a large result and its buffers, which may be written into; None if the worker has it no more.

        Args:
            request: Says which.
            num_bytes: How many bytes its buffers have, as the worker has said.
            timeout: After how many seconds to give up.

        Raises:
            CallError: If the worker does not send it.
        """
