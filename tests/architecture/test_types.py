"""How much the annotations leave open: how often they say `Any`, and whether what is ignored has a reason.

How many expressions are `Any`, whoever is to blame, is counted by `make types`: see `any_expressions`.
"""

import ast
import contextlib
import importlib
import pathlib
from collections.abc import Iterator

import pytest

from tests.architecture import any_expressions

ROOT = pathlib.Path(__file__).parents[2]
STUBS = ROOT / "requirements" / "stubs"

MAX_ANY = 119
"""An alias that stands for `Any` counts wherever it is used."""


def module_of(path: pathlib.Path) -> str:
    """Returns the dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sorted((ROOT / "tffsim").rglob("*.py"))}


def names_in(tree: ast.AST) -> Iterator[str]:
    """Yields the names that code uses, also those in annotations that are strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        for annotation in annotations_of(node):
            yield from names_in_texts(annotation)


def names_in_texts(annotation: ast.expr) -> Iterator[str]:
    """Yields the names in the strings of an annotation."""
    for part in ast.walk(annotation):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            with contextlib.suppress(SyntaxError):  # A `Literal` may be any text.
                yield from names_in(ast.parse(part.value, mode="eval"))


def annotations_of(node: ast.AST) -> list[ast.expr]:
    """Returns the annotations that a node holds itself; what an alias stands for is one."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.returns] if node.returns is not None else []
    if isinstance(node, ast.AnnAssign):
        is_alias = "TypeAlias" in ast.dump(node.annotation) and node.value is not None
        return [node.annotation, node.value] if is_alias else [node.annotation]
    return [node.annotation] if isinstance(node, ast.arg) and node.annotation is not None else []


def aliases_of(tree: ast.Module) -> dict[str, ast.expr]:
    """Returns what may be an alias of a module, and what it stands for."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and node.value is not None and "TypeAlias" in ast.dump(node.annotation):
            found[node.target.id] = node.value
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript | ast.BinOp | ast.Name):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def imported_from(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Returns where the names come from that a module imports from others of tffsim."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in MODULES
        for alias in node.names
    }


def count_of_any(trees: dict[str, ast.Module]) -> dict[str, int]:
    """Returns how often each module says `Any`, or the name of an alias that does."""
    aliases, imports = ({m: read(tree) for m, tree in trees.items()} for read in (aliases_of, imported_from))

    def weight(module: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> int:
        if name == "Any" or (module, name) in seen:
            return int(name == "Any")
        seen |= {(module, name)}
        if name in aliases[module]:
            value = aliases[module][name]
            return sum(weight(module, inner, seen) for inner in [*names_in(value), *names_in_texts(value)])
        origin, original = imports[module].get(name, ("", ""))
        return weight(origin, original, seen) if origin in trees else 0

    return {module: sum(weight(module, name) for name in names_in(tree)) for module, tree in trees.items()}


def test_any_is_rare():
    counts = count_of_any({module: ast.parse(path.read_text(encoding="utf-8")) for module, path in MODULES.items()})
    worst = sorted(((count, module) for module, count in counts.items() if count), reverse=True)[:8]
    assert sum(counts.values()) <= MAX_ANY, worst


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("def f(x: Any, *y: dict[str, Any]) -> Any: ...", 3),
        ("x: 'Any' = 1", 1),
        ("Json = dict[str, Any]\ndef f(x: Json) -> Json: ...", 3),
        ("Tree: TypeAlias = 'list[Tree] | Any'\ndef f(x: Tree) -> 'Tree': ...", 4),
        ("def f(x: any_pb2.Any) -> object: ...", 0),
    ],
)
def test_an_alias_counts_wherever_it_is_used(code, count):
    assert count_of_any({"m": ast.parse(code)}) == {"m": count}


def test_the_share_of_any_counts_what_is_outside_of_the_external_runtime(tmp_path):
    report = tmp_path / "any-exprs.txt"
    report.write_text(
        "  Name   Anys   Exprs   Coverage\n"
        "---------\n"
        "  tffsim.executors.a   4   100   96.00%\n"
        "  tffsim.external_runtime.b  50   100   50.00%\n"
        "  tffsim.views.c   0   100   100.00%\n"
        "---------\n"
        "  Total   54   300   82.00%\n"
    )
    assert any_expressions.share_in(report) == pytest.approx(0.02)


def test_the_stub_of_the_language_has_its_names():
    language = importlib.import_module("federated_language")
    tree = ast.parse((STUBS / "federated_language" / "__init__.pyi").read_text(encoding="utf-8"))
    named = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    modules = {"common_libs", "compiler", "computation", "context_stack", "executor", "federated_context", "proto"}
    public = {name for name in vars(language) if not name.startswith("_")} - modules - {"types", "version"}
    assert set(ast.literal_eval(named)) - {"__version__"} == public


@pytest.mark.parametrize("name", ["array_pb2", "computation_pb2", "data_type_pb2"])
def test_the_stubs_of_the_protos_have_their_messages_and_fields(name):
    module = importlib.import_module(f"federated_language.proto.{name}")
    tree = ast.parse((STUBS / "federated_language" / "proto" / f"{name}.pyi").read_text(encoding="utf-8"))
    assert fields_in_stub(tree) == dict(fields_of_messages(module.DESCRIPTOR.message_types_by_name.values()))


def fields_of_messages(messages) -> Iterator[tuple[str, set[str]]]:
    for message in messages:
        yield message.full_name.removeprefix(f"{message.file.package}."), {f.name for f in message.fields} - {"lambda"}
        yield from fields_of_messages(message.nested_types)


def fields_in_stub(tree: ast.AST, prefix: str = "") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef) and [base.id for base in node.bases] == ["Message"]:
            fields = {n.target.id for n in node.body if isinstance(n, ast.AnnAssign)}
            fields |= {n.name for n in node.body if isinstance(n, ast.FunctionDef) and n.name.islower()}
            found[f"{prefix}{node.name}"] = fields - {"__init__"}
            found |= fields_in_stub(node, f"{prefix}{node.name}.")
    return found
