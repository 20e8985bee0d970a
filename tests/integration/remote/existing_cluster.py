"""A cluster that is there before: it is used by its address, and left as it was.

`test_ray.py` runs this as a program, in a network namespace of its own: it starts the cluster as the documentation
says, with a token, and ends with `DID_NOT_START` if Ray does not start.
"""

import contextlib
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time

import psutil

PORT = 6399
ADDRESS = f"127.0.0.1:{PORT}"
RAY = str(pathlib.Path(sys.executable).with_name("ray"))
SECONDS_TO_START = 120
BYSTANDER = """
import ray
ray.init(address={address!r}, namespace="others", configure_logging=False)
@ray.remote(num_cpus=1, name="bystander", lifetime="detached")
class Bystander:
    def answer(self):
        return 42
print(ray.get(Bystander.remote().answer.remote()))
"""
NO_TOKEN = """
from tffsim.remote.ray_cluster import RayCluster
try:
    RayCluster({address!r}, {{}})
except ConnectionError as error:
    print(error)
"""


@contextlib.contextmanager
def running_cluster(folder):
    """Starts a cluster of this machine, with three processors and a token in a file."""
    from tests.integration.remote.on_ray import DID_NOT_START

    start = [RAY, "start", "--head", "--block", f"--port={PORT}", "--num-cpus=3", "--include-dashboard=false"]
    options = ["--node-ip-address=127.0.0.1", f"--temp-dir={folder}", "--disable-usage-stats"]
    with open(f"{folder}/said", "w", encoding="utf-8") as said:
        head = subprocess.Popen([*start, *options], stdout=said, stderr=subprocess.STDOUT)
    family = set()
    try:
        for _ in range(SECONDS_TO_START * 2):
            family |= children_of(head)
            text = pathlib.Path(f"{folder}/said").read_text(encoding="utf-8")
            if "Ray runtime started" in text:
                break
            if head.poll() is not None:
                print(text[-3000:])
                sys.exit(DID_NOT_START)
            time.sleep(0.5)
        else:
            sys.exit(DID_NOT_START)
        yield
        assert head.poll() is None, "The cluster was ended."
    finally:
        # Asked to end, it would wait half a minute for its processes. If it did not start, these may live on.
        for process in family | children_of(head):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        head.kill()
        head.wait(60)


def children_of(head):
    """Returns the processes below one that may have ended."""
    try:
        return set(psutil.Process(head.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


def ran(code, environment):
    """Runs code in a process of its own, and returns what it prints."""
    command = [sys.executable, "-c", code.format(address=ADDRESS)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def use_it():
    """Computes in the cluster, and looks at what is left there."""
    import ray

    import tffsim as tff
    from tests.integration.remote import hosted
    from tests.integration.remote.test_data_at_workers import weighted

    weights = [1.0 + n / 7 for n in range(40)]
    expected = tff.SyncExecutionContext(tff.local_executor_factory()).invoke(weighted, (hosted.numbers(), weights))
    factory = tff.ray_executor_factory(2, address=ADDRESS)
    assert ray.available_resources().get("CPU", 0) == 0
    assert tff.SyncExecutionContext(factory).invoke(weighted, (hosted.numbers(), weights)) == expected
    factory.close()
    assert not ray.is_initialized()
    # Only the actors are gone.
    ray.init(address=ADDRESS, namespace="others", configure_logging=False)
    assert ray.get(ray.get_actor("bystander").answer.remote()) == 42
    for _ in range(300):
        if ray.available_resources().get("CPU", 0) == 2:
            break
        time.sleep(0.1)
    else:
        raise AssertionError(ray.available_resources())
    ray.shutdown()


def main():
    """Starts a cluster, and uses it with the token, and without."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    without_token = {**others, "RAY_NUM_REDIS_GET_RETRIES": "1"}  # By default Ray tries for some 20 seconds.
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        token = pathlib.Path(folder, "token")
        with open(os.open(token, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
        with running_cluster(folder):
            assert "cannot be reached" in ran(NO_TOKEN, without_token)
            assert ran(BYSTANDER, os.environ) == "42\n"
            use_it()


if __name__ == "__main__":
    main()
