"""What calls of computations returned: the values, and the numbers among them."""

import numpy as np

from tffsim.tracing.analysis.program import Program
from tffsim.tracing.document.operations import COMPUTE, OK
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader


def values_of_results(snapshot: Snapshot, invocations: list[int]) -> list[list[int]]:
    """Returns the numbers of the values that calls returned: of each member, if a result is a struct of several.

    Args:
        snapshot: What was recorded.
        invocations: Rows of `trace.invocations`.
    """
    columns = snapshot.columns
    computes = np.flatnonzero((columns["operation"] == COMPUTE) & (columns["outcome"] == OK))
    computes = computes[np.argsort(columns["parent"][computes], kind="stable")]
    parents = columns["parent"][computes]

    def inside(span: int) -> list[int]:
        found: list[int] = computes[np.searchsorted(parents, span) : np.searchsorted(parents, span, "right")].tolist()
        return found

    results = []
    for row in invocations:
        whole = inside(snapshot.invocations[row].span)
        # A struct of placed values is computed member by member, in this order.
        members = inside(whole[-1]) if whole else []
        results.append(members if len(members) > 1 else whole[-1:])
    return results


def numbers_among(reader: SpanReader, program: Program, values: list[int]) -> dict[str, float]:
    """Returns those members of a result that are one number, by name; under "" the whole result, if it is one.

    A member without a name is called as it is written in Python: `result[1]`.

    Args:
        reader: Reads the trace.
        program: What was called.
        values: The members, as `values_of_results` returns them.
    """
    names = [name for name, _ in program.results] if len(program.results) == len(values) else [""] * len(values)
    found = {}
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        number = reader.value(value)
        if isinstance(number, float):
            found[name or (f"result[{place}]" if len(values) > 1 else "")] = number
    return found
