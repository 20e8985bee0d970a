"""The house rules that a test can check: who imports whom, names, sizes.

All imports count: at the top of a module, in functions, for types alone, and by name.
"""

import ast
import functools
import pathlib
import subprocess
import sys

import networkx as nx
import pytest

from tffsim import aliases

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = ROOT / "tffsim"

BASIS = {"language", "concurrency", "failures"}
MAY_IMPORT = {
    "language": set(),
    "concurrency": set(),
    "failures": set(),
    "external_runtime": BASIS,
    "federation": BASIS,
    "computations": {"language", "failures", "external_runtime"},
    "executors": {*BASIS, "external_runtime", "federation"},
    "tracing.document": {"language"},
    "tracing.recording": {"language", "concurrency", "failures", "executors", "tracing.document"},
    "tracing.analysis": {"language", "tracing.document"},
    "tracing.exports": {"language", "tracing.document", "tracing.analysis"},
    "tracing.recorder": {"tracing.recording"},
    "remote": {*BASIS, "external_runtime", "federation", "executors", "tracing.document", "tracing.recording"},
    "executor_stacks": {*BASIS, "external_runtime", "federation", "executors", "remote", "tracing.recording"},
    "views": {"tracing.document", "tracing.analysis", "tracing.recording"},
    "traces": {"tracing.document", "tracing.recording", "tracing.analysis", "tracing.exports", "views"},
    "execution_contexts": {
        *BASIS,
        "external_runtime",
        "federation",
        "computations",
        "executor_stacks",
        "tracing.recording",
        "traces",
    },
    "simulation": {"language", "computations", "tracing.document"},
    "magics": {"executor_stacks", "remote", "execution_contexts", "tracing.recording", "views", "traces"},
    "cli": {"external_runtime", "executor_stacks", "remote", "simulation", "tracing.document", "traces", "tffsim"},
    "aliases": {"failures", "external_runtime", "computations", "executors", "federation", "executor_stacks",
                "execution_contexts", "simulation"},
    "tensorflow": {"computations", "external_runtime"},
    "tff_layers": {"aliases", "execution_contexts"},
    "tffsim": {
        "aliases", "tensorflow", "tff_layers", "failures", "external_runtime", "computations", "federation",
        "executors", "executor_stacks", "execution_contexts", "remote", "tracing", "tracing.recording", "traces",
        "simulation", "magics",
    },
    "__main__": {"cli"},
}  # fmt: skip
"""For each room of tffsim the rooms that it may import; `tffsim` is the public face."""

EXECUTOR_INTERFACE = "tffsim.executors.executor_base"
WRITTEN_AS_USERS_DO = {"tffsim.simulation.fed_avg"}
"""Imports the public face, as its readers will."""

MAX_LINES = 400
SHAPELESS_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}

PATHS = sorted(PACKAGE.rglob("*.py"))
WRITTEN = [path for path in PATHS if not path.stem.endswith(("_pb2", "_pb2_grpc"))]
"""Those that people write; the others are generated."""
SOURCES = [path for folder in (PACKAGE, ROOT / "tests") for path in sorted(folder.rglob("*"))]


def module_of(path: pathlib.Path) -> str:
    """Returns the dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in PATHS}
FOLDERS = {module_of(path) for path in PATHS if path.name == "__init__.py"}


@functools.cache
def tree_of(module: str) -> ast.Module:
    """Returns the code of a module. Each process of the tests collects this file, and one reads the code."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported_modules(module: str) -> set[str]:
    """Returns the modules of tffsim that a module imports, anywhere in it and in any way."""
    found = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            attributes = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in attributes}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= modules_named(module, node.value)
    if module == "tffsim.aliases":
        found |= {target.partition(":")[0] for target in aliases.ALIASES.values()}
    if module in WRITTEN_AS_USERS_DO:
        found.discard("tffsim")
    return {name for name in found & MODULES.keys() if name != module}


def modules_named(module: str, text: str) -> set[str]:
    """Returns the module that a text names; the public face leaves out the `tffsim.` before it."""
    if module == "tffsim" and f"tffsim.{text}" in MODULES:
        return {f"tffsim.{text}"}
    return {text} if "." in text else set()


@functools.cache
def imports() -> nx.DiGraph:
    """Returns who imports whom."""
    return nx.DiGraph([(module, name) for module in MODULES for name in imported_modules(module)])


def room_of(module: str) -> str:
    """Returns the room that a module is in."""
    inside = module.removeprefix("tffsim.")
    rooms = [room for room in MAY_IMPORT if inside == room or inside.startswith(f"{room}.")]
    return max(rooms, key=len) if rooms else inside


def folder_of(module: str) -> str:
    """Returns the folder that a module is in; what lies beside the public face stands for itself."""
    folder = module if module in FOLDERS else module.rpartition(".")[0]
    return module if folder == "tffsim" else folder


def circles_of(graph: nx.DiGraph) -> list[list[str]]:
    """Returns the nodes of a graph that can reach each other."""
    return [sorted(circle) for circle in nx.strongly_connected_components(graph) if len(circle) > 1]


def name_of(path: pathlib.Path) -> str:
    """Returns a short name for a file, such as `tffsim/executors/executor_base.py`."""
    return str(path.relative_to(ROOT))


def run_python(code: str) -> str:
    """Runs code in a fresh interpreter and returns what it prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("module", MODULES)
def test_nothing_imports_upwards(module):
    own = room_of(module)
    if module in FOLDERS and own not in MAY_IMPORT:  # The text of a folder of rooms.
        assert imported_modules(module) == set()
        return
    assert own in MAY_IMPORT, f"Say in MAY_IMPORT what `{own}` may import."
    wrong = {name for name in imported_modules(module) if room_of(name) not in {own, *MAY_IMPORT[own]}}
    assert not wrong, f"{module} may import {sorted(MAY_IMPORT[own])}, but imports {sorted(wrong)}."


def test_every_room_that_may_be_imported_is_there():
    there = {room_of(module) for module in MODULES}
    assert {*MAY_IMPORT, *set().union(*MAY_IMPORT.values())} <= there


def test_no_modules_import_each_other():
    assert circles_of(imports()) == []


def test_no_folders_import_each_other():
    folders = nx.DiGraph([(folder_of(module), folder_of(name)) for module, name in imports().edges])
    assert circles_of(folders) == []


def test_the_list_of_who_may_import_whom_has_no_circle():
    assert circles_of(nx.DiGraph([(room, other) for room in MAY_IMPORT for other in MAY_IMPORT[room]])) == []


def test_only_the_public_face_imports_by_name():
    named = {
        module
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, (ast.Name, ast.Attribute))
        and (node.id if isinstance(node, ast.Name) else node.attr) in ("import_module", "__import__")
    }
    assert named == {"tffsim"}


def test_tracing_knows_executors_only_by_their_interface():
    imported = {name for module, name in imports().edges if room_of(module) == "tracing.recording"}
    assert {name for name in imported if room_of(name) == "executors"} <= {EXECUTOR_INTERFACE}


def test_no_file_or_folder_has_a_name_that_says_nothing():
    assert [name_of(path) for path in SOURCES if path.stem.lower() in SHAPELESS_NAMES] == []


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_a_module_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", [path for path in PATHS if path.name == "__init__.py"], ids=name_of)
def test_a_package_says_what_lives_in_it(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_every_folder_of_modules_is_a_package():
    folders = {path.parent for path in PATHS}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("module", ["tffsim", "tffsim.cli.main", "tffsim.executor_stacks.remote"])
def test_importing_does_not_load_grpc(module):
    assert run_python(f"import sys, {module}; print('grpc' in sys.modules)").split() == ["False"]


@pytest.mark.parametrize(
    "module",
    ["tffsim", "tffsim.executor_stacks.local", "tffsim.execution_contexts.sync_execution_context", "tffsim.cli.main"],
)
def test_importing_does_not_load_tensorflow(module):
    loaded = run_python(f"import sys, {module}; print('tensorflow' in sys.modules, 'keras' in sys.modules)")
    assert loaded.split() == ["False", "False"]
