"""What the factory of the remote stack takes, and what it says of the rest."""

import asyncio
import importlib.util
import math

import grpc
import numpy as np
import pytest

import tffsim as tff
from tffsim.executor_stacks.remote import remote_executor_factory
from tffsim.remote.worker_errors import NoWorkerError


@pytest.mark.parametrize("addresses", ["localhost:1", 5, [5], {"localhost:1"}])
def test_what_is_no_list_of_addresses_is_refused(addresses):
    with pytest.raises(TypeError, match=r"list of addresses.*tffsim worker"):
        remote_executor_factory(addresses)


@pytest.mark.parametrize(
    "address", ["localhost", "localhost:", "http://localhost:1", "a b:1", ":1", "localhost:1234567"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="no address of a worker"):
        remote_executor_factory([address])


@pytest.mark.parametrize("address", ["localhost:0", "localhost:65536", "localhost:99999", "[::1]:00000"])
def test_a_port_that_there_cannot_be_is_refused(address):
    with pytest.raises(ValueError, match=r"no address of a worker.*port.*from 1 to 65535"):
        remote_executor_factory([address])


@pytest.mark.parametrize("address", ["localhost:1", "localhost:65535", "[::1]:7000"])
def test_every_port_that_there_can_be_is_taken(address):
    remote_executor_factory([address]).close()


@pytest.mark.parametrize("option", ["connect_timeout", "call_timeout", "heartbeat_seconds"])
def test_seconds_must_be_a_number_above_0(option):
    with pytest.raises(TypeError, match=f"`{option}` must be a number of seconds.*found '3'"):
        remote_executor_factory(["localhost:1"], **{option: "3"})
    for seconds in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"`{option}` must be above 0.*found {seconds}"):
            remote_executor_factory(["localhost:1"], **{option: seconds})


def test_the_default_number_of_clients_must_be_an_int():
    for number in ("2", 2.5):
        with pytest.raises(TypeError, match="`default_num_clients` must be an int"):
            remote_executor_factory(["localhost:1"], default_num_clients=number)
    with pytest.raises(ValueError, match="`default_num_clients` must be at least 0"):
        remote_executor_factory(["localhost:1"], default_num_clients=-1)


def test_numbers_of_numpy_are_taken():
    factory = remote_executor_factory(["localhost:1"], default_num_clients=np.int64(2), call_timeout=np.float32(5))
    assert factory.default_num_clients == 2
    factory.close()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"count": "2"}, TypeError, "`count` must be an int.*found '2'"),
        ({"count": 2.5}, TypeError, "`count` must be an int.*found 2.5"),
        ({"count": 0}, ValueError, "`count` must be at least 1, found 0"),
        ({"count": -1}, ValueError, "`count` must be at least 1, found -1"),
        ({"count": 1, "start_timeout": "3"}, TypeError, "`start_timeout` must be a number of seconds"),
        ({"count": 1, "start_timeout": 0}, ValueError, "`start_timeout` must be above 0"),
    ],
)
def test_workers_of_this_machine_are_not_started_with_bad_options(options, error, message, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("A worker was started."))
    with pytest.raises(error, match=message), tff.local_workers(**options):
        pass


def test_channels_are_taken_and_those_of_a_loop_are_not():
    channel = grpc.insecure_channel("localhost:1")
    remote_executor_factory([channel, "localhost:1"]).close()
    with pytest.raises(ValueError, match="twice"):
        remote_executor_factory([channel, channel])
    channel.close()

    async def of_a_loop():
        async with grpc.aio.insecure_channel("localhost:1") as channel:
            remote_executor_factory([channel])

    with pytest.raises(TypeError, match=r"belongs to the event loop.*`grpc.insecure_channel\(address\)`"):
        asyncio.run(of_a_loop())


def test_a_channel_to_nobody_says_what_to_do():
    channel = grpc.insecure_channel("127.0.0.1:9")
    factory = remote_executor_factory([channel], connect_timeout=0.1)
    with pytest.raises(NoWorkerError, match=r"(?s)channel \d+: .*refused.*check where the channels lead"):
        factory.create_executor({})
    factory.close()
    channel.close()


def test_no_address_and_the_same_twice_are_refused():
    with pytest.raises(ValueError, match="empty"):
        remote_executor_factory([])
    with pytest.raises(ValueError, match="twice"):
        remote_executor_factory(["a:1", "b:1", "a:1"])


@pytest.mark.parametrize(
    "options", [{"client_cert": "c"}, {"client_key": "k"}, {"client_cert": "c", "client_key": "k"}]
)
def test_half_of_what_secures_channels_is_refused(options):
    with pytest.raises(ValueError, match="pass"):
        remote_executor_factory(["a:1"], **options)


def test_a_token_file_must_have_a_token(tmp_path):
    (tmp_path / "token").write_text(" \n")
    with pytest.raises(ValueError, match="is empty"):
        remote_executor_factory(["a:1"], token_file=tmp_path / "token")
    with pytest.raises(OSError, match="nowhere"):
        remote_executor_factory(["a:1"], token_file=tmp_path / "nowhere")


def test_what_workers_yield_can_be_passed():
    class Started:
        addresses = ["localhost:1"]  # noqa: RUF012

    remote_executor_factory(Started()).close()


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'tffsim\[remote\]'"):
        remote_executor_factory(["localhost:1"])
