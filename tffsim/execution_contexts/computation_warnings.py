"""Warnings about a computation, shown at the line that defines it."""

import warnings

from federated_language.framework import ConcreteComputation

from tffsim.failures.source_places import cell_name


def warn(computation: ConcreteComputation, text: str) -> None:
    """Warns about a computation."""
    code = getattr(getattr(computation, "__wrapped__", None), "__code__", None)
    warnings.warn_explicit(
        text,
        UserWarning,
        filename=(cell_name(code.co_filename) or code.co_filename) if code is not None else "tffsim",
        lineno=code.co_firstlineno if code is not None else 1,
    )
