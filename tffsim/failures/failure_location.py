"""Where a failure happened, carried by the exception itself.

Executors raise natural exceptions. Each layer the exception passes knows a part
of the answer to "where?": the leaf knows the user's source line, the federating
layer knows the client, the resolving layer knows the AST node. Each adds its part
with `locate`; the execution context turns the whole into one short message.
"""

import contextvars
from typing import TypeVar

from tffsim.failures.argument_error import FailureLocation
from tffsim.failures.source_places import SourceLine

_ATTRIBUTE = "__tffsim_location__"
_E = TypeVar("_E", bound=BaseException)

current_argument_path: contextvars.ContextVar[tuple[str | int, ...]] = contextvars.ContextVar(
    "tffsim_argument_path", default=()
)
"""The steps from the argument to the part of it that is being embedded now."""


def location_of(error: BaseException) -> FailureLocation:
    """Returns the location recorded so far on `error`; empty when none is."""
    location = getattr(error, _ATTRIBUTE, None)
    if location is None:
        location = FailureLocation()
        setattr(error, _ATTRIBUTE, location)
    return location


def locate(
    error: _E,
    *,
    computation: str | None = None,
    node: str | None = None,
    client: int | None = None,
    num_clients: int | None = None,
    line: SourceLine | None = None,
    given: str | None = None,
    at_server: bool = False,
) -> _E:
    """Adds to `error` the parts of its location that are not yet known.

    The innermost layer speaks first and knows best, so a part once set stays. AST nodes
    are added around each other up to the one that says at which participant it ran.

    Args:
        error: The exception on its way up.
        computation: Name of the computation.
        node: The AST node or intrinsic being executed.
        client: Index of the client.
        num_clients: Size of the cohort.
        line: The user's source line.
        given: What the function was given that failed, in a few words.
        at_server: Whether it happened at the server.

    Returns:
        The same exception, so that one can write `raise locate(error, ...)`.
    """
    location = location_of(error)
    if location.computation is None:
        location.computation = computation
    if location.placement is None and node is not None:
        location.node = node if location.node is None else f"{node} > {location.node}"
    if location.placement is None and (at_server or client is not None):
        location.placement = "server" if at_server else "clients"
        location.client, location.num_clients = client, num_clients
    if location.line is None:
        location.line = line
    if location.given is None:
        location.given = given
    return error


def locate_argument(error: _E, segment: str | int | None = None) -> _E:
    """Marks `error` as being about an argument, one step further from the bad value.

    Args:
        error: The exception on its way up.
        segment: The field name or position just left; None adds no step.

    Returns:
        The same exception.
    """
    location = location_of(error)
    path = location.argument_path or ()
    location.argument_path = path if segment is None else (segment, *path)
    return error
