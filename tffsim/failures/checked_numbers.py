"""Numbers that a user gives as options: bad ones are told at once, by their names."""

import numbers

_MAX_SECONDS = 100_000_000
"""About three years. gRPC takes a call that may last a hundred times as long to be over, and so an infinite one."""


def checked_int(name: str, value: object, at_least: int) -> int:
    """Returns an option that is a whole number; one of NumPy may be given.

    Args:
        name: What the option is called.
        value: What was given.
        at_least: How large it must be.

    Raises:
        TypeError: If it is something else; a bool is no number.
        ValueError: If it is smaller.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"`{name}` must be an int, such as {max(at_least, 2)}, found {value!r:.60}.")
    if value < at_least:
        raise ValueError(f"`{name}` must be at least {at_least}, found {value}.")
    return int(value)


def checked_seconds(name: str, value: object) -> float:
    """Returns an option that says how many seconds something takes.

    Args:
        name: What the option is called.
        value: What was given.

    Raises:
        TypeError: If it is no number; a bool is none.
        ValueError: If it is not above 0, or too large.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"`{name}` must be a number of seconds, such as 2.5, found {value!r:.60}.")
    seconds = value if isinstance(value, int) else float(value)
    if not 0 < seconds <= _MAX_SECONDS:
        raise ValueError(f"`{name}` must be above 0 and at most {_MAX_SECONDS} seconds, found {value!s:.60}.")
    return float(seconds)
