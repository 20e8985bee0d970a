"""The methods of the service that take one message and return one."""

import dataclasses
from collections.abc import Mapping
from typing import Generic, TypeVar

from google.protobuf.message import Message

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.protocol import SERVICE

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)


@dataclasses.dataclass(frozen=True, slots=True)
class Method(Generic[_Request, _Response]):
    """A method of the service.

    Attributes:
        name: Its name in `executor.proto`.
        request: What it takes.
        response: What it returns.
    """

    name: str
    request: type[_Request]
    response: type[_Response]


GET_EXECUTOR = Method("GetExecutor", messages.GetExecutorRequest, messages.GetExecutorResponse)
BATCH = Method("Batch", messages.BatchRequest, messages.BatchResponse)
DISPOSE = Method("Dispose", messages.DisposeRequest, messages.DisposeResponse)
DISPOSE_EXECUTOR = Method("DisposeExecutor", messages.DisposeExecutorRequest, messages.DisposeExecutorResponse)
END_SESSION = Method("EndSession", messages.EndSessionRequest, messages.EndSessionResponse)
FOLLOW = Method("Follow", messages.FollowRequest, messages.FollowResponse)
KEEP_ALIVE = Method("KeepAlive", messages.KeepAliveRequest, messages.KeepAliveResponse)
SHARE_MEMORY = Method("ShareMemory", messages.ShareMemoryRequest, messages.ShareMemoryResponse)
TAKE_FROM_MEMORY = Method("TakeFromMemory", messages.TakeFromMemoryRequest, messages.CreateValueResponse)
COMPUTE_INTO_MEMORY = Method("ComputeIntoMemory", messages.ComputeIntoMemoryRequest, messages.ComputeResponse)
REQUESTS: Mapping[str, type[Message]] = {
    method.name: method.request
    for method in (GET_EXECUTOR, BATCH, DISPOSE, DISPOSE_EXECUTOR, FOLLOW, KEEP_ALIVE, END_SESSION)
}
"""What each of them takes, by its name; those that need a process which this one has started are not for all."""


def path_of(method: str) -> str:
    """Returns where gRPC finds a method, by its name."""
    return f"/{SERVICE}/{method}"
