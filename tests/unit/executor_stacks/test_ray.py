"""What is checked before Ray is started."""

import importlib.util

import pytest

import tffsim as tff


@pytest.mark.parametrize("count", [0, -1])
def test_there_must_be_a_worker(count):
    pytest.importorskip("ray")
    with pytest.raises(ValueError, match="at least 1 worker"):
        tff.ray_executor_factory(count)


def test_a_worker_cannot_need_less_than_nothing():
    pytest.importorskip("ray")
    with pytest.raises(ValueError, match="cannot need -1 of 'GPU'"):
        tff.ray_executor_factory(1, resources_per_worker={"GPU": -1})


def test_without_ray_a_sentence_tells_what_to_install(monkeypatch):
    find_before = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "ray" else find_before(name))
    with pytest.raises(ImportError, match=r"pip install 'tffsim\[ray\]'"):
        tff.ray_executor_factory(1)
