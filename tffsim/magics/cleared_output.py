"""Noticing that a cell clears its output, as loops do that draw a plot again and again."""

import contextlib
from collections.abc import Callable, Iterator

from IPython.core.interactiveshell import InteractiveShell


@contextlib.contextmanager
def when_cleared(shell: InteractiveShell, action: Callable[[], object]) -> Iterator[None]:
    """A block in which a function is called each time the output is cleared in which the block began.

    What the function displays comes before all that the cell displays next. If that is what the clearing waits for,
    it waits no more.

    Args:
        shell: The shell of a kernel.
        action: The function.
    """
    place = _place_of_output(shell)

    def act_if_here() -> None:
        if _place_of_output(shell) == place:
            action()

    clearing = shell.display_pub.clear_output
    if not isinstance(clearing, _ClearingThatTells):
        clearing = _ClearingThatTells(clearing)
        shell.display_pub.clear_output = clearing  # type: ignore[method-assign]
    clearing.listeners.append(act_if_here)
    try:
        yield
    finally:
        clearing.listeners.remove(act_if_here)


class _ClearingThatTells:
    """Clears the output, and then tells so.

    A hook of the publisher would be asked before, and anything that it displayed would be cleared too.
    """

    def __init__(self, clear_output: Callable[..., object]) -> None:
        self._clear_output = clear_output
        self.listeners: list[Callable[[], object]] = []

    def __call__(self, wait: bool = False) -> None:
        self._clear_output(wait=wait)
        for listener in [*self.listeners]:
            listener()


def _place_of_output(shell: InteractiveShell) -> tuple[str, set[str]]:
    """Returns the cell in which outputs appear now, and the `Output` widgets that take them from it."""
    # A view has imported it; to load the magics, it would take long.
    from ipywidgets import Output, Widget
    from ipywidgets.widgets import widget as registry

    cell = shell.get_parent()["header"]["msg_id"]  # type: ignore[attr-defined]
    # Where an ipywidgets before 8 has them.
    widgets = registry._instances if hasattr(registry, "_instances") else Widget.widgets
    return cell, {name for name, widget in widgets.items() if isinstance(widget, Output) and widget.msg_id == cell}
