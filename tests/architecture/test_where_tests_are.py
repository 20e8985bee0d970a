"""Tests are where one looks for them: what a file of `tests/unit` is called says what it tests.

`tests/unit/ROOM/test_MODULE.py` tests `tffsim/ROOM/MODULE.py`. A file that has the name of its folder tests what the
modules of the folder do together. A module with much logic has a file of its own; a small one may be tested by the
file of whoever uses it. What several rooms do together is tested in `tests/integration`.
"""

import ast
import functools
import pathlib
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE, TESTS = ROOT / "tffsim", ROOT / "tests" / "unit"

MUCH_LOGIC = 30
"""So many statements in its functions are much for a module. Data, types and `__init__` have few or none."""
MAX_EXCEPTIONS = 15

_PASS = "It is a part of one pass over graphs, which is tested as a whole: graph_passes/test_reductions_to_loops.py"
_BLOCK = (
    "It is a part of folds of many clients in a call: federation/test_block_folds.py, tests/property/test_blocks.py"
)
_PROCESS = "Real processes must be started, killed and cut off: tests/integration/remote/test_faults.py"
_KERNEL = "It is for what kernels do, so real ones run it: tests/integration/notebooks/test_background_cells.py"
TESTED_ELSEWHERE = {
    "concurrency/interrupts.py": "Real processes must be interrupted: tests/integration/test_interrupted_scripts.py",
    "external_runtime/tensorflow/graph_passes/dataset_reductions.py": _PASS,
    "external_runtime/tensorflow/graph_passes/element_counts.py": _PASS,
    "external_runtime/tensorflow/graph_passes/element_reading.py": _PASS,
    "external_runtime/tensorflow/graph_passes/loop_functions.py": _PASS,
    "external_runtime/tensorflow/graph_passes/reduction_context.py": _PASS,
    "federation/client_chunk.py": _BLOCK,
    "federation/client_work.py": _BLOCK,
    "federation/flat_fold.py": _BLOCK,
    "magics/cell_figures.py": _KERNEL,
    "remote/local_workers.py": _PROCESS,
    "remote/service/worker_server.py": _PROCESS,
    "remote/worker_connection.py": _PROCESS,
    "tracing/document/trace_description.py": "It is one part of a file: tracing/document/test_trace_file.py",
}
"""Modules with much logic and without a file of their own, each with the reason and the place of its tests."""

MODULES = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}
TEST_FILES = sorted(path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))


def statements_of(path: pathlib.Path) -> int:
    """Counts the statements in the functions of a file, which have to be right; docstrings are none."""
    functions = (node for node in ast.walk(parsed(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    inside = {id(node): node for function in functions for node in ast.walk(function) if node is not function}
    return sum(is_logic(node) for node in inside.values())


def is_logic(node: ast.AST) -> bool:
    """Whether a statement does something."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    declares = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass)
    return isinstance(node, ast.stmt) and not is_text and not isinstance(node, declares)


def parsed(path: pathlib.Path) -> ast.Module:
    """Returns the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_by(path: pathlib.Path) -> set[str]:
    """Returns the modules that a file imports, also those of which it takes names."""
    nodes = list(ast.walk(parsed(path)))
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module is not None}


def num_tests_in(path: pathlib.Path) -> int:
    """Counts the tests of a file."""
    names = (node.name for node in ast.walk(parsed(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return sum(name.startswith("test_") for name in names)


def own_tests_of(module: pathlib.PurePath) -> pathlib.PurePath:
    """Returns where the tests of a module are."""
    return module.with_name(f"test_{module.name}")


def subjects_of(test_file: pathlib.PurePath) -> Iterator[pathlib.PurePath]:
    """Yields what a file of tests may be about: a module, or its folder."""
    name = test_file.stem.removeprefix("test_")
    yield test_file.with_name(f"{name}.py")
    if test_file.parent.name == name:
        yield test_file.with_name("__init__.py")


@functools.cache
def large_modules() -> list[str]:
    """Returns the modules with much logic; what is generated is tested by what uses it."""
    written = (module for module in MODULES if not module.stem.endswith("_pb2_grpc"))
    return sorted(str(module) for module in written if statements_of(PACKAGE / module) >= MUCH_LOGIC)


def test_a_module_with_much_logic_has_a_file_of_tests():
    missing = [module for module in large_modules() if own_tests_of(pathlib.PurePath(module)) not in TEST_FILES]
    assert [module for module in missing if module not in TESTED_ELSEWHERE] == []


def test_a_file_of_tests_has_a_module_or_its_folder():
    """Call it after one, or put it into `tests/integration`, if it tests what several rooms do together."""
    assert [str(path) for path in TEST_FILES if not MODULES.intersection(subjects_of(path))] == []


def test_no_file_of_tests_is_empty():
    assert [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if not num_tests_in(path)] == []


def test_no_test_of_a_module_looks_at_the_clock():
    """They get one of `tests/unit/fake_time.py`; what real processes do is tested in `tests/integration`."""
    assert [path for path in TESTS.rglob("*.py") if "time" in imported_by(path)] == []


def test_there_are_few_exceptions_and_each_is_one():
    assert len(TESTED_ELSEWHERE) <= MAX_EXCEPTIONS
    own = {module for module in TESTED_ELSEWHERE if own_tests_of(pathlib.PurePath(module)) in TEST_FILES}
    assert not own, f"These have a file of tests: {sorted(own)}."
    assert set(TESTED_ELSEWHERE) <= set(large_modules())


def test_a_reason_names_tests_that_there_are():
    places = {place for reason in TESTED_ELSEWHERE.values() for place in reason.partition(": ")[2].split(", ")}
    assert [place for place in places if not (ROOT / place).is_file() and not list(TESTS.rglob(place))] == []
