"""The outputs of a notebook in which a trace is shown while it is written, and then what is kept of it."""

from collections.abc import Sequence

from IPython.display import DisplayHandle

from tffsim.views.notebook.mime_bundle import Output


class LiveOutputs:
    """Outputs that are displayed one after the other, and can be displayed anew when the cell has cleared them.

    Args:
        live: What they show at first.
    """

    def __init__(self, *live: Output) -> None:
        self._live = live
        self._handles: list[DisplayHandle] = []

    def display(self) -> None:
        """Displays them. From now on these are updated, and not those that were displayed before."""
        self._handles = [DisplayHandle() for _ in self._live]
        for handle, (data, metadata) in zip(self._handles, self._live, strict=True):
            handle.display(data, metadata=metadata, raw=True)

    def update(self, finished: Sequence[Output]) -> None:
        """Shows something else in them, the last first: a page hides the picture above it, so nothing moves."""
        for handle, (data, metadata) in zip(reversed(self._handles), reversed(finished), strict=True):
            handle.update(data, metadata=metadata, raw=True)
