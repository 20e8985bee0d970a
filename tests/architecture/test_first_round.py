"""What a first round must not wait for."""

import ast
import pathlib

PACKAGE = pathlib.Path(__file__).parents[2] / "tffsim"


def test_functions_of_our_own_are_not_read_again_by_autograph():
    """To look for loops in a line of ours takes autograph longer than a short first round takes."""
    read = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "tf.function"
        if not any(keyword.arg == "autograph" for keyword in call.keywords)
    ]
    assert read == []
