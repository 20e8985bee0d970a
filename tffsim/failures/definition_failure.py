"""What is known of an error that came out of a function while it became a computation."""

import ast
import linecache
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping

from tffsim.failures.source_places import describe, is_library, place_of_definition, position_of, walk

_MAX_EXPRESSION = 60
_COMPOUND = re.compile(rb"(for|if|while|with|async|match) ")
_HEAD_OR_RETURN = re.compile(r"^(def [^:]*: *)?return +")


class Failure:
    """An error, and what the user's code was doing.

    Args:
        error: What came out.
        function: The user's function; None if it was not known yet.
        name: Its name.
        is_typed: Whether the user gave types for its parameters.

    Attributes:
        trace: The user's innermost line; None if it happened outside of his function.
        called: The frames of libraries that this line called, outermost first. All
            frames if there is no such line.
        around: The frames between the user's first line and his innermost one.
    """

    def __init__(self, error: Exception, function: Callable[..., object] | None, name: str, is_typed: bool) -> None:
        self.error = error
        self.function = function
        self.name = name
        self.is_typed = is_typed
        entries = list(walk(error.__traceback__))
        users = [number for number, entry in enumerate(entries) if _is_users(entry)]
        self.trace = entries[users[-1]] if users else None
        self.called = [entry.tb_frame for entry in entries[users[-1] + 1 if users else 0 :]]
        self.around = [entry.tb_frame for entry in entries[users[0] : users[-1]]] if users else []
        self._converted = _place_before_autograph(error)

    @property
    def source(self) -> str | None:
        """The user's line; that of the `def` if none of the function was reached."""
        place = self._converted
        if place is None and self.trace is not None:
            place = (self.trace.tb_frame.f_code.co_filename, self.trace.tb_lineno)
        if place is None and self.function is not None:
            place = place_of_definition(self.function)
        return describe(*place) if place is not None else None

    @property
    def line(self) -> str:
        """The text of the user's line; empty if it is not known."""
        if self._converted is not None:
            return linecache.getline(*self._converted).partition("  #")[0].strip()
        if self.trace is not None:
            return linecache.getline(self.trace.tb_frame.f_code.co_filename, self.trace.tb_lineno).strip()
        return ""

    @property
    def part(self) -> str:
        """The part of the line that failed, such as `x + 1`; the line if the part is not known."""
        is_exact = self.trace is not None and self._converted is None
        return (_source_of(self.trace) if is_exact and self.trace is not None else "") or self.line

    @property
    def expression(self) -> str:
        """The part of the line that failed, for a message."""
        text = _HEAD_OR_RETURN.sub("", self.part).removesuffix(" pass").removesuffix(":")
        return text if len(text) <= _MAX_EXPRESSION else text[:_MAX_EXPRESSION] + " ..."

    @property
    def subject(self) -> str:
        """The same in back quotes, or words for it where nobody knows the text of the program."""
        return f"`{self.expression}`" if self.expression else "This line"

    @property
    def called_attribute(self) -> str:
        """The name of the method that the line called, such as `fit`; empty if it called none."""
        calls = (node.func for node in ast.walk(parsed(self.part)) if isinstance(node, ast.Call))
        return next((function.attr for function in calls if isinstance(function, ast.Attribute)), "")

    def names(self) -> dict[str, object]:
        """Returns what the names stand for that the failing part of the line works on."""
        return self._names_in(self.part)

    def name_of(self, is_it: Callable[[object], bool], otherwise: str) -> str:
        """Returns the name in the line, in its failing part if there, of a value that is of some kind."""
        named = [*self.names().items(), *self._names_in(self.line).items()]
        return next((name for name, value in named if is_it(value)), otherwise)

    def value_of(self, is_it: Callable[[object], bool]) -> object:
        """Returns the first value that is of some kind among those that the line names; None if there is none."""
        named = [*self.names().values(), *self._names_in(self.line).values()]
        return next(filter(is_it, named), None)

    def _names_in(self, source: str) -> dict[str, object]:
        if self.trace is None or self._converted is not None:
            return {}
        frame = self.trace.tb_frame
        return dict(_values_of(_operands(parsed(source), is_outermost=True), frame.f_locals, frame.f_globals))

    def is_called(self, library: str) -> bool:
        """Whether the line called this library itself."""
        return bool(self.called) and module_of(self.called[0]).split(".")[0] == library


def module_of(frame: types.FrameType) -> str:
    """Returns the name of the module that a frame belongs to."""
    return str(frame.f_globals.get("__name__", ""))


def _is_users(entry: types.TracebackType) -> bool:
    return not is_library(entry.tb_frame.f_code.co_filename)


def _place_before_autograph(error: Exception) -> tuple[str, int] | None:
    """Returns the innermost line of the user in code that AutoGraph converted: it wraps the error in one of its own."""
    frames = getattr(getattr(error, "ag_error_metadata", None), "translated_stack", ())
    return next(((f.filename, f.lineno) for f in frames if not is_library(f.filename)), None)


def _source_of(trace: types.TracebackType) -> str:
    code = trace.tb_frame.f_code
    position = position_of(code, trace.tb_lasti)
    if position is None:
        return ""
    first, last, start, end = position
    # Columns count bytes.
    lines = [linecache.getline(code.co_filename, line).encode() for line in range(first, last + 1)]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    if _COMPOUND.match(lines[0]):
        # The head of a statement such as `for x in y:`, without its body.
        head = lines[0].decode(errors="replace").partition("#")[0].strip()
        return head[: head.rindex(":") + 1] + " pass" if ":" in head else ""
    return b" ".join(line.strip() for line in lines).decode(errors="replace")


def parsed(source: str) -> ast.AST:
    """Returns the tree of a piece of source; an empty one if it is no complete one."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def _operands(node: ast.AST, is_outermost: bool) -> Iterator[ast.AST]:
    """Yields the names in an expression; not those in calls within it, whose results it works on."""
    if isinstance(node, ast.Call) and not is_outermost:
        return
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield node
    is_wrapper = isinstance(node, (ast.Module, ast.Expr, ast.Return, ast.Assign))
    for part in ast.iter_child_nodes(node):
        # What an operator is called on is part of the question: `f(x, (y, z))`.
        yield from _operands(part, is_outermost and is_wrapper)


def _values_of(
    nodes: Iterable[ast.AST], local: Mapping[str, object], shared: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    for node in nodes:
        if isinstance(node, ast.Name) and (node.id in local or node.id in shared):
            yield node.id, local[node.id] if node.id in local else shared[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = local.get(node.value.id, shared.get(node.value.id))
            attributes = getattr(owner, "__dict__", {})
            if node.attr in attributes:
                yield f"{node.value.id}.{node.attr}", attributes[node.attr]
