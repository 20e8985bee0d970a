"""Where a trace is written while a stack runs: append-only, in columns, bounded.

Spans are appended as rows when they end. Every few thousand rows are packed into columns
of numbers, about 120 bytes each. What is more than a number, such as the sketch of an array,
is kept beside them under the number of its value. A full recorder records no further
spans and counts them.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence

import federated_language as fl
import numpy as np
from federated_language import framework

from tffsim.executors.executor_base import (
    ExecutorValue,
    current_client,
    current_node,
    current_notices,
    offload_observer,
)
from tffsim.failures.checked_numbers import checked_int
from tffsim.language.type_sizes import FUNCTION
from tffsim.tracing.document.operations import CREATE_STRUCT, ERROR, INVOKE, OK
from tffsim.tracing.document.snapshot import Place
from tffsim.tracing.recording.ast_nodes import AstNodes
from tffsim.tracing.recording.failures import place_of, told
from tffsim.tracing.recording.host_log import HostLog
from tffsim.tracing.recording.invocations import Invocation, Invocations
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.offloads import Offloads
from tffsim.tracing.recording.payload_origins import PayloadOrigins
from tffsim.tracing.recording.payload_sizes import size_of
from tffsim.tracing.recording.row_keeper import RowKeeper
from tffsim.tracing.recording.sketching.payloads import Kind, array_of, kind_of, number_of
from tffsim.tracing.recording.sketching.sketch_pad import SketchPad
from tffsim.tracing.recording.spans import Span, SpanGate, ThreadClock, ThreadClocks, current_span, run
from tffsim.tracing.recording.subscription import Batch, Subscription
from tffsim.tracing.recording.tracing_executor import TracedValue, TracingExecutor
from tffsim.tracing.recording.type_numbers import TypeNumbers

_log = logging.getLogger("tffsim")
_OPAQUE = (Kind.HANDLE, Kind.OTHER)
VALUE_MODES = ("none", "preview", "all")


class Recorder(RowKeeper):
    """Records spans, values and invocations. Thread-safe.

    Args:
        values: What is kept of values: `none`, `preview`, or `all` for whole arrays too.
        max_spans: How many spans are recorded at most.
        max_value_bytes: How many bytes of whole arrays are kept at most.
        gate: What every operation passes before it starts.
        now: Tells the time, in nanoseconds. Work in threads of TensorFlow is timed by `time.perf_counter_ns` all
            the same.

    Raises:
        TypeError: If `max_spans` is no int.
        ValueError: If an option is out of range.
    """

    def __init__(
        self,
        values: str = "preview",
        *,
        max_spans: int = 2_000_000,
        max_value_bytes: int = 256 * 1024 * 1024,
        gate: SpanGate | None = None,
        now: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        if values not in VALUE_MODES:
            raise ValueError(f"`values` must be one of {', '.join(VALUE_MODES)}, found {values!r}.")
        max_spans = checked_int("max_spans", max_spans, 1)
        super().__init__(max_spans)
        self.gate = gate
        self.is_active = True
        self.is_interrupted = False
        self.values = values
        self.started_at = time.time()
        self.now = now
        self.started = now()
        self.num_values_dropped = 0
        self.layers: dict[Layer, int] = {}
        self.types = TypeNumbers()
        self.nodes = AstNodes()
        self.invocations = Invocations()
        self.errors: dict[int, str] = {}  # An invocation that ended well may have a warning here.
        self.places: dict[int, Place] = {}
        self._remarks: dict[int, list[str]] = {}
        self.origins = PayloadOrigins()
        self.sketches = SketchPad()
        self.arrays: dict[int, np.ndarray] = {}
        self.threads: list[ThreadClock] = []
        self.hosts = HostLog(now)
        self._bytes_left = max_value_bytes
        self.clocks = ThreadClocks()
        self.offloads = Offloads(self._lock)
        self._subscriptions: list[Subscription] = []
        self._when_finished: list[Callable[[], object]] = []
        self._before_first: list[Callable[[], object]] = []

    # Opening and closing spans.

    def before_first(self, function: Callable[[], object]) -> None:
        """Calls a function once, before the next invocation starts, in the thread that calls the computation."""
        self._before_first.append(function)

    def expect_invocation(self) -> None:
        """Says that a computation is being called here."""
        while self._before_first:
            self._before_first.pop()()

    @contextlib.contextmanager
    def _invocation(
        self,
        name: str,
        computation: framework.ConcreteComputation,
        cardinalities: Mapping[framework.PlacementLiteral, int],
    ) -> Iterator[Span]:
        number = next(self._numbers)
        with self._lock:
            root = self.nodes.add(computation)
            self.invocations.append(Invocation(number, name, root, {p.name: n for p, n in cardinalities.items()}))
        span = Span(self, number, None, INVOKE, -1, -1)
        span.node = span.root = root
        self.open_spans[number] = span
        observer = offload_observer.set(self.offloads)
        try:
            yield span
        finally:
            offload_observer.reset(observer)

    async def record_invocation(
        self,
        name: str,
        computation: framework.ConcreteComputation,
        cardinalities: Mapping[framework.PlacementLiteral, int],
        work: Coroutine[object, object, object],
        remark: str = "",
    ) -> object:
        """Runs an invocation as the root of a tree of spans.

        Args:
            name: The name of the computation.
            computation: What is called.
            cardinalities: How many participants each placement has.
            work: The coroutine that runs it.
            remark: What readers of the result should know; empty if there is nothing.

        Returns:
            What the coroutine returns.
        """
        with self._invocation(name, computation, cardinalities) as span:
            result = await run(span, work, ())
            found = [*map(str, current_notices.get() or ()), *self._remarks.pop(span.id, ())]
            for text in ([remark] if remark else found)[:1]:
                self.errors[span.id] = f"Warning: {text}"
            self.append(span, OK, (), self.types.number(computation.type_signature.result))
            return result

    def remark(self, text: str) -> None:
        """Notes what readers should know of the invocation that is under way here."""
        span = current_span.get()
        if span is not None:
            self._remarks.setdefault(span.invocation, []).append(text)

    def note_drop_outs(self, count: int, text: str) -> None:
        """Notes that clients have dropped out of the invocation that is under way here; readers hear of that first."""
        call = self.invocations.under_way(current_span.get())
        if call is not None:
            self._remarks.setdefault(call.span, []).insert(0, text)
            call.num_dropped = count
            call.cardinalities[fl.CLIENTS.name] -= count

    def begin_again(self) -> None:
        """Notes that what was done so far for the invocation that is under way here does not count."""
        call = self.invocations.under_way(current_span.get())
        if call is not None:
            call.counted_from = self.now()
            self.hosts.begin_again(call.span)

    def open(self, parent: Span, operation: int, layer: Layer) -> Span | None:
        """Opens a span inside another one; None if the trace is full."""
        number = next(self._numbers)
        if number >= self._max_spans:
            self.num_dropped += 1
            return None
        layer_number = self.layers.get(layer)
        if layer_number is None:
            layer_number = self.number_of_layer(layer)
        # What the server does is done when a client needs it, but not at that client.
        client = current_client.get() if layer.info.placement != "server" else -1
        span = Span(self, number, parent, operation, layer_number, client)
        node = current_node.get()
        # Work outside all nodes, such as embedding the argument, is that of the whole computation.
        span.node = self.nodes.numbers.get(id(node), parent.node) if node is not None else span.root
        self.open_spans[number] = span
        return span

    def close_created(
        self, span: Span, inputs: tuple[int, ...], members: Sequence[object], executor: TracingExecutor,
        target: ExecutorValue, payload: object = None,
    ) -> TracedValue:  # fmt: skip
        """Records the end of an operation that made a handle.

        Args:
            span: The operation.
            inputs: The numbers of the values that it used.
            members: Of a struct: the handles of these.
            executor: Whose operation it is.
            target: The handle that the executor below made.
            payload: What was embedded; None for other operations.

        Returns:
            The handle that stands for `target`.
        """
        handle = TracedValue(target, executor, span)
        type_spec, reference, alias = target.type_signature, target.reference, -1
        type_number = self.types.numbers.get(id(type_spec), -1)
        if type_number < 0:
            type_number = self.types.number(type_spec)
        if type(reference) is TracedValue:
            handle.scalar, handle.size = reference.scalar, reference.size
            alias = reference.number if reference.recorder is self else -1
        elif span.operation == CREATE_STRUCT:
            size = self.types.sizes[type_number]
            # What a member holds may not be known yet; its type is.
            handle.size = size if size >= 0 else sum([h.size for h in members if type(h) is TracedValue])
        else:
            self._examine(handle, type_number, payload if payload is not None else reference)
        self.append(span, OK, inputs, type_number, handle.size, handle.scalar, alias)
        return handle

    def close_computed(self, span: Span, inputs: tuple[int, ...], source: TracedValue, payload: object) -> None:
        """Records the end of an operation that took a value out of its executor."""
        if type(source.target.reference) is not TracedValue:
            self.origins.add(payload, span.id)
        type_number = self.types.number(source.target.type_signature)
        alias = source.number if source.recorder is self else -1
        if not source.size:
            source = TracedValue(source.target, source.executor, span)
            self._examine(source, type_number, payload)
        self.append(span, OK, inputs, type_number, source.size, source.scalar, alias)

    def close_failed(self, span: Span, inputs: tuple[int, ...], error: BaseException, outcome: int) -> None:
        """Records the end of an operation that failed or was cancelled."""
        if outcome == ERROR:
            self.errors[span.id] = told(error)[:2000]
            place = place_of(error)
            if place is not None:
                self.places[span.id] = place
        self.offloads.end(span, time.perf_counter_ns())
        self.append(span, outcome, inputs)

    def clock(self) -> ThreadClock:
        """Returns the clock of the current thread."""
        return self.clocks.clock or self._add_thread()

    # Reading, also while spans are recorded.

    def subscribe(self, receive: Callable[[Batch], object], interval: float = 0.1) -> Subscription:
        """Sends what is recorded from now on, and what was before, to a function; see `Subscription`."""
        subscription = Subscription(self, receive, interval)
        with self._lock:
            self._subscriptions.append(subscription)
        return subscription

    def when_finished(self, function: Callable[[], object]) -> None:
        """Calls a function once all is recorded and subscribers have it, in the thread that ends the recording.

        If it raises, the error is logged.
        """
        with self._lock:
            if self.is_active:
                self._when_finished.append(function)
                return
        function()

    def finish(self) -> None:
        """Tells subscribers that nothing more is to come, and keeps what was recorded only."""
        with self._lock:
            self.is_active = False
            subscriptions, self._subscriptions = self._subscriptions, []
            functions, self._when_finished = self._when_finished, []
        self.hosts.close()
        self.origins.clear()
        self.sketches.finish()
        for subscription in subscriptions:
            subscription.close()
        for function in functions:
            try:
                function()
            except Exception:
                _log.exception("The trace is complete, but what was to be done with it failed.")

    def _examine(self, handle: TracedValue, type_number: int, value: object) -> None:
        """Finds out how large a value is, and what it is in short. Fails nothing that works without a trace."""
        size = self.types.sizes[type_number]
        if size == FUNCTION:
            return
        try:
            scalar = number_of(value) if self.types.is_scalar[type_number] else None
            if scalar is not None:
                handle.scalar, handle.size = scalar, size
                return
            if kind_of(value) in _OPAQUE:
                return
            type_spec = self.types.types[type_number]
            handle.size = size if size >= 0 else size_of(value, type_spec)
        except Exception:
            type_spec = None
        if type(value) is tuple and value and kind_of(value[0]) is Kind.HANDLE:
            # Its members are recorded where they were made.
            return
        if self.values != "none":
            self.sketches.add(handle.number, value, type_number, type_spec, size)
        if self.values == "all":
            self._keep(handle.number, value)

    def _keep(self, number: int, value: object) -> None:
        array = array_of(value, math.inf)
        if array is None or array.dtype.kind == "O":
            return
        with self._lock:
            if array.nbytes > self._bytes_left:
                self.num_values_dropped += 1
                return
            try:
                self.arrays[number] = array.copy()
            except MemoryError:
                self.num_values_dropped += 1
            else:
                self._bytes_left -= array.nbytes

    def number_of_layer(self, layer: Layer) -> int:
        """Returns the number of an executor."""
        with self._lock:
            if layer.above is not None and layer.above not in self.layers:
                self.number_of_layer(layer.above)
            return self.layers.setdefault(layer, len(self.layers))

    def number_of_thread(self, name: str, busy: int) -> int:
        """Returns the number of a thread of another process, which was busy for a while more."""
        with self._lock:
            clock = next((clock for clock in self.threads if clock.name == name), None)
            if clock is None:
                clock = ThreadClock(len(self.threads), name)
                self.threads.append(clock)
            clock.busy += busy
            return clock.index

    def _add_thread(self) -> ThreadClock:
        with self._lock:
            clock = ThreadClock(len(self.threads), threading.current_thread().name)
            self.threads.append(clock)
        self.clocks.clock = clock
        return clock
