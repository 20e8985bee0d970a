"""Which credentials suffice for which address."""

import pytest

from tffsim.remote.service.credentials import WorkerCredentials, is_loopback

TOKEN = "0123456789abcdef"
TLS = {"tls_cert": b"c", "tls_key": b"k"}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_this_machine_may_call_without_credentials(address):
    assert is_loopback(address)
    WorkerCredentials().check(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.0.5", "example.org", "localhost.example.org", ""])
def test_other_machines_may_not(address):
    assert not is_loopback(address)
    for credentials in (WorkerCredentials(), WorkerCredentials(token=TOKEN)):
        with pytest.raises(ValueError, match="needs TLS"):
            credentials.check(address)
    with pytest.raises(ValueError, match="show who they are"):
        WorkerCredentials(**TLS).check(address)


@pytest.mark.parametrize("more", [{"token": TOKEN}, {"client_ca": b"ca"}])
def test_with_tls_and_one_more_they_may(more):
    WorkerCredentials(**TLS, **more).check("0.0.0.0")


def test_a_short_token_is_refused():
    with pytest.raises(ValueError, match="has 3 characters"):
        WorkerCredentials(token="abc").check("127.0.0.1")


@pytest.mark.parametrize("half", [{"tls_cert": b"c"}, {"tls_key": b"k"}, {"client_ca": b"ca"}])
def test_half_of_tls_is_refused(half):
    with pytest.raises(ValueError, match="TLS"):
        WorkerCredentials(**half).check("127.0.0.1")
