"""Times, sizes and numbers as texts."""

import pytest

from tffsim.tracing.document.units import data_size, duration, short_number


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"), (999, "999 ns"), (1e3, "1.00 µs"), (12_340, "12.3 µs"), (1e6, "1.00 ms"), (1_250_000, "1.25 ms"),
        (999e6, "999 ms"), (1e9, "1.00 s"), (61.5e9, "61.5 s"), (-2e6, "-2.00 ms"), (999_600, "1.00 ms"),
        (-0.4, "0 ns"), (1_125, "1.13 µs"), (99_950, "100 µs"), (5_000e9, "5000 s"),
    ],
)  # fmt: skip
def test_times_have_three_digits_and_a_unit(nanoseconds, text):
    assert duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("num_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1e3, "1.00 kB"), (18_700, "18.7 kB"), (1e6, "1.00 MB"), (2.5e9, "2.50 GB")],
)
def test_sizes_have_three_digits_and_a_unit(num_bytes, text):
    assert data_size(num_bytes) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (1 / 3, "0.3333"), (1234.0, "1234"), (51_313.0, "51310"), (-9_999.9, "-10000"),
        (9.999e9, "9999000000"), (1.2345e12, "1.234e+12"), (1e-7, "1e-07"),
        (float("nan"), "nan"), (float("-inf"), "-inf"),
    ],
)  # fmt: skip
def test_numbers_have_four_digits_and_an_exponent_only_where_they_need_it(number, text):
    assert short_number(number) == text
