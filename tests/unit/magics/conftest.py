"""IPython without a front end."""

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
    with mock.patch("gc.collect"):  # It takes longer than all the rest.
        shell.reset()


@pytest.fixture
def execute(shell):
    """Runs a cell with the magic and its options."""
    return lambda line, cell: shell.run_cell(f"%%tff_execute {line}\n{cell}")
