"""Completing the lines of the magics with the tab key."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from IPython.core.interactiveshell import InteractiveShell

from tffsim.magics.stack_choice import names_of_stacks
from tffsim.traces.trace import Trace
from tffsim.views import PANELS

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

_IDENTIFIER = "tffsim"


def complete_magics(shell: InteractiveShell, parser: argparse.ArgumentParser) -> None:
    """Lets IPython complete the lines of our magics, for which ours is then the only matcher to answer.

    IPython before 8.6, such as Colab's, knows no matchers of this kind: there is no completion then.

    Args:
        shell: The `InteractiveShell`, whose variables may be stacks and traces.
        parser: Knows the options of `%%tff_execute`, and what some of them may be.
    """
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        return

    @context_matcher(identifier=_IDENTIFIER)  # type: ignore[untyped-decorator]
    def complete(context: "CompletionContext") -> "SimpleMatcherResult":
        magic, space, written = context.line_with_cursor.lstrip().partition(" ")
        if magic not in ("%%tff_execute", "%tff_execute", "%tff_stack", "%tff_trace") or not space:
            return {"completions": []}
        *before, current = written.split(" ")
        possible = _possible(magic, before, shell.user_ns, parser)
        if _names_panels(before):
            current = current.rpartition(",")[2]
        fitting = [SimpleCompletion(text, type="magic") for text in possible if text.startswith(current)]
        return {"completions": fitting, "matched_fragment": current, "suppress": True}

    matchers = shell.Completer.custom_matchers
    # Loading the extension again replaces what was registered.
    matchers[:] = [known for known in matchers if getattr(known, "matcher_identifier", "") != _IDENTIFIER]
    matchers.append(complete)


def _possible(
    magic: str, before: list[str], namespace: dict[str, object], parser: argparse.ArgumentParser
) -> Iterable[str]:
    stacks = names_of_stacks(namespace)
    if magic == "%tff_stack":
        return stacks
    if magic == "%tff_trace":
        return [name for name, value in namespace.items() if isinstance(value, Trace) and not name.startswith("_")]
    if _names_panels(before):
        return (*PANELS, "overview", "none")
    options = {name: action for action in parser._actions for name in action.option_strings}
    last = next((word for word in reversed(before) if word), "")
    if last == "--stack":
        return stacks
    choices = options[last].choices if last in options else None
    return map(str, choices) if choices is not None else (*options, "--help")


def _names_panels(before: list[str]) -> bool:
    return next((word for word in reversed(before) if word), "") == "--view"
