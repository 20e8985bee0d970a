"""Spans while they are open: one per operation of an executor, timed step by step.

A span is open from the call of an operation to its end, but it does not run all that
time: it waits for other tasks and threads, and executors below it run. Its *self time* is
the time during which its own code ran. It is measured exactly: a coroutine is driven
step by step, and each thread knows the span that runs on it. The self times of a thread
therefore add up to the time the thread was busy.
"""

import asyncio
import contextvars
import threading
import types
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, Protocol, TypeAlias

from tffsim.executors.executor_base import ExecutorValue
from tffsim.tracing.document.operations import CANCELLED, ERROR
from tffsim.tracing.recording.ast_nodes import AstNodes
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.payload_origins import PayloadOrigins


class ThreadClock:
    """Which span runs on a thread, and for how long the thread has been busy.

    Args:
        index: The number of the thread in the trace.
        name: The thread's name.

    Attributes:
        index: The number of the thread in the trace.
        name: The thread's name.
        busy: For how many nanoseconds spans ran on it.
        running: The span that runs on it now.
        running_since: When this span began to run, or went on.
        busy_since: When the outermost of the spans that run began to.
    """

    __slots__ = ("busy", "busy_since", "index", "name", "running", "running_since")

    def __init__(self, index: int, name: str) -> None:
        self.index = index
        self.name = name
        self.busy = 0
        self.running: Span | None = None
        self.running_since = 0
        self.busy_since = 0


class Span:
    """An operation under way.

    Attributes:
        id: Its number; spans are numbered in the order in which they start.
        parent: The span inside which it started; None for an invocation.
        invocation: The number of the invocation it belongs to.
        layer: The number of the executor.
        operation: An index into `operations.OPERATIONS`.
        client: The index of the client it works for, or -1.
        node: The number of the AST node it works for, or -1.
        root: The number of the root of the AST of its invocation, or -1.
        thread: The number of the thread on which it started.
        index: The element that a selection selects, -1 for other operations.
        start: When it started.
        end: When its latest step ended; 0 before.
        self_time: How long its own code ran, on its own thread.
        queue_time: How long its work waited for a worker thread.
        worker_time: How long its work ran in a worker thread.
        worker: The number of that thread, or -1.
        recorder: Where it is recorded.
        result: What its work has returned, until that is taken.

    All times are nanoseconds of the clock of the recorder.
    """

    __slots__ = (
        "client",
        "end",
        "id",
        "index",
        "invocation",
        "layer",
        "node",
        "operation",
        "parent",
        "queue_time",
        "recorder",
        "result",
        "root",
        "self_time",
        "start",
        "thread",
        "worker",
        "worker_time",
    )

    def __init__(
        self, recorder: "SpanRecorder", number: int, parent: "Span | None", operation: int, layer: int, client: int
    ) -> None:
        self.recorder = recorder
        self.id = number
        self.parent = parent
        self.operation = operation
        self.layer = layer
        self.client = client
        self.invocation: int = parent.invocation if parent is not None else number
        self.root: int = parent.root if parent is not None else -1
        self.node = -1
        self.self_time = 0
        self.queue_time = 0
        self.worker_time = 0
        self.worker = -1
        self.index = -1
        self.thread = -1
        self.end = 0
        self.result: object = None
        now = recorder.now
        self.start = now()


class ThreadClocks(threading.local):
    """The clock of the current thread; None until the thread is known to the recorder."""

    clock: ThreadClock | None = None


class SpanGate(Protocol):
    """What every operation passes before it starts: a hook of the user's own."""

    async def pass_through(self, span: Span) -> None:
        """Returns when the operation may start; what it raises, the operation raises."""


class SpanRecorder(Protocol):
    """Where spans are recorded: what they, and the executors that open them, ask of a recorder."""

    nodes: AstNodes
    origins: PayloadOrigins
    clocks: ThreadClocks

    @property
    def gate(self) -> SpanGate | None: ...

    @property
    def now(self) -> Callable[[], int]: ...

    def clock(self) -> ThreadClock: ...

    def open(self, parent: Span, operation: int, layer: Layer) -> Span | None: ...

    def close_created(
        self,
        span: Span,
        inputs: tuple[int, ...],
        members: Sequence[object],
        executor: Any,
        target: ExecutorValue,
        payload: object = None,
    ) -> Any: ...

    def close_computed(self, span: Span, inputs: tuple[int, ...], source: Any, payload: object) -> None: ...

    def close_failed(self, span: Span, inputs: tuple[int, ...], error: BaseException, outcome: int) -> None: ...


current_span: contextvars.ContextVar[Span | None] = contextvars.ContextVar("tffsim_current_span", default=None)
"""The span inside which code runs now, in this task or thread."""


class Unfinished:
    """The work of a span, which waits for something.

    Args:
        span: The span.
        work: The rest of its work.
        inputs: The numbers of the values it uses.
        waiting_for: What the work waits for.
        innermost: The span inside which it waits: the span itself, or one of an operation below.
    """

    __slots__ = ("_innermost", "_inputs", "_span", "_waiting_for", "_work")

    def __init__(
        self,
        span: Span,
        work: "_Work",
        inputs: tuple[int, ...],
        waiting_for: object,
        innermost: Span | None,
    ) -> None:
        self._span = span
        self._innermost = innermost
        self._work = work
        self._inputs = inputs
        self._waiting_for = waiting_for

    @types.coroutine
    def rest(self) -> Generator[object, object, object]:
        """Runs the rest and returns its result; passes on what it waits for, and records a failure."""
        while True:
            failure = None
            try:
                yield self._waiting_for
            except GeneratorExit as error:
                self._work.close()
                self._span.end = self._span.recorder.now()
                _record_failure(self._span, self._inputs, error)
                raise
            except BaseException as error:
                failure = error
            result = _proceed(self._span, self._work, self._inputs, self._innermost, failure)
            if type(result) is not Unfinished:
                return result
            self._waiting_for, self._innermost = result._waiting_for, result._innermost


_Work: TypeAlias = Generator[object, object, None]
_ENDED = object()


@types.coroutine
def _keeping_result(span: Span, coroutine: Coroutine[object, object, object]) -> _Work:
    """Runs the work of a span, and leaves the result there.

    A coroutine ends by raising, which takes a tenth of all the time that recording a span takes. A generator that
    returns nothing can end without.
    """
    span.result = yield from coroutine  # type: ignore[func-returns-value]


def proceed(span: Span, coroutine: Coroutine[object, object, object], inputs: tuple[int, ...]) -> Any:
    """Runs the work of a span up to its first real wait, which few have, and records how it ended if it fails.

    An operation of an executor passes the gate before it starts.

    Args:
        span: The span.
        coroutine: Its work.
        inputs: The numbers of the values it uses.

    Returns:
        What the coroutine returns, or what there is still to do. The caller closes the span.
    """
    if span.recorder.gate is not None and span.parent is not None:
        coroutine = _after(span.recorder.gate.pass_through(span), coroutine)
    return _proceed(span, _keeping_result(span, coroutine), inputs)


def _proceed(
    span: Span,
    work: _Work,
    inputs: tuple[int, ...],
    inside: Span | None = None,
    failure: BaseException | None = None,
) -> Any:
    """Runs the work of a span up to its next wait. All is done in this function: most spans are very short.

    Args:
        span: The span.
        work: Its work.
        inputs: The numbers of the values it uses.
        inside: The span inside which it has waited; None before it starts.
        failure: What that for which it has waited raised; None for nothing.
    """
    recorder = span.recorder
    clock, now = recorder.clocks.clock or recorder.clock(), recorder.now
    if inside is None:
        # What its own code does begins as it starts: the clock, which takes long to read, is read once.
        inside, moment = span, span.start
        span.thread = clock.index
    else:
        moment = now()
    outer, interrupted = current_span.set(inside), clock.running
    if interrupted is not None:
        interrupted.self_time += moment - clock.running_since
    else:
        clock.busy_since = moment
    clock.running, clock.running_since = span, moment
    try:
        try:
            waiting_for = next(work, _ENDED) if failure is None else _throw(work, failure)
            innermost = current_span.get()
        finally:
            span.end = moment = now()
            span.self_time += moment - clock.running_since
            clock.running, clock.running_since = interrupted, moment
            if interrupted is None:
                clock.busy += moment - clock.busy_since
            current_span.reset(outer)
    except BaseException as error:
        _record_failure(span, inputs, error)
        raise
    if waiting_for is _ENDED:
        result, span.result = span.result, None
        return result
    return Unfinished(span, work, inputs, waiting_for, innermost)


def _throw(work: _Work, failure: BaseException) -> object:
    try:
        return work.throw(failure)
    except StopIteration:
        return _ENDED


async def run(span: Span, coroutine: Coroutine[object, object, object], inputs: tuple[int, ...]) -> object:
    """Runs all the work of a span; see `proceed`."""
    result = proceed(span, coroutine, inputs)
    return await result.rest() if type(result) is Unfinished else result


async def _after(first: Coroutine[object, object, None], work: Coroutine[object, object, object]) -> object:
    try:
        await first
    except BaseException:
        work.close()
        raise
    return await work


def _record_failure(span: Span, inputs: tuple[int, ...], error: BaseException) -> None:
    cancelled = isinstance(error, (asyncio.CancelledError, KeyboardInterrupt))
    span.recorder.close_failed(span, inputs, error, CANCELLED if cancelled else ERROR)
