"""What it means when a call of a worker fails."""

import re

import grpc

from tffsim.remote.transport import CallError
from tffsim.remote.worker_errors import WorkerError, WorkerLostError

_LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.FAILED_PRECONDITION)
# How gRPC tells that the other end has gone, while a call was under way.
_BROKEN = ("Stream removed", "RST_STREAM", "Socket closed", "Connection reset", "recvmsg", "Internal error from Core")
_NOISE = re.compile(
    "failed to connect to all addresses; last error: |UNKNOWN: |UNAVAILABLE: "
    r"|ipv[46]:\S+: |Failed to connect to remote host: "
)
# What gRPC says where a connection cannot begin, and what it means.
_MEANINGS = {
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not from the authority in `server_ca`",
    "Hostname Verification Check failed": "its certificate does not name this address (`subjectAltName`)",
    "WRONG_VERSION_NUMBER": "it speaks no TLS: leave out `server_ca`, or start it with `--tls-cert` and `--tls-key`",
    "Failed to create security handshaker": "the files for TLS do not fit: `server_ca` must be a certificate, and "
    "`client_key` the key of `client_cert`",
    "errors resolving": "no machine of this name is known",
}
_WHAT_TO_DO = {
    grpc.StatusCode.UNAUTHENTICATED: "Give the token of the worker: `token_file=`.",
    grpc.StatusCode.PERMISSION_DENIED: "Ask whoever runs the worker.",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "Send less at a time, or start the worker with a larger `--max-value-bytes`.",
}


def error_of_call(error: CallError, address: str, deadline: float, what: str) -> Exception:
    """Returns what a failed call means.

    Args:
        error: How it failed.
        address: That of the worker.
        deadline: After how many seconds the call was given up.
        what: What was asked, as in "to run the work of clients 0-31 (of 64)".
    """
    code, details = error.code, error.details
    if code in _LOST or any(text in details for text in _BROKEN) or code is grpc.StatusCode.CANCELLED:
        return WorkerLostError(_short(details) or code.name)
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return WorkerError(
            f"Worker {address} took longer than {deadline:g} s {what}. "
            "Give it less work, or more time: `call_timeout=`."
        )
    advice = _WHAT_TO_DO.get(code, "")
    return WorkerError(f"Worker {address} refused {what} ({code.name}): {_short(details)} {advice}".rstrip())


def reason_of_call(error: CallError) -> str:
    """Returns in short why a call failed."""
    code, details = error.code, _short(error.details)
    advice = _WHAT_TO_DO.get(code, "") if code is grpc.StatusCode.UNAUTHENTICATED else ""
    return f"{details or code.name} {advice}".rstrip()


def _short(details: str) -> str:
    """Returns what gRPC says, without what only its developers can use; what it means, where that is known."""
    for text, meaning in _MEANINGS.items():
        if text in details:
            return meaning
    return _NOISE.sub("", details).strip()[:300]
