"""The tests of the remote stack pass on Ray, and a cluster that is there already can be used.

The tests run in one process, with one cluster, in a network namespace of their own: whatever Ray does, nobody else can
reach it, and it reaches nobody.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import warnings

import pytest

from tests.integration.remote.on_ray import DID_NOT_START

ROOT = pathlib.Path(__file__).parents[3]
TESTS = ("tests/integration/remote", "tests/property/test_remote_stack.py")
TRIES = 3


def unshared():
    """Returns how to start a program in a network of its own; skips the test where that is not allowed."""
    for options in (["--net"], ["--net", "--map-root-user"]):
        start = ["unshare", *options, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        if shutil.which("unshare") and subprocess.run([*start, "true"], capture_output=True).returncode == 0:
            return start
    return skip("This user may not make a network namespace, in which the tests on Ray run.")


def skip(reason):
    warnings.warn(f"THE TESTS ON RAY DID NOT RUN. {reason}", stacklevel=2)
    pytest.skip(reason)


@pytest.mark.slow
def test_the_tests_of_the_remote_stack_pass_on_ray():
    run_on_ray("pytest", "-q", "--ray", "-p", "no:cacheprovider", *TESTS)


@pytest.mark.slow
def test_a_cluster_that_is_there_is_used_with_its_token_and_left_as_it_was():
    run_on_ray("tests.integration.remote.existing_cluster")


def run_on_ray(module, *arguments):
    """Runs a module as a program, again if Ray did not start."""
    pytest.importorskip("ray")
    # Before others, where that is allowed: Ray gives its own processes 15 s to start.
    command = [*unshared(), "nice", "-n", "-10", sys.executable, "-m", module, *arguments]
    for _ in range(TRIES):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800)
        if done.returncode != DID_NOT_START:
            assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-3000:]
            print(done.stdout[-200:])
            return
    told = f"Ray did not start in {TRIES} tries:\n{done.stdout[-3000:]}"
    assert os.environ.get("CI") != "true", told
    skip(told)
