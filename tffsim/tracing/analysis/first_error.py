"""The operation in which an error arose: it passes all the operations around that one, which fail too."""

import re

import numpy as np

from tffsim.tracing.analysis.chosen import are_chosen
from tffsim.tracing.document.operations import ERROR
from tffsim.tracing.document.snapshot import Snapshot


def first_error(snapshot: Snapshot, client: int | None = None, invocation: int | None = None) -> int:
    """Returns the span that failed first; -1 if none did.

    Args:
        snapshot: What was recorded.
        client: Only at this client.
        invocation: Only in the call that is this row of `trace.invocations`.

    Raises:
        IndexError: If there is no such client, or no such call.
    """
    failed = (snapshot.columns["outcome"] == ERROR) & are_chosen(snapshot, client, invocation)
    return first_of(snapshot, failed)


def first_of(snapshot: Snapshot, failed: "np.ndarray") -> int:
    """Returns which of some failed spans is the one to name; -1 if there are none.

    Several clients may fail before the others are cancelled. The call raises the error of the first client that failed,
    which need not be the first in time; so that is the one.

    Args:
        snapshot: What was recorded.
        failed: The spans, as a mask.
    """
    return min(np.flatnonzero(failed).tolist(), key=lambda span: _precedence(snapshot, span), default=-1)


def _precedence(snapshot: Snapshot, span: int) -> tuple[float, ...]:
    columns, errors = snapshot.columns, snapshot.errors
    call, client = int(columns["invocation"][span]), int(columns["client"][span])
    # Executors above fail after that below, in which it happened: it ends first, and began last.
    depth = (columns["end"][span], -columns["start"][span])
    if call not in errors:
        return call, 0, 0, *depth
    # On its way up an error may become one of another class, which says that it is about the argument.
    is_other = _without_class(errors[call]) != _without_class(errors.get(span, ""))
    return call, is_other, client if client >= 0 else np.inf, *depth


def _without_class(error: str) -> str:
    return error.partition(": ")[2]


def error_message(error: str) -> str:
    """Returns what the text of an error says, without the class that TensorFlow gives to all errors of graphs."""
    return re.sub(r"^(InvalidArgumentError|UnknownError): ", "", error.partition("\n")[0])
