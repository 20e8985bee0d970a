"""What an assertion of TensorFlow found and what it expected, by the names in the user's source."""

import ast
import dataclasses
import re
import textwrap

from tffsim.tracing.document.snapshot import FunctionInfo, Place

# The second line of what `failures.failure_reason` tells of an assertion.
_TOLD = re.compile(r"^x (\S+) (\S+) did not hold: x = (.{1,60}?)(?:, y = (.{1,60}))?$", re.MULTILINE)
_MAX_NAME = 30
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
        "" if right != "y" or _is_number(named_limit) else named_limit,
    )


def _as_written(place: Place | None, functions: list[FunctionInfo]) -> tuple[str, str]:
    """Returns how the user wrote the two values that are compared; "" for what nobody knows, or what is long."""
    if place is None:
        return "", ""
    for function in functions:
        for call in _assertions(function.text) if function.file == place.file else ():
            if function.line + call.lineno - 1 <= place.line <= function.line + (call.end_lineno or 0) - 1:
                named = {keyword.arg: keyword.value for keyword in call.keywords}
                values = [*call.args[:2], *(named[name] for name in ("x", "y")[len(call.args) :] if name in named)]
                texts = [ast.unparse(value) for value in values]
                first, second = (text if len(text) <= _MAX_NAME else "" for text in (*texts, "", "")[:2])
                return first, second
    return "", ""


def _assertions(source: str) -> list[ast.Call]:
    """Returns the calls in a source whose names begin with `assert`."""
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # The last two are of nesting that is too deep.
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).rpartition(".")[2].startswith("assert")]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[\d.e+-]+", text) is not None
