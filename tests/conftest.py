"""What all tests need."""

import signal

import pytest


@pytest.fixture(autouse=True)
def interrupts_are_heard():
    """Where tests run in the background, the shell has told the process to ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
