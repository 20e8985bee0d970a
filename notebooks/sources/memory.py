"""How much memory a kernel takes, together with the processes that it starts."""

import contextlib
import threading

import psutil

_SECONDS = 0.5


class Memory:
    """Looks from time to time how much memory a process and its descendants have.

    Attributes:
        peak_megabytes: The most that was seen, what several share counted once; None where the system does not tell.
    """

    def __init__(self) -> None:
        self.peak_megabytes: float | None = None
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, process: int) -> None:
        """Begins to look."""
        self._thread = threading.Thread(target=self._look, args=(psutil.Process(process),), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Looks no more."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self, process: psutil.Process) -> None:
        while not self._is_over.wait(_SECONDS):
            with contextlib.suppress(psutil.Error):
                total = sum(_own_bytes(each) for each in (process, *process.children(recursive=True)))
                if total:
                    self.peak_megabytes = max(self.peak_megabytes or 0.0, total / 1e6)


def _own_bytes(process: psutil.Process) -> int:
    """Returns the memory of a process, with its share of what it shares; 0 if it has ended, or nobody can tell."""
    with contextlib.suppress(psutil.Error):
        return int(getattr(process.memory_full_info(), "pss", 0))
    return 0
