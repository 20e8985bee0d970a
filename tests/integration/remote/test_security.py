"""Who may call a worker, and where it may listen."""

import subprocess
import sys

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff
from tests.integration.remote.conftest import START_SECONDS
from tffsim.remote.local_workers import LocalWorkers

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
TOTAL = tff.federated_computation(lambda x: fl.federated_sum(x), FLOATS)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Returns the files of an authority, and certificates of a worker and a controller."""
    folder = tmp_path_factory.mktemp("keys")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=authority")  # fmt: skip
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
    for name in ("worker", "controller"):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN={name}")  # fmt: skip
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-out", f"{name}.pem", "-days", "2", "-extfile", "names")  # fmt: skip
    (folder / "token").write_text("0123456789abcdef0123\n")
    (folder / "other").write_text("another-token-of-nobody")
    return folder


@pytest.fixture(scope="module")
def secured(files):
    options = ["--tls-cert", files / "worker.pem", "--tls-key", files / "worker.key", "--client-ca", files / "ca.pem",
               "--token-file", files / "token", "--max-value-bytes", "1000000"]  # fmt: skip
    with LocalWorkers(1, options=list(map(str, options)), start_timeout=START_SECONDS) as workers:
        yield workers


def total(workers, values, **options):
    factory = tff.remote_executor_factory(workers, connect_timeout=3, **options)
    try:
        return tff.SyncExecutionContext(factory).invoke(TOTAL, values)
    finally:
        factory.close()


def test_who_shows_certificate_and_token_may_call(secured, files):
    keys = {"client_cert": files / "controller.pem", "client_key": files / "controller.key"}
    assert total(secured, [1.0, 2.0], server_ca=files / "ca.pem", token_file=files / "token", **keys) == 3


@pytest.mark.parametrize(("token", "text"), [(None, "asks for a token"), ("other", "token is wrong")])
def test_without_the_token_nobody_may_call(secured, files, token, text):
    keys = {"client_cert": files / "controller.pem", "client_key": files / "controller.key"}
    if token is not None:
        keys["token_file"] = files / token
    with pytest.raises(tff.ExecutionError, match=text):
        total(secured, [1.0], server_ca=files / "ca.pem", **keys)


def test_without_a_certificate_nobody_may_call(secured, files):
    with pytest.raises(tff.ExecutionError, match="No worker was ready"):
        total(secured, [1.0], server_ca=files / "ca.pem", token_file=files / "token")


def test_without_tls_nobody_may_call(secured, files):
    with pytest.raises(tff.ExecutionError, match="No worker was ready"):
        total(secured, [1.0], token_file=files / "token")


def test_a_value_that_is_too_large_is_refused_by_name(secured, files):
    large = fl.FederatedType(fl.TensorType(np.float32, [300_000]), fl.CLIENTS)
    computation = tff.federated_computation(lambda x: fl.federated_sum(x), large)
    factory = tff.remote_executor_factory(
        secured, server_ca=files / "ca.pem", token_file=files / "token",
        client_cert=files / "controller.pem", client_key=files / "controller.key",
    )  # fmt: skip
    try:
        with pytest.raises(
            tff.ExecutionError, match=r"1200000 bytes, and worker .* takes 1000000 at once.*--max-value-bytes"
        ):
            tff.SyncExecutionContext(factory).invoke(computation, [np.zeros(300_000, np.float32)])
    finally:
        factory.close()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--bind", "0.0.0.0"], "needs TLS"),
        (["--bind", "0.0.0.0", "--token-file", "token"], "needs TLS"),
        (["--bind", "0.0.0.0", "--tls-cert", "worker.pem", "--tls-key", "worker.key"], "--token-file"),
        (["--tls-cert", "worker.pem"], "--tls-key"),
        (["--client-ca", "ca.pem"], "need TLS"),
        (
            ["--tls-cert", "worker.pem", "--tls-key", "ca.key"],
            "worker.pem and ca.key are no certificate and its private",
        ),
        (
            ["--tls-cert", "worker.pem", "--tls-key", "worker.key", "--client-ca", "ca.key"],
            "ca.key holds no certificates",
        ),
    ],
)
def test_a_worker_does_not_start_where_anybody_could_call_it(files, options, text):
    command = [sys.executable, "-m", "tffsim", "worker", *options]
    done = subprocess.run(command, cwd=files, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert text in done.stderr
    assert "Traceback" not in done.stderr
