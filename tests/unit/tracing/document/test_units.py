"""Times and sizes as texts."""

import pytest

from tffsim.tracing.document.units import data_size, duration


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"), (999, "999 ns"), (1e3, "1 µs"), (12_340, "12.3 µs"), (1e6, "1 ms"), (1_250_000, "1.25 ms"),
        (999e6, "999 ms"), (1e9, "1 s"), (61.5e9, "61.5 s"), (-2e6, "-2 ms"),
    ],
)  # fmt: skip
def test_times_have_three_digits_and_a_unit(nanoseconds, text):
    assert duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("num_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1e3, "1 kB"), (18_700, "18.7 kB"), (1e6, "1 MB"), (2.5e9, "2.5 GB")],
)
def test_sizes_have_three_digits_and_a_unit(num_bytes, text):
    assert data_size(num_bytes) == text
