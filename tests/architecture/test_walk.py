"""The walk of a client's value through an execution stack goes down, and back: within one executor, no call climbs."""

import json
import subprocess
import sys

import pytest

from tests.architecture.test_import_direction import ROOT

MAY_CLIMB = {
    # A decorator, which tells users of mistakes, calls what it decorates.
    ("tffsim.failures.user_error", "tffsim.computations.computation_calls:TypedComputation.__call__"),
}
"""From which module to which function a call climbs all the same, and why."""


def stays_of(*options):
    """Returns the functions that hold the value; in a fresh process, so that all threads are seen."""
    command = [sys.executable, "-m", "tests.architecture.walk", "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def walks():
    """A walk through a flat stack, and one of a vector in a struct through a tree."""
    return {"flat": stays_of(), "tree": stays_of("--stack", "tree", "--struct")}


@pytest.mark.parametrize("stack", ["flat", "tree"])
def test_the_walk_reaches_tensorflow_and_returns(walks, stack):
    functions = [stay["function"] for stay in walks[stack]]
    way = [
        "SyncExecutionContext.invoke",
        "EagerTFExecutor.create_value",
        "to_tensorflow",
        "TensorFlowFunction.__call__",
    ]
    way += ["ServerFold.add", "to_numpy", "pack"]
    assert sorted(way, key=functions.index) == way


def test_within_one_executor_no_call_climbs(walks):
    climbs = {
        (stay["caller"], f"{stay['module']}:{stay['function']}")
        for stays in walks.values()
        for stay in stays
        if stay["climbs"]
    }
    assert climbs == MAY_CLIMB
