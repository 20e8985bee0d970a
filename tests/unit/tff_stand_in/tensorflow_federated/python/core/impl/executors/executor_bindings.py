"""Names of compiled code: needed for annotations, called by nobody."""

from tensorflow_federated.cc.core.impl.executors import executor_bindings
from tensorflow_federated.proto.v0 import executor_pb2

create_tensorflow_executor = executor_bindings.create_tensorflow_executor


def serialize(executor: executor_bindings.Executor) -> executor_pb2.Value:
    raise NotImplementedError(executor)
