"""Small faults in a module, as edits of its text: what a tired programmer might have written.

The syntax tree says where an edit is possible and what it may be; the text around it stays,
so that the difference is one readable line. Annotations, decorators, docstrings, texts of
messages and `strict=` are left alone: faults there change nothing that a test should find.
"""

import ast
import copy
import dataclasses
import difflib
import pathlib
from collections.abc import Iterator

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_DECLARATIONS = {"__all__", "__slots__"}


@dataclasses.dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault.

    Attributes:
        path: The module.
        line: Where the fault is, counted from 1.
        start: The first byte that is replaced.
        end: The byte after the last one.
        replacement: What stands there instead.
    """

    path: pathlib.Path
    line: int
    start: int
    end: int
    replacement: str

    def source(self) -> bytes:
        """Returns the text of the module with the fault."""
        original = self.path.read_bytes()
        return original[: self.start] + self.replacement.encode() + original[self.end :]

    def difference(self) -> str:
        """Returns the changed lines, each after a `-` or a `+`."""
        texts = [text.decode().splitlines() for text in (self.path.read_bytes(), self.source())]
        changed = [line for line in difflib.ndiff(*texts) if line.startswith(("-", "+"))]
        return "\n".join(changed)


def mutants_of(path: pathlib.Path) -> list[Mutant]:
    """Returns all mutants of a module, in the order of its text."""
    text = path.read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = [
        Mutant(
            path, node.lineno, starts[node.lineno - 1] + node.col_offset,
            starts[node.end_lineno - 1] + node.end_col_offset, replacement,
        )
        for node, replacement in _edits(ast.parse(text))
    ]  # fmt: skip
    return sorted(set(found), key=lambda mutant: (mutant.start, mutant.end, mutant.replacement))


def _edits(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for child in _executed(node):
        yield from ((child, replacement) for replacement in _replacements(child))
        yield from _edits(child)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yields the children that do something when the module is used."""
    if isinstance(node, (ast.Raise, ast.JoinedStr)):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_declaration(child):
                yield child


def _is_declaration(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test).endswith("TYPE_CHECKING")
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.keyword):
        return node.arg == "strict"  # It says that what is zipped is of one length, which is so.
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.annotation) == "TypeAlias"
    if isinstance(node, ast.Assign):
        is_variable = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "TypeVar"
        return is_variable or any(ast.unparse(target) in _DECLARATIONS for target in node.targets)
    return False


def _replacements(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Expr() | ast.Raise() | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "pass"
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "return None"
        case ast.Break():
            yield "continue"
        case ast.AugAssign() | ast.BinOp() if type(node.op) in _SWAPPED:
            yield _edited(node, op=_SWAPPED[type(node.op)]())
        case ast.BoolOp():
            yield _edited(node, op=_SWAPPED[type(node.op)]())
        case ast.Compare(ops=[operator]) if type(operator) in _SWAPPED:
            yield _edited(node, ops=[_SWAPPED[type(operator)]()])
        case ast.UnaryOp(op=ast.Not()):
            yield f"({ast.unparse(node.operand)})"
        case ast.IfExp():
            yield f"({_edited(node, body=node.orelse, orelse=node.body)})"
        case ast.Constant(value=bool() as value):
            yield str(not value)
        case ast.Constant(value=int() as value):
            yield str(value + 1)
        case ast.Tuple(ctx=ast.Load(), elts=[_, _, *_] as elements):
            yield from (f"({ast.unparse(_edited_tree(node, elts=rest))})" for rest in _without_one(elements))
        case ast.Call(keywords=[_, *_] as keywords):
            for keyword in keywords:
                if not _is_declaration(keyword):
                    yield _edited(node, keywords=[other for other in keywords if other is not keyword])
        case _:
            return


def _without_one(parts: list[ast.AST]) -> Iterator[list[ast.AST]]:
    return (parts[:position] + parts[position + 1 :] for position in range(len(parts)))


def _edited(node: ast.AST, **fields: object) -> str:
    return ast.unparse(_edited_tree(node, **fields))


def _edited_tree(node: ast.AST, **fields: object) -> ast.AST:
    edited = copy.copy(node)
    for name, value in fields.items():
        setattr(edited, name, value)
    return edited
