"""Times and sizes as people read them."""


def duration(nanoseconds: float) -> str:
    """Returns a time with three digits and a unit, such as `1.25 ms`."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if abs(nanoseconds) >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.0f} ns"


def data_size(num_bytes: float) -> str:
    """Returns a size with three digits and a unit, such as `18.7 kB`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(num_bytes) >= size:
            return f"{num_bytes / size:.3g} {unit}"
    return f"{num_bytes:.0f} B"
