"""Completing the lines of the magics with the tab key."""

from collections.abc import Callable, Iterable
from typing import Any

from federated_language.framework import AsyncContext, ExecutorFactory, SyncContext
from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from tffsim.tracing.trace import Trace
from tffsim.views import PANELS

IDENTIFIER = "tffsim"

_FLAGS = ("--clients", "--max-fanout", "--trace", "--save", "--no-trace", "--background", "--help")
_VALUES = ("none", "preview", "all")
_STACKS = ("local", "debug")

Matcher = Callable[[CompletionContext], SimpleMatcherResult]


def matcher(shell: Any) -> Matcher:
    """Returns what IPython asks for completions; for the lines of our magics it is the only one to answer.

    Args:
        shell: The `InteractiveShell`, whose variables may be stacks and traces.
    """

    @context_matcher(identifier=IDENTIFIER)  # type: ignore[untyped-decorator]
    def complete(context: CompletionContext) -> SimpleMatcherResult:
        magic, space, written = context.line_with_cursor.lstrip().partition(" ")
        if magic not in ("%%tff_execute", "%tff_execute", "%tff_stack", "%tff_trace") or not space:
            return {"completions": []}
        *before, current = written.split(" ")
        possible = _possible(magic, before, shell.user_ns)
        if _names_panels(before):
            current = current.rpartition(",")[2]
        fitting = [SimpleCompletion(text, type="magic") for text in possible if text.startswith(current)]
        return {"completions": fitting, "matched_fragment": current, "suppress": True}

    complete_: Matcher = complete
    return complete_


def _possible(magic: str, before: list[str], namespace: dict[str, Any]) -> Iterable[str]:
    stacks = (*_STACKS, *_names(namespace, (ExecutorFactory, SyncContext, AsyncContext)))
    if magic == "%tff_stack":
        return stacks
    if magic == "%tff_trace":
        return _names(namespace, (Trace,))
    if _names_panels(before):
        return (*PANELS, "none")
    values = {"--stack": stacks, "--values": _VALUES}
    last = next((word for word in reversed(before) if word), "")
    return values.get(last, ("--stack", "--view", "--values", *_FLAGS))


def _names_panels(before: list[str]) -> bool:
    return next((word for word in reversed(before) if word), "") == "--view"


def _names(namespace: dict[str, Any], kinds: tuple[type, ...]) -> list[str]:
    return [name for name, value in namespace.items() if isinstance(value, kinds) and not name.startswith("_")]
