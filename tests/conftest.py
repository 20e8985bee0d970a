"""What all tests need."""

import signal

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy is slow, which is no fault of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def interrupts_are_heard():
    """Where tests run in the background, the shell has told the process to ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
