"""How the service of a worker refuses a call: with one of the codes of gRPC, and a sentence."""

from collections.abc import Awaitable
from typing import NoReturn, Protocol, TypeVar

import grpc

from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.tensors import ValueBytesError

_T = TypeVar("_T")


class CallContext(Protocol):
    """What the service needs to know of a call."""

    async def abort(self, code: grpc.StatusCode, details: str = ...) -> NoReturn:
        """Refuses the call; raises an error."""


async def refuse(context: CallContext, code: grpc.StatusCode, reason: str) -> NoReturn:
    """Refuses a call."""
    await context.abort(code, reason)


async def refuse_as_lost(context: CallContext, reason: str) -> NoReturn:
    """Refuses a call that needs what is not here, or not any more: whoever has made it sends it again."""
    await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, reason)


async def valid(work: Awaitable[_T], context: CallContext) -> _T:
    """Waits for a value; refuses the call if it is none, or too large."""
    try:
        return await work
    except ValueBytesError as error:
        await refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, str(error))
    except MalformedError as error:
        await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))
