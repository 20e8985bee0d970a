"""Where a trace comes from: a recorder that may still write, or what was recorded."""

from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder


class Source:
    """The document of a trace, as of now, and the recorder that writes it.

    Args:
        origin: Where it is recorded, or what was recorded.
    """

    def __init__(self, origin: Recorder | Snapshot) -> None:
        self._recorder = origin if not isinstance(origin, Snapshot) else None
        self._snapshot = origin if isinstance(origin, Snapshot) else None
        self._state: tuple[int, ...] = ()

    @property
    def recorder(self) -> Recorder | None:
        """Where it is recorded; None if it was loaded."""
        return self._recorder

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is recorded."""
        return self._recorder is None or not self._recorder.is_active

    @property
    def snapshot(self) -> Snapshot:
        """All its data, as of now."""
        if self._recorder is not None:
            num_open = len(self._recorder.open_spans)
            state = (self._recorder.num_recorded, num_open, self._recorder.hosts.num_changes, self._recorder.is_active)
            if self._snapshot is None or state != self._state or num_open:
                self._snapshot, self._state = take_snapshot(self._recorder), state
        assert self._snapshot is not None
        return self._snapshot
