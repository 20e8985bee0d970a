"""A real Jupyter kernel, and what a front end sees of the cells that it runs."""

import contextlib
import dataclasses
import os
import pathlib
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipykernel.iostream import OutStream
from jupyter_client.manager import start_new_kernel

_SECONDS = 120
_NOTHING, _MAX_MORE = "import sys, time; sys.stdout.flush(); sys.stderr.flush(); time.sleep(0.05)", 200
SETUP = """
%load_ext tffsim
import asyncio, contextlib, threading, time, warnings
import numpy as np
import tffsim as tff

warnings.simplefilter('always')
# What Python hides of libraries by default; some of the oldest that we allow have much of it.
for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
    warnings.simplefilter('ignore', category)
mean = tff.federated_computation(lambda x: tff.federated_mean(x), tff.FederatedType(np.float32, tff.CLIENTS))
"""
_TELL_STACKS = """
import faulthandler, signal
faulthandler.register(signal.SIGUSR1, file=open({!r}, "w"))
"""

of_a_kernel_that_knows_several_cells = pytest.mark.skipif(
    not isinstance(vars(OutStream).get("parent_header"), property),
    reason="This kernel, as that of Colab, knows one cell only, and shows everything below the last that was started.",
)


@dataclasses.dataclass
class Seen:
    """What a front end sees of a cell.

    Attributes:
        status: That of the reply: `ok`, `error` or `aborted`.
        kinds: The kinds of the outputs, in order, without those of widgets.
        printed: What was printed.
        result: The displayed value, as text.
        displayed: Other displayed values, as text; not the views of traces.
        errors: Names and tracebacks, without colours.
    """

    status: str = ""
    kinds: list[str] = dataclasses.field(default_factory=list)
    printed: str = ""
    result: str | None = None
    displayed: list[str] = dataclasses.field(default_factory=list)
    errors: list[tuple[str, str]] = dataclasses.field(default_factory=list)

    def add(self, message: dict[str, Any]) -> None:
        """Adds a message of the kernel."""
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            self.printed += content["text"]
        elif kind == "execute_result":
            self.result = content["data"]["text/plain"]
        elif (
            kind == "display_data"
            and "text/plain" in content["data"]
            and not any("widget" in f for f in content["data"])
        ):
            self.displayed.append(content["data"]["text/plain"])
        elif kind == "error":
            text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(content["traceback"]))
            self.errors.append((content["ename"], text))
        elif not kind.endswith("display_data"):
            return
        # What is printed comes in as many messages as the kernel has time for.
        if self.kinds[-1:] != ["stream"] or kind != "stream":
            self.kinds.append(kind)


class Kernel:
    """Runs cells as a front end does."""

    def __init__(self, manager: Any, client: Any, stacks: pathlib.Path) -> None:
        self._manager = manager
        self._client = client
        self._stacks = stacks
        self._held_by = ""

    def run(self, code: str, *, answer: str | None = None, interrupt_at: str | None = None) -> Seen:
        """Runs a cell.

        After an error, an ipykernel before 7 drops what comes in the next moment, too: that is sent again.

        Args:
            code: The cell.
            answer: What is typed when it asks.
            interrupt_at: The cell is interrupted, once, when it has printed this.
        """
        while (seen := self._sent(code, answer, interrupt_at)).status == "aborted":
            pass
        return seen

    def _sent(self, code: str, answer: str | None, interrupt_at: str | None) -> Seen:
        seen = Seen()
        interrupts = iter([self._manager.interrupt_kernel])

        def look(message: dict[str, Any]) -> None:
            seen.add(message)
            if message["msg_type"] == "stream" and interrupt_at is not None and interrupt_at in seen.printed:
                next(interrupts, lambda: None)()

        assert not self._held_by, f"The kernel is held by an earlier cell:\n{self._held_by}"
        try:
            reply = self._client.execute_interactive(
                code,
                timeout=_SECONDS,
                output_hook=look,
                allow_stdin=answer is not None,
                stdin_hook=lambda _: self._client.input(answer),
            )
        except TimeoutError:
            self._held_by = f"{code}\n\n{self._where()}"
            raise AssertionError(f"The cell has not ended:\n{self._held_by}") from None
        seen.status = reply["content"]["status"]
        return seen

    def _where(self) -> str:
        """Returns what each thread of the kernel does."""
        self._manager.signal_kernel(signal.SIGUSR1)
        time.sleep(1)
        return self._stacks.read_text()

    def run_all(self, *cells: str, until: Callable[[list[Seen]], bool] = lambda _: True) -> list[Seen]:
        """Runs cells one after the other; returns what is seen below each, also of what comes while others run.

        Args:
            *cells: The cells.
            until: Cells that do nothing are run until what is seen below the others is so.
        """
        seen: dict[str, Seen] = {}
        for number_of_cell, cell in enumerate([*cells, *[_NOTHING] * _MAX_MORE]):
            if number_of_cell >= len(cells) and until(list(seen.values())):
                break
            number = self._client.execute(cell)
            seen[number] = Seen()
            has_ended = False
            while not has_ended:
                message = self._client.get_iopub_msg(timeout=_SECONDS)
                below = seen.get(message["parent_header"].get("msg_id"))
                if below is not None:
                    below.add(message)
                has_ended = below is seen[number] and message["content"].get("execution_state") == "idle"
            seen[number].status = self._client.get_shell_msg(timeout=_SECONDS)["content"]["status"]
        return list(seen.values())[: len(cells)]

    def run_queued(self, first: str, *others: str) -> list[str]:
        """Runs a cell that asks for something, which it gets when others are queued; returns the status of each."""
        self.run("pass")  # From here on, nothing is dropped.
        numbers = [self._client.execute(cell, allow_stdin=True) for cell in (first, *others)]
        assert self._client.get_stdin_msg(timeout=_SECONDS)["msg_type"] == "input_request"
        self._client.input("go on")
        status = {}
        while len(status) < len(numbers):
            reply = self._client.get_shell_msg(timeout=_SECONDS)
            status[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        return [status[number] for number in numbers]


@contextlib.contextmanager
def running_kernel(setup: str = SETUP) -> Iterator[Kernel]:
    """Starts a kernel, runs what it begins with, by default loading tffsim, and ends it."""
    # Where pytest is known to run, a kernel does not read what is written to its process.
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=_SECONDS, env=env)
    with tempfile.TemporaryDirectory() as folder:
        stacks = pathlib.Path(folder, "stacks.txt")
        try:
            kernel = Kernel(manager, client, stacks)
            assert kernel.run(f"{setup}\n{_TELL_STACKS.format(str(stacks))}").status == "ok"
            yield kernel
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
