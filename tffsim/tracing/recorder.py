"""The recorder of traces, where programs that look for it find it; see `recording.recorder`."""

from tffsim.tracing.recording.recorder import Recorder

__all__ = ["Recorder"]
