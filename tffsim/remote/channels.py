"""Channels to workers, and the thread in whose loop all of them live."""

import dataclasses
import logging
import os
import pathlib
import re
import stat
import threading

import grpc

from tffsim.concurrency.loop_in_thread import LoopInThread
from tffsim.remote.wire.protocol import MAX_MESSAGE_BYTES, TOKEN_KEY

_log = logging.getLogger("tffsim")
_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    # A worker that has started again is found soon: within the shortest time for which somebody waits for one.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 500),
    # Workers are called by their addresses, also where there is a proxy for the web.
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
)


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelSecurity:
    """How a controller shows who it is, and knows who answers.

    Attributes:
        server_ca: The authority of the workers' certificates (PEM); with it, connections use TLS.
        client_cert: The certificate of the controller (PEM).
        client_key: Its private key (PEM).
        token: What the workers ask for.
    """

    server_ca: bytes | None = None
    client_cert: bytes | None = None
    client_key: bytes | None = None
    token: str | None = None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What each call brings along."""
        return ((TOKEN_KEY, f"Bearer {self.token}"),) if self.token is not None else ()


_loops: dict[int, LoopInThread] = {}
_loops_lock = threading.Lock()


def channel_loop() -> LoopInThread:
    """Returns the thread in whose loop the channels of this process live."""
    process = os.getpid()
    with _loops_lock:
        if process not in _loops:
            _loops[process] = LoopInThread("tffsim-remote")
        return _loops[process]


async def open_channel(address: str, security: ChannelSecurity) -> grpc.aio.Channel:
    """Returns a channel; must be called in the loop of the channels.

    Args:
        address: Such as `localhost:8000`.
        security: How it is secured.
    """
    if security.server_ca is None:
        return grpc.aio.insecure_channel(address, options=_OPTIONS)
    credentials = grpc.ssl_channel_credentials(security.server_ca, security.client_key, security.client_cert)
    return grpc.aio.secure_channel(address, credentials, options=_OPTIONS)


def read_security(
    *,
    server_ca: str | os.PathLike[str] | None = None,
    client_cert: str | os.PathLike[str] | None = None,
    client_key: str | os.PathLike[str] | None = None,
    token_file: str | os.PathLike[str] | None = None,
) -> ChannelSecurity:
    """Reads the files that secure channels.

    Raises:
        OSError: If one cannot be read.
        ValueError: If a part is missing.
    """
    if (client_cert is None) != (client_key is None):
        raise ValueError("A certificate needs its key: pass both `client_cert` and `client_key`.")
    if client_cert is not None and server_ca is None:
        raise ValueError("A certificate of the controller needs TLS: pass `server_ca`, the authority of the workers.")
    return ChannelSecurity(
        server_ca=_content(server_ca),
        client_cert=_content(client_cert),
        client_key=_content(client_key),
        token=read_token(token_file) if token_file is not None else None,
    )


_TOKEN = re.compile(rb"[!-~]+")


def read_token(path: str | os.PathLike[str]) -> str:
    """Returns the token in a file, without the space around it; warns if other users of this machine can read it.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is empty, or no single word that gRPC can send.
    """
    token = pathlib.Path(path).read_bytes().strip()
    if not token:
        raise ValueError(f"The file {os.fspath(path)} with the token is empty.")
    if _TOKEN.fullmatch(token) is None:
        raise ValueError(
            f"The file {os.fspath(path)} must hold one token: letters, digits and signs of ASCII, without spaces."
        )
    # Windows has no such bits: there they say nothing of who may read.
    if os.name == "posix" and pathlib.Path(path).stat().st_mode & stat.S_IROTH:
        name = os.fspath(path)
        _log.warning("Every user of this machine can read the token in %s. `chmod 600 %s` ends that.", name, name)
    return token.decode("ascii")


def _content(path: str | os.PathLike[str] | None) -> bytes | None:
    return pathlib.Path(path).read_bytes() if path is not None else None
