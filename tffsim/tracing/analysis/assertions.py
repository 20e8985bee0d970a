"""What an assertion of TensorFlow found and what it expected, by the names in the user's source."""

import dataclasses
import re

from tffsim.language.assertion_calls import compared_at, is_number
from tffsim.tracing.document.snapshot import FunctionInfo, Place

# The second line of what `failures.failure_reason` tells of an assertion.
_TOLD = re.compile(r"^x (\S+) (\S+) did not hold: x = (.{1,60}?)(?:, y = (.{1,60}))?$", re.MULTILINE)
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}


@dataclasses.dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that did not hold.

    Attributes:
        found: The value that was looked at.
        name: How the user wrote that value; empty if nobody knows.
        expected: What it should be, such as `< 50`.
        limit: How the user wrote what it was compared with; empty if nobody knows, or it says no more than the value.
    """

    found: str
    name: str
    expected: str
    limit: str


def assertion_in(error: str, place: Place | None, functions: list[FunctionInfo]) -> Assertion | None:
    """Returns what an assertion compared; None if an error tells of none, or of values that are long.

    Args:
        error: The text of the error.
        place: The line of the user in which it arose.
        functions: The functions of the user, whose source may be known.
    """
    told = _TOLD.search(error)
    if told is None:
        return None
    sign, right, found, limit = told.groups()
    name, named_limit = _as_written(place, functions)
    value = (limit or "") if right == "y" else right
    return Assertion(
        found,
        "" if name == found else name,
        f"{_SIGNS.get(sign, sign)} {value}",
        "" if right != "y" or is_number(named_limit) else named_limit,
    )


def _as_written(place: Place | None, functions: list[FunctionInfo]) -> tuple[str, str]:
    """Returns how the user wrote the two values that are compared; "" for what nobody knows."""
    if place is None:
        return "", ""
    own = (function for function in functions if function.file == place.file)
    found = (compared_at(function.text, place.line - function.line + 1) for function in own)
    return next((names for names in found if any(names)), ("", ""))
