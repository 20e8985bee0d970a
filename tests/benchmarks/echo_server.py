"""A bare server of grpc.aio that sends back what it gets: what calls to a worker are compared with.

It prints the port at which it listens, and ends with its input. A first message of eight bytes says how many bytes
the answer to each call has.
"""

import asyncio
import sys
from collections.abc import AsyncIterator

import grpc

SERVICE, ONE, MANY = "benchmarks.Echo", "One", "Many"
OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


async def _one(request: bytes, _: object) -> bytes:
    num_bytes = int.from_bytes(request[:8], "little")
    return request[:num_bytes].ljust(num_bytes)


async def _many(requests: AsyncIterator[bytes], _: object) -> AsyncIterator[bytes]:
    # As a worker does: the result is sent when all is there.
    for piece in [request async for request in requests]:
        yield piece


async def _serve() -> None:
    server = grpc.aio.server(options=OPTIONS)
    handlers = {ONE: grpc.unary_unary_rpc_method_handler(_one), MANY: grpc.stream_stream_rpc_method_handler(_many)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(_serve())
