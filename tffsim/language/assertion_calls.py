"""The assertions in a user's source, and how he wrote what they compare."""

import ast
import re
import textwrap

_MAX_NAME = 30


def compared_at(source: str, line: int) -> tuple[str, str]:
    """Returns how the user wrote the two values that an assertion compares; "" for what nobody knows, or what is long.

    Args:
        source: Source code, which may be that of one function.
        line: A line of the call of the assertion, counted from 1 in `source`.
    """
    for call in _assertions(source):
        if call.lineno <= line <= (call.end_lineno or 0):
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            values = [*call.args[:2], *(named[name] for name in ("x", "y")[len(call.args) :] if name in named)]
            texts = [ast.unparse(value) for value in values]
            first, second = (text if len(text) <= _MAX_NAME else "" for text in (*texts, "", "")[:2])
            return first, second
    return "", ""


def is_number(text: str) -> bool:
    """Whether a value was written as a number."""
    return re.fullmatch(r"-?[\d.e+-]+", text) is not None


def _assertions(source: str) -> list[ast.Call]:
    """Returns the calls in a source whose names begin with `assert`."""
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # The last two are of nesting that is too deep.
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).rpartition(".")[2].startswith("assert")]
