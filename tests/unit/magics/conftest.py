"""IPython without a front end."""

import atexit
from unittest import mock

import pytest
from IPython.core.interactiveshell import InteractiveShell

SETUP = """
import numpy as np
import tffsim as tff

@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def mean(x):
    return tff.federated_mean(x)
"""


@pytest.fixture
def shell():
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "tffsim")
    assert shell.run_cell(SETUP).success
    yield shell
    # What a shell does at the end of the process: now, and without a collection of garbage, which takes longest.
    atexit.unregister(shell.atexit_operations)
    with mock.patch("gc.collect"):
        shell.atexit_operations()


@pytest.fixture
def execute(shell):
    """Runs a cell with the magic and its options."""
    return lambda line, cell: shell.run_cell(f"%%tff_execute {line}\n{cell}")
