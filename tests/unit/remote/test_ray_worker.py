"""When actors are made, and what is said when there is no room for them. No Ray runs."""

import types

import pytest

from tffsim.remote.worker_errors import NoWorkerError

ray = pytest.importorskip("ray")
from ray.exceptions import RayError  # noqa: E402

from tffsim.remote.ray_worker import RayWorker, wait_for_workers  # noqa: E402


class Actors:
    """Stands in for the class of actors that `ray.remote` returns."""

    def __init__(self):
        self.made = []

    def options(self, **options):
        self.asked = options
        return self

    def remote(self, make_service, find_machine):
        self.made.append(types.SimpleNamespace(machine=types.SimpleNamespace(remote=lambda: "ab" * 28)))
        return self.made[-1]


@pytest.fixture
def actors(monkeypatch):
    made = Actors()
    monkeypatch.setattr(ray, "remote", lambda cls: made)
    return made


@pytest.fixture
def cluster():
    return types.SimpleNamespace(is_open=True, room=lambda: "0 of 2 CPU")


def worker(cluster, has_data=False, **resources):
    return RayWorker(cluster, "ray:0", lambda: None, resources or {"CPU": 1.0}, has_data=has_data)


def test_an_actor_is_made_once_and_again_after_it_has_died(actors, cluster):
    made = worker(cluster)
    first = made.start()
    assert made.start() is first and made.actor is first
    made.died(first)
    assert made.actor is None
    second = made.start()
    made.died(first)  # Heard of late.
    assert made.actor is second and len(actors.made) == 2


def test_resources_have_the_names_that_ray_asks_for(actors, cluster):
    worker(cluster, CPU=2.0, GPU=1.0, memory=1e9, moons=3.0).start()
    expected = {"num_cpus": 2.0, "num_gpus": 1.0, "memory": 1e9, "resources": {"moons": 3.0}}
    assert actors.asked == {"scheduling_strategy": "SPREAD", "max_restarts": 0, **expected}


@pytest.mark.parametrize("has_data", [False, True])
def test_a_worker_with_data_of_clients_is_made_again_on_its_machine_or_not_at_all(
    actors, cluster, monkeypatch, has_data
):
    monkeypatch.setattr(ray, "wait", lambda answers, **options: (answers, []))
    monkeypatch.setattr(ray, "get", lambda answer: answer)
    made = worker(cluster, has_data)
    wait_for_workers(cluster, [made], 5)
    assert actors.asked["scheduling_strategy"] == "SPREAD"
    made.died(made.actor)
    made.start()
    where = actors.asked["scheduling_strategy"]
    assert (where.node_id, where.soft) == ("ab" * 28, False) if has_data else where == "SPREAD"


def test_a_closed_worker_ends_its_actor(actors, cluster, monkeypatch):
    killed = []
    monkeypatch.setattr(ray, "kill", killed.append)
    made = worker(cluster)
    made.start()
    made.close()
    assert killed == actors.made and made.actor is None


def test_too_little_room_is_an_error_that_tells_what_is_free(actors, cluster, monkeypatch):
    monkeypatch.setattr(ray, "wait", lambda answers, **options: ([], answers))
    with pytest.raises(NoWorkerError, match=r"0 of 1 workers within 5 s\. Each needs 1 CPU; free are 0 of 2 CPU"):
        wait_for_workers(cluster, [worker(cluster)], 5)


def test_a_worker_that_cannot_start_is_an_error_that_tells_why(actors, cluster, monkeypatch):
    def fail(answer):
        raise RayError("No module named 'tffsim'")

    monkeypatch.setattr(ray, "wait", lambda answers, **options: (answers, []))
    monkeypatch.setattr(ray, "get", fail)
    with pytest.raises(NoWorkerError, match=r"same version of tffsim.*No module named 'tffsim'"):
        wait_for_workers(cluster, [worker(cluster)], 5)
