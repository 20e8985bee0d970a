"""Warnings about a computation, shown at the line that they are about, or at that which defines it."""

import warnings

from federated_language.framework import ConcreteComputation

from tffsim.failures.source_places import cell_name


def warn(computation: ConcreteComputation, text: str, place: tuple[str, int] | None = None) -> None:
    """Warns about a computation.

    Args:
        computation: What was called.
        text: The warning.
        place: The file and the line that it is about; by default those that define the computation.
    """
    code = getattr(getattr(computation, "__wrapped__", None), "__code__", None)
    if place is None:
        place = (code.co_filename, code.co_firstlineno) if code is not None else ("tffsim", 1)
    warnings.warn_explicit(text, UserWarning, filename=cell_name(place[0]) or place[0], lineno=place[1])
