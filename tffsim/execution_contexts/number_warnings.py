"""Telling users about NaN in an aggregation: in a warning, once per computation, and in the trace."""

import contextlib
from collections.abc import Iterator

from federated_language.framework import ConcreteComputation
from federated_language.proto import computation_pb2 as pb

from tffsim.execution_contexts.computation_warnings import warn
from tffsim.federation.number_watch import Notice, current_notices
from tffsim.language import building_blocks
from tffsim.language.identity_cache import IdentityCache

_warned: IdentityCache[pb.Computation, list[Notice]] = IdentityCache(lambda proto: [])


@contextlib.contextmanager
def reading(computation: ConcreteComputation, name: str, is_traced: bool) -> Iterator[None]:
    """Reads what the aggregations of an invocation notice.

    Args:
        computation: What runs.
        name: Its name.
        is_traced: Whether a trace takes down what they notice, in every invocation.
    """
    warned = _warned(building_blocks.to_proto(computation))
    if warned and not is_traced:
        # Who was warned is not warned again, and nobody needs to look.
        yield
        return
    notices: list[Notice] = []
    token = current_notices.set(notices)
    try:
        yield
    finally:
        current_notices.reset(token)
    if notices and not warned:
        first = notices[0]
        warned.append(first)
        place = (first.filename, first.line) if first.filename else None
        warn(computation, f"`{name}`, {first} See docs/numbers.md of tffsim.", place)
