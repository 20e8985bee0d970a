"""What a user calls a lambda: the variable to which it, or what is made of it, is assigned.

`divide = tff.tf_computation(lambda total, count: total / count, ...)` is `divide` to its author.
"""

import ast
import functools
import linecache
import types
from collections.abc import Callable, Iterator

LAMBDA = "<lambda>"

_Range = tuple[int | None, int | None, int | None, int | None]


def name_of_function(function: Callable[..., object], otherwise: str = "") -> str:
    """Returns the name of a function; of a lambda, the variable to which it is assigned, where one is."""
    name = str(getattr(function, "__name__", otherwise))
    code = getattr(function, "__code__", None)
    return name_of_code(code, name) if isinstance(code, types.CodeType) else name


def name_of_code(code: types.CodeType, name: str) -> str:
    """Returns the name of a function by its code and the name that Python knows."""
    if name != LAMBDA or code.co_name != LAMBDA:
        return name
    names = _assigned_lambdas(tuple(linecache.getlines(code.co_filename)))
    # What a lambda returns is its whole body.
    bodies = ((first, column, last, end) for first, last, column, end in code.co_positions())
    return next((names[body] for body in bodies if body in names), name)


@functools.lru_cache(maxsize=16)
def _assigned_lambdas(lines: tuple[str, ...]) -> dict[_Range, str]:
    """Returns the variables to which lambdas are assigned, or calls with one as their first argument, by its body."""
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {
        (body.lineno, body.col_offset, body.end_lineno, body.end_col_offset): name for name, body in _assignments(tree)
    }


def _assignments(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            continue
        value = node.value
        if isinstance(value, ast.Call) and value.args:
            value = value.args[0]
        if isinstance(value, ast.Lambda):
            yield node.targets[0].id, value.body
