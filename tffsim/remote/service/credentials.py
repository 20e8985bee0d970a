"""Who may call a worker, and how a worker shows who it is."""

import dataclasses
import hmac
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc

from tffsim.remote.wire.protocol import TOKEN_KEY

_MIN_TOKEN_LENGTH = 16


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerCredentials:
    """Files that say who may call.

    Attributes:
        tls_cert: The certificate of the worker, and those up to its authority (PEM).
        tls_key: Its private key (PEM).
        client_ca: The authority of the certificates that controllers must have (PEM).
        token: What controllers must know.
    """

    tls_cert: bytes | None = None
    tls_key: bytes | None = None
    client_ca: bytes | None = None
    token: str | None = None

    def check(self, address: str) -> None:
        """Checks that they suffice for an address.

        Raises:
            ValueError: If others than this machine could call, and could not be told apart, or overheard.
        """
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("TLS needs both a certificate and its key: `--tls-cert` and `--tls-key`.")
        if self.client_ca is not None and self.tls_cert is None:
            raise ValueError("Certificates of controllers (`--client-ca`) need TLS: `--tls-cert` and `--tls-key`.")
        if self.token is not None and len(self.token) < _MIN_TOKEN_LENGTH:
            raise ValueError(f"The token has {len(self.token)} characters. It needs {_MIN_TOKEN_LENGTH} or more.")
        if is_loopback(address):
            return
        if self.tls_cert is None:
            raise ValueError(
                f"Other machines can reach {address}, so it needs TLS: `--tls-cert` and `--tls-key`. "
                "Without, only `--bind 127.0.0.1` is allowed."
            )
        if self.token is None and self.client_ca is None:
            raise ValueError(
                f"Other machines can reach {address}, so callers must show who they are: "
                "give `--token-file`, `--client-ca`, or both."
            )

    def of_server(self) -> grpc.ServerCredentials | None:
        """Returns them as gRPC takes them; None without TLS."""
        if self.tls_cert is None:
            return None
        pairs = [(self.tls_key, self.tls_cert)]
        return grpc.ssl_server_credentials(pairs, self.client_ca, require_client_auth=self.client_ca is not None)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


class TokenInterceptor(grpc.aio.ServerInterceptor):
    """Lets only those in that know the token.

    Args:
        token: What they must know.
    """

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """Passes a call on, or refuses it."""
        found = dict(handler_call_details.invocation_metadata or ()).get(TOKEN_KEY, "")
        given = found if isinstance(found, bytes) else found.encode()
        handler = await continuation(handler_call_details)
        if hmac.compare_digest(given, self._expected) or handler is None:
            return handler
        reason = "The token is wrong." if given else "This worker asks for a token, and none was given."
        return _refusing(handler, reason)


def _refusing(handler: grpc.RpcMethodHandler, reason: str) -> grpc.RpcMethodHandler:
    """Returns a handler of the same kind that refuses."""

    async def refuse(request: object, context: grpc.aio.ServicerContext) -> None:
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, reason)

    async def refuse_with_stream(request: object, context: grpc.aio.ServicerContext) -> AsyncIterator[None]:
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, reason)
        yield  # It is a stream, if an empty one.

    if handler.request_streaming:
        make = grpc.stream_stream_rpc_method_handler if handler.response_streaming else (
            grpc.stream_unary_rpc_method_handler
        )  # fmt: skip
    else:
        make = grpc.unary_stream_rpc_method_handler if handler.response_streaming else (
            grpc.unary_unary_rpc_method_handler
        )  # fmt: skip
    return make(
        refuse_with_stream if handler.response_streaming else refuse,
        request_deserializer=handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )
