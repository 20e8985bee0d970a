"""What a first round must not wait for."""

import ast
import pathlib
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).parents[2] / "tffsim"

# A round without loops over data.
_SUM = """
import sys, numpy as np, tffsim as tff
total = tff.federated_computation(tff.federated_sum, tff.FederatedType(np.int32, tff.CLIENTS))
assert total([1, 2, 3]) == 6
print([name for name in sys.modules if name.endswith(("straight_lines", "reductions_to_loops", "loop_functions"))])
"""


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


def test_a_round_without_loops_over_data_does_not_load_what_rewrites_them():
    output = subprocess.run([sys.executable, "-c", _SUM], capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "[]"
