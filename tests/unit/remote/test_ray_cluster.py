"""How Ray is started here, and what is said when it does not start. No Ray runs."""

import signal

import pytest

from tffsim.remote.worker_errors import NoWorkerError

ray = pytest.importorskip("ray")
from tffsim.remote import ray_cluster  # noqa: E402
from tffsim.remote.ray_cluster import RayCluster, said_by_ray  # noqa: E402

DIED = """The actor died unexpectedly before finishing this task.
\tclass_name: RayActor
The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR Worker exit detail: Worker \
unexpectedly exits with a connection error code 2. End of file. Some common causes include: (1) and more"""

RAISED = """The actor died because of an error raised in its creation task, \x1b[36mray::RayActor.__init__()\x1b[39m
               ^^^^^^^^
  File "/lib/pkgutil.py", line 692, in resolve_name
    mod = importlib.import_module(gd['pkg'])
ModuleNotFoundError: No module named 'clinic'

The above exception was the direct cause of the following exception:

\x1b[36mray::RayActor.__init__()\x1b[39m (pid=3)
  File "/tffsim/remote/service/hosted_data.py", line 80, in _called
ValueError: There is no function for the data `a=clinic:load`: No module named 'clinic'."""


@pytest.fixture
def init(monkeypatch, tmp_path):
    """Stands in for `ray.init`; returns what it is called with."""
    calls = []

    def stand_in(*arguments, **options):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        calls.append((arguments, options))
        if error := options_of.error:
            raise error

    options_of = type("options_of", (), {"error": None})
    stand_in.fail_with = lambda error: setattr(options_of, "error", error)
    stand_in.calls = calls
    monkeypatch.setattr(ray, "init", stand_in)
    monkeypatch.setattr(ray, "shutdown", lambda **options: None)
    monkeypatch.setattr(ray_cluster, "private_folder", lambda: tmp_path)
    return stand_in


def test_a_ray_of_our_own_is_on_the_loopback_interface_without_a_dashboard(init, tmp_path):
    cluster = RayCluster(None, {"CPU": 300.0, "moons": 4.0})
    ((where,), options) = init.calls[0]
    assert where == "local"
    assert options["_node_ip_address"] == "127.0.0.1" and options["include_dashboard"] is False
    assert options["num_cpus"] == 300 and options["resources"] == {"moons": 4.0}
    assert options["_temp_dir"].startswith(str(tmp_path))
    cluster.close()
    assert list(tmp_path.iterdir()) == []


def test_a_start_that_fails_tells_of_the_time_limit_and_what_to_do(init, tmp_path):
    init.fail_with(RuntimeError("The current node timed out during startup."))
    with pytest.raises(NoWorkerError, match=r"15 s.*issues/65983.*Try again.*local_workers.*timed out during startup"):
        RayCluster(None, {"CPU": 1})
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_cannot_be_reached_is_an_error_with_its_address(init):
    init.fail_with(ConnectionError("nobody there"))
    with pytest.raises(NoWorkerError, match=r"cluster at 10\.0\.0\.5:6379 cannot be reached.*token.*nobody there"):
        RayCluster("10.0.0.5:6379", {})


@pytest.fixture
def connected(monkeypatch):
    """This process uses the cluster of its own machine already."""
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(ray, "get_runtime_context", lambda: type("Context", (), {"gcs_address": "10.0.0.5:6379"}))
    monkeypatch.setattr(ray.util, "get_node_ip_address", lambda: "10.0.0.5")


@pytest.mark.parametrize("address", ["10.0.0.5:6379", "127.0.0.1:6379", "localhost:6379", "auto", None])
def test_the_cluster_that_this_process_uses_already_is_taken_under_each_of_its_addresses(init, connected, address):
    RayCluster(address, {}).close()
    assert init.calls == []


@pytest.mark.parametrize("address", ["10.0.0.6:6379", "10.0.0.5:6380", "127.0.0.1:6399"])
def test_another_cluster_than_the_one_that_this_process_uses_is_refused(init, connected, address):
    with pytest.raises(
        NoWorkerError, match=rf"uses the Ray cluster at 10\.0\.0\.5:6379 already.*{address}.*ray.shutdown"
    ):
        RayCluster(address, {})


def test_the_client_of_ray_is_refused():
    with pytest.raises(ValueError, match="Run this program on a machine of the cluster"):
        RayCluster("ray://10.0.0.5:10001", {})


def test_the_signal_that_ends_a_process_stays_with_its_owner(init):
    def ours(number, frame):
        pass

    before = signal.signal(signal.SIGTERM, ours)
    try:
        RayCluster(None, {})
        assert signal.getsignal(signal.SIGTERM) is ours
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RAISED, "ValueError: There is no function for the data `a=clinic:load`: No module named 'clinic'."),
        (DIED, "Worker unexpectedly exits with a connection error code 2. End of file"),
        ("one\n\tpid: 4\ntwo", "one two"),
        ("", "Exception"),
    ],
)
def test_what_ray_says_is_told_in_short(text, told):
    assert said_by_ray(Exception(text)) == told
