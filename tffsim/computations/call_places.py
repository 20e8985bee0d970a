"""Where in a federated computation each operator and computation is called, and what its result is called.

The language gives the result of every call a name in the AST, such as `fc_total_symbol_1`. It
is the one thing that every copy, pass, message and pickle keeps. So the name says more here:
`mean_1_3f2a9c01` is the call with number 1 of the function with the key `3f2a9c01`, and its
result is assigned to the variable `mean`. The key leads to the function's `Source`; see
`provenance`.

`FederatedComputationContext` of the language, which chooses the names, is made where nothing
can be passed in. `install` therefore replaces its method `bind_computation_to_reference`; outside
of functions that become computations of tffsim it does what it did.
"""

import ast
import contextlib
import contextvars
import functools
import inspect
import itertools
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator

from federated_language import framework
from federated_language.federated_context.federated_computation_context import FederatedComputationContext
from federated_language.framework import ComputationBuildingBlock, Reference

from tffsim.failures.source_places import is_library, position_of
from tffsim.language import provenance
from tffsim.language.provenance import CallPlace

_bind_of_language: Callable[[FederatedComputationContext, ComputationBuildingBlock], Reference] = (
    FederatedComputationContext.bind_computation_to_reference
)
_NO_NAME = re.compile(r"\W")


class _Definition:
    """A function that becomes a computation: its key, and the number of its next call."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.key = provenance.record_source(provenance.source_of(function))
        self._code = getattr(inspect.unwrap(function), "__code__", None)
        self._numbers = itertools.count()

    def name(self, called: ComputationBuildingBlock) -> str:
        """Returns the name of the result of a call that is being made now."""
        place = _place_of_call(self._code)
        stem = place.variable if place is not None and place.variable else _what(called)
        name = f"{_NO_NAME.sub('_', stem)}_{next(self._numbers)}_{self.key}"
        if place is not None:
            provenance.record_call(name, place)
        return name


_definition: contextvars.ContextVar[_Definition | None] = contextvars.ContextVar("tffsim_definition", default=None)


def install() -> None:
    """Lets names in the AST say where they come from."""
    FederatedComputationContext.bind_computation_to_reference = _bind  # type: ignore[method-assign]  # No other hook.


@contextlib.contextmanager
def naming_calls_of(function: Callable[..., object] | None) -> Iterator[None]:
    """In the block, a function becomes a computation, and its calls get names."""
    token = _definition.set(_Definition(function) if function is not None else None)
    try:
        yield
    finally:
        _definition.reset(token)


def _bind(self: FederatedComputationContext, comp: ComputationBuildingBlock) -> Reference:
    definition = _definition.get()
    if definition is None:
        return _bind_of_language(self, comp)
    name = definition.name(comp)
    self.symbol_bindings.append((name, comp))
    return Reference(name, comp.type_signature)


def _what(called: ComputationBuildingBlock) -> str:
    if isinstance(called, framework.Call):
        called = called.function
    return str(called.uri) if isinstance(called, framework.Intrinsic) else "call"


def _place_of_call(definition: types.CodeType | None) -> CallPlace | None:
    """Returns where a call is made: in code of the user, or in the function itself, whose ever it is."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and is_library(frame.f_code.co_filename) and frame.f_code is not definition:
        frame = frame.f_back
    if frame is None:
        return None
    filename, function = frame.f_code.co_filename, provenance.source_of_code(frame.f_code, frame.f_code.co_name)
    position = position_of(frame.f_code, frame.f_lasti)
    if position is None:
        return CallPlace(function, frame.f_lineno, "")
    line, last, column, end = position
    assigned = _assigned(tuple(linecache.getlines(filename, frame.f_globals)))
    return CallPlace(function, line, assigned.get((line, column, last, end), ""))


@functools.lru_cache(maxsize=64)
def _assigned(lines: tuple[str, ...]) -> dict[tuple[int, int, int | None, int | None], str]:
    """Returns the variable to which the value at each place of a source is assigned."""
    try:
        module = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name):
            found[value.lineno, value.col_offset, value.end_lineno, value.end_col_offset] = target.id
    return found
