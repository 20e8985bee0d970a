"""The types of the generated service, which has none. A method that is missing here is missing for mypy."""

from grpc.aio import Channel, StreamUnaryMultiCallable, UnaryStreamMultiCallable, UnaryUnaryMultiCallable

from tffsim.remote.wire import executor_pb2 as messages

class ExecutorStub:
    GetExecutor: UnaryUnaryMultiCallable[messages.GetExecutorRequest, messages.GetExecutorResponse]
    CreateValue: StreamUnaryMultiCallable[bytes, messages.CreateValueResponse]
    CreateCall: UnaryUnaryMultiCallable[messages.CreateCallRequest, messages.BatchResponse]
    CreateStruct: UnaryUnaryMultiCallable[messages.CreateStructRequest, messages.BatchResponse]
    CreateSelection: UnaryUnaryMultiCallable[messages.CreateSelectionRequest, messages.BatchResponse]
    Compute: UnaryStreamMultiCallable[messages.ComputeRequest, bytes]
    Batch: UnaryUnaryMultiCallable[messages.BatchRequest, messages.BatchResponse]
    Dispose: UnaryUnaryMultiCallable[messages.DisposeRequest, messages.DisposeResponse]
    DisposeExecutor: UnaryUnaryMultiCallable[messages.DisposeExecutorRequest, messages.DisposeExecutorResponse]
    KeepAlive: UnaryUnaryMultiCallable[messages.KeepAliveRequest, messages.KeepAliveResponse]
    EndSession: UnaryUnaryMultiCallable[messages.EndSessionRequest, messages.EndSessionResponse]
    Follow: UnaryUnaryMultiCallable[messages.FollowRequest, messages.FollowResponse]
    def __init__(self, channel: Channel) -> None: ...

class ExecutorServicer: ...

def add_ExecutorServicer_to_server(servicer: ExecutorServicer, server: object) -> None: ...
