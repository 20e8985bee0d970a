"""The end of a process in which calls are still under way.

Before 3.14, Python ends each thread that comes back to it while Python itself ends. If such a
thread comes from TensorFlow, its C++ code does not allow that, and aborts the process: after an
interrupt a script would sometimes end by SIGABRT, whatever its exit code. A call that was
cancelled comes back in a few milliseconds, so Python waits for it before it begins to end. A
call that is held in a Python function does not come back, and is not waited for any longer.
"""

import threading
import time

from tffsim.concurrency.call_duration import calling_threads

_SECONDS_TO_COME_BACK = 0.5
_SECONDS_BETWEEN_LOOKS = 0.005


def wait_for_calls(seconds: float = _SECONDS_TO_COME_BACK) -> None:
    """Waits until no other thread makes a call.

    Args:
        seconds: For how long at most.
    """
    deadline = time.monotonic() + seconds
    while calling_threads() - {threading.get_ident()} and time.monotonic() < deadline:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
