"""The least that a worker can do: a server of grpc.aio that reads a program, calls its function, and answers.

It has no sessions and no executors, and knows one function, x + 1. So it tells how near to an echo a worker in Python
can come. It prints the port at which it listens, and ends with its input.
"""

import asyncio
import gc
import sys

import grpc
import numpy as np
import tensorflow as tf

from tests.benchmarks.echo_server import OPTIONS
from tffsim.external_runtime.tensorflow.eager_execution import call_attributes, eager_tensor, run_in_thread
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import BATCH, path_of

_INT32 = tf.int32.as_datatype_enum


def _function() -> tuple[object, ...]:
    """Returns the attributes with which TensorFlow's cheapest way calls x + 1."""
    function = tf.function(lambda x: x + 1, input_signature=[tf.TensorSpec([], tf.int32)]).get_concrete_function()
    function(tf.constant(1))
    _kept.append(function)
    return call_attributes(function.function_def.signature.name, [_INT32], [_INT32], is_optimised=False)


_kept: list[object] = []
_ATTRIBUTES = _function()


async def _run(content: bytes, _: object) -> bytes:
    request = messages.BatchRequest.FromString(content)
    (number,) = (step.value.value.tensor for step in request.steps if step.value.value.HasField("tensor"))
    argument = eager_tensor(np.frombuffer(number.content, number.dtype)[0], _INT32)
    (result,) = run_in_thread("StatefulPartitionedCall", _ATTRIBUTES, 1, [argument], None)
    response = messages.BatchResponse()
    response.value.tensor.dtype, response.value.tensor.content = "int32", np.asarray(result).tobytes()
    return response.SerializeToString()


async def _serve() -> None:
    server = grpc.aio.server(options=OPTIONS)
    service, method = path_of(BATCH.name).strip("/").split("/")
    handlers = {method: grpc.unary_unary_rpc_method_handler(_run)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    gc.collect()
    gc.freeze()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(_serve())
