"""What is told of connections that cannot begin: the texts of gRPC are those of 1.85."""

import grpc
import pytest

from tffsim.remote.connection_errors import error_of_call, reason_of_call
from tffsim.remote.transport import CallError

_FAILED = "failed to connect to all addresses; last error: UNAVAILABLE: ipv4:127.0.0.1:7000: "


@pytest.mark.parametrize(
    ("details", "told"),
    [
        (
            "Tls handshake failed: SSL_ERROR_SSL: error:1000007d:CERTIFICATE_VERIFY_FAILED: unable",
            "authority in `server_ca`",
        ),
        ("Custom verification check failed: Hostname Verification Check failed.", "does not name this address"),
        ("SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER: Invalid", "speaks no TLS"),
        ("Failed to create security handshaker.", "`client_key` the key of `client_cert`"),
        ("errors resolving H:70: [field:hostname lookup error:address lookup failed]", "no machine of this name"),
        ("Connection refused", "Connection refused"),
    ],
)
def test_why_a_connection_did_not_begin_is_told_in_words(details, told):
    reason = reason_of_call(CallError(grpc.StatusCode.UNAVAILABLE, _FAILED + details))
    assert told in reason
    assert "SSL" not in reason
    assert "ipv4" not in reason


def test_a_wrong_token_says_what_to_give():
    error = CallError(grpc.StatusCode.UNAUTHENTICATED, "The token is wrong.")
    assert reason_of_call(error) == "The token is wrong. Give the token of the worker: `token_file=`."
    assert "token_file=" in str(error_of_call(error, "127.0.0.1:7000", 3, "to run"))
