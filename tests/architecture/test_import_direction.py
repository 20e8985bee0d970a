"""The house rules of DESIGN §3 that a test can check: who imports whom, names, sizes."""

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = ROOT / "tffsim"

FACE = "tffsim"
"""The public face, `tffsim/__init__.py` and the names it lends; users import it."""

MAY_IMPORT = {
    "language": set(),
    "failures": set(),
    "concurrency": set(),
    "external_runtime": {"language", "concurrency", "failures", "computations"},
    "federation": {"language", "concurrency", "failures"},
    "computations": {"language", "failures", "external_runtime"},
    "compiler": {"language"},
    "executors": {"language", "concurrency", "failures", "external_runtime", "federation"},
    "remote": {"language", "concurrency", "failures", "executors", "tracing"},
    "tracing": {"language", "executors", "traces"},
    "executor_stacks": {"concurrency", "executors", "federation", "tracing", "traces"},
    "execution_contexts": {
        "language",
        "concurrency",
        "failures",
        "computations",
        "compiler",
        "external_runtime",
        "federation",
        "executor_stacks",
        "traces",
    },
    "simulation": {FACE, "aliases", "tracing"},
    "views": {"tracing", "traces"},
    "traces": {"tracing", "views"},
    "magics": {FACE, "views", "tracing", "traces", "execution_contexts", "executor_stacks"},
    "cli": {FACE, "external_runtime", "tracing", "traces", "executor_stacks", "simulation"},
    FACE: {
        "aliases",
        "failures",
        "external_runtime",
        "computations",
        "execution_contexts",
        "executor_stacks",
        "tensorflow",
        "tff_layers",
        "tracing",
        "traces",
        "magics",
    },
    "tensorflow": {"computations", "external_runtime"},
    "aliases": set(),
    "tff_layers": {FACE, "aliases", "execution_contexts"},
    "__main__": {"cli"},
}
"""For each part of tffsim, the other parts that it may import."""

EXECUTOR_INTERFACE = "tffsim.executors.executor_base"
MAX_LINES = 400
SHAPELESS_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}

MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = [path for folder in (PACKAGE, ROOT / "tests") for path in sorted(folder.rglob("*"))]


def part_of(module: str) -> str:
    """Returns the chapter that a dotted module name belongs to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else FACE


def imported_modules(path: pathlib.Path) -> set[str]:
    """Returns the tffsim modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {_module_or_attribute(node.module, alias.name) for alias in node.names}
    return {name for name in found if name.split(".")[0] == "tffsim"}


def _module_or_attribute(module: str, name: str) -> str:
    """`from tffsim import executors` imports a module, `from tffsim import use` a name of the face."""
    path = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if path.is_dir() or path.with_suffix(".py").is_file() else module


def name_of(path: pathlib.Path) -> str:
    """Returns a short name for a file, such as `executors/executor_base.py`."""
    return str(path.relative_to(ROOT))


def run_python(code: str) -> str:
    """Runs code in a fresh interpreter and returns what it prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_imports_upwards(path):
    own = part_of(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    assert own in MAY_IMPORT, f"Say in MAY_IMPORT what `{own}` may import."
    wrong = {name for name in imported_modules(path) if part_of(name) not in {own, *MAY_IMPORT[own]}}
    assert not wrong, f"{name_of(path)} may import {sorted(MAY_IMPORT[own])}, but imports {sorted(wrong)}."


def test_tracing_knows_executors_only_by_their_interface():
    imported = set().union(*map(imported_modules, (PACKAGE / "tracing").rglob("*.py")))
    assert {name for name in imported if part_of(name) == "executors"} <= {EXECUTOR_INTERFACE}


def test_no_file_or_folder_has_a_name_that_says_nothing():
    assert [name_of(path) for path in SOURCES if path.stem.lower() in SHAPELESS_NAMES] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name_of)
def test_a_package_says_what_lives_in_it(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_every_folder_of_modules_is_a_package():
    folders = {path.parent for path in MODULES}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize(
    "module",
    ["tffsim", "tffsim.executor_stacks.local", "tffsim.execution_contexts.sync_execution_context", "tffsim.cli.main"],
)
def test_importing_does_not_load_tensorflow(module):
    loaded = run_python(f"import sys, {module}; print('tensorflow' in sys.modules, 'keras' in sys.modules)")
    assert loaded.split() == ["False", "False"]
