"""Times, sizes and numbers as people read them.

The units and the rule are those of the front end too, which gets `TIMES` and `SIZES` by `make schema`; the digits
are found by the same few operations of floating-point numbers, so that both say the same words of every number.
"""

import math

Units = tuple[tuple[str, float], ...]

TIMES: Units = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))
"""What a time is told in, the largest first, in nanoseconds."""
SIZES: Units = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0))
"""What a size is told in, in bytes."""

# Three digits: what would be shown as 1000 of a unit is 1.00 of the next.
ENOUGH = 0.9995
NO_DECIMALS, ONE_DECIMAL = 99.95, 9.995


def duration(nanoseconds: float) -> str:
    """Returns a time with three digits and a unit, such as `1.25 ms`; nanoseconds are whole."""
    return _told(nanoseconds, TIMES)


def data_size(num_bytes: float) -> str:
    """Returns a size with three digits and a unit, such as `18.7 kB`; bytes are whole."""
    return _told(num_bytes, SIZES)


def short_number(number: float) -> str:
    """Returns a number with four digits, such as `0.3333`, `51310` or `1.234e+12`: below 1e10 without an exponent."""
    text = f"{number:.4g}"
    return f"{float(text):.0f}" if "e+0" in text else text


def _told(number: float, units: Units) -> str:
    magnitude = math.floor(abs(number) + 0.5)
    sign = "-" if number < 0 and magnitude else ""
    unit, size = next((known for known in units if magnitude >= ENOUGH * known[1]), units[-1])
    return f"{sign}{_digits(magnitude / size) if size > 1 else magnitude} {unit}"


def _digits(number: float) -> str:
    decimals = 0 if number >= NO_DECIMALS else 1 if number >= ONE_DECIMAL else 2
    steps = 10**decimals
    # Not the rounding of `format`, which differs from that of JavaScript where two numbers are as near.
    return f"{math.floor(number * steps + 0.5) / steps:.{decimals}f}"
