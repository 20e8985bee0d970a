"""In an executor a request goes one way: from the interface inwards, and then to the executor below."""

import ast
import pathlib
from collections.abc import Iterator

import pytest

import tffsim.executors

REQUESTS = {"create_value", "create_call", "create_struct", "create_selection", "run_block"}
FOLDER = pathlib.Path(tffsim.executors.__file__).parent
EXECUTORS = {
    thing.name: thing
    for path in sorted(FOLDER.glob("*.py"))
    for thing in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(thing, ast.ClassDef)
    and {ast.unparse(base) for base in thing.bases} & {"Executor", "PassThroughExecutor"}
}
THAT_EMBED_BOTH = {
    "CachingExecutor",
    "EagerTFExecutor",
    "FederatingExecutor",
    "ReferenceResolvingExecutor",
}
"""Executors that hold payloads and computations themselves; the others only hand them on."""


@pytest.mark.parametrize("name", EXECUTORS)
def test_no_method_calls_the_interface_of_its_own_executor(name):
    climbs = [
        f"{method.name} calls self.{request}"
        for method in methods_of(name)
        for request in requests_to_self(method)
        if request in REQUESTS
    ]
    assert climbs == []


@pytest.mark.parametrize("name", EXECUTORS)
def test_payloads_and_computations_are_embedded_by_two_functions(name):
    both = {"_embed_payload", "_embed_computation"}
    found = {method.name for method in methods_of(name)} & both
    assert found == both if name in THAT_EMBED_BOTH else "_embed_payload" not in found


def methods_of(name: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [part for part in EXECUTORS[name].body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]


def requests_to_self(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node.attr
