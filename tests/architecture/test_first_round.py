"""What a first round must not wait for."""

import ast
import pathlib
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).parents[2] / "tffsim"

_ROUND = """
import sys, numpy as np, tensorflow as tf, tffsim as tff
{make}
assert call([1, 2, 3]) == 6
print(*(name.removeprefix("tffsim.") for name in sys.modules))
"""
_NUMBERS = "tff.FederatedType(np.int32, tff.CLIENTS)"
# A round of numbers alone: no graph.
_SUM = f"call = tff.federated_computation(tff.federated_sum, {_NUMBERS})"
# A round without loops over data.
_SUM_OF_MAP = f"""
same = tff.tf_computation(lambda x: x, np.int32)
call = tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(same, x)), {_NUMBERS})
"""

_GRAPHS = "external_runtime.tensorflow.graph_passes"
_FUNCTIONS = "external_runtime.tensorflow.functions"


def _modules_of(make: str) -> list[str]:
    """Returns which modules of ours a process has loaded after one round."""
    code = _ROUND.format(make=make)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


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
    loaded = _modules_of(_SUM_OF_MAP)
    assert f"{_FUNCTIONS}.function_import" in loaded
    assert not {f"{_GRAPHS}.{name}" for name in ("straight_lines", "reductions_to_loops", "loop_functions")} & {*loaded}


def test_a_round_that_only_adds_numbers_loads_nothing_that_imports_graphs_or_builds_blocks():
    loaded = _modules_of(_SUM)
    assert "external_runtime.tensorflow.values.leaf_intrinsics" in loaded
    assert [name for name in loaded if name.startswith(_GRAPHS)] == []
    assert [name for name in loaded if name.startswith(f"{_FUNCTIONS}.")] == [f"{_FUNCTIONS}.leaf_function"]


def test_a_round_of_few_clients_does_not_load_what_trees_need():
    loaded = _modules_of(_SUM)
    assert "federation.federated_resolving_strategy" in loaded
    assert not {f"federation.{name}" for name in ("federated_composing_strategy", "parallel_fold")} & {*loaded}
