"""What is checked before Ray is started."""

import importlib.util
import math

import pytest

import tffsim as tff


@pytest.mark.parametrize("count", [0, -1])
def test_there_must_be_a_worker(count):
    pytest.importorskip("ray")
    with pytest.raises(ValueError, match="`num_workers` must be at least 1"):
        tff.ray_executor_factory(count)


@pytest.mark.parametrize("count", ["2", 2.5, True])
def test_the_number_of_workers_must_be_an_int(count):
    pytest.importorskip("ray")
    with pytest.raises(TypeError, match="`num_workers` must be an int"):
        tff.ray_executor_factory(count)


@pytest.mark.parametrize("option", ["start_timeout", "call_timeout", "heartbeat_seconds"])
def test_seconds_must_be_a_number_above_0(option):
    pytest.importorskip("ray")
    with pytest.raises(TypeError, match=f"`{option}` must be a number of seconds"):
        tff.ray_executor_factory(1, **{option: "3"})
    for seconds in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"`{option}` must be above 0.*found {seconds}"):
            tff.ray_executor_factory(1, **{option: seconds})


def test_the_default_number_of_clients_must_be_an_int_that_is_not_negative():
    pytest.importorskip("ray")
    for number in ("2", 2.5):
        with pytest.raises(TypeError, match="`default_num_clients` must be an int"):
            tff.ray_executor_factory(1, default_num_clients=number)
    with pytest.raises(ValueError, match="`default_num_clients` must be at least 0"):
        tff.ray_executor_factory(1, default_num_clients=-1)


def test_a_worker_cannot_need_less_than_nothing():
    pytest.importorskip("ray")
    with pytest.raises(ValueError, match="cannot need -1 of 'GPU'"):
        tff.ray_executor_factory(1, resources_per_worker={"GPU": -1})


def test_without_ray_a_sentence_tells_what_to_install(monkeypatch):
    find_before = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "ray" else find_before(name))
    with pytest.raises(ImportError, match=r"pip install 'tffsim\[ray\]'"):
        tff.ray_executor_factory(1)
