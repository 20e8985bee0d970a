"""The executor that records what goes in and out of another one.

It wraps any executor of `federated_language` and changes nothing: the same requests reach
the target, the same handles stand for the same values. Stacks put one between every two
executors when a trace is active. In code that no trace watches it only passes on.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import federated_language as fl
from federated_language.common_libs import structure

from tffsim.executors.executor_base import Executor, ExecutorValue, takes_whole_of
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, CREATE_SELECTION, CREATE_STRUCT, CREATE_VALUE
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.spans import Span, SpanRecorder, Unfinished, current_span, proceed


class TracedValue(ExecutorValue):
    """A handle of a traced executor, with the number it has in the trace.

    Args:
        target: The handle that it stands for.
        executor: The executor that made it.
        span: The span that produced it, whose number is the number of the value.
    """

    __slots__ = ("executor", "number", "recorder", "scalar", "size", "target")

    def __init__(self, target: ExecutorValue, executor: "TracingExecutor", span: Span) -> None:
        self.target = target
        self.executor = executor
        self.recorder = span.recorder
        self.number = span.id
        self.size = 0
        self.scalar: float | None = None

    @property
    def type_signature(self) -> fl.Type:
        return self.target.type_signature

    @property
    def reference(self) -> ExecutorValue:
        return self.target

    async def compute(self) -> object:
        parent = current_span.get()
        span = parent.recorder.open(parent, COMPUTE, self.executor.layer) if parent is not None else None
        if span is None:
            return await self.target.compute()
        inputs = (self.number if self.recorder is span.recorder else -1,)
        payload = proceed(span, self.target.compute(), inputs)
        if type(payload) is Unfinished:
            payload = await payload.rest()
        span.recorder.close_computed(span, inputs, self, payload)
        return payload


class TracingExecutor(Executor):
    """Records every operation of its target.

    Args:
        target: Any executor.
        layer: What the trace says about it; by default its class.
    """

    def __init__(self, target: Executor, layer: Layer | None = None) -> None:
        self._target = target
        self.layer = layer if layer is not None else Layer.of(target)

    @property
    def target(self) -> Executor:
        """The executor below."""
        return self._target

    def close(self) -> None:
        self._target.close()

    @property
    def takes_whole(self) -> Callable[[object], bool]:
        """Tells which structs the target takes in one piece."""
        return takes_whole_of(self._target)

    async def create_value(self, value: object, type_spec: object = None) -> ExecutorValue:
        """Embeds a value in the target."""
        if type(value) is TracedValue:
            value = value.target
        parent = current_span.get()
        span = parent.recorder.open(parent, CREATE_VALUE, self.layer) if parent is not None else None
        if span is None:
            return await self._target.create_value(value, type_spec)
        inputs = span.recorder.origins.of(value)
        made = proceed(span, self._target.create_value(value, type_spec), inputs)
        if type(made) is Unfinished:
            made = await made.rest()
        handle: TracedValue = span.recorder.close_created(span, inputs, (), self, made, value)
        return handle

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> ExecutorValue:
        """Calls a function in the target."""
        parent = current_span.get()
        span = parent.recorder.open(parent, CREATE_CALL, self.layer) if parent is not None else None
        work = self._target.create_call(
            comp.target if type(comp) is TracedValue else comp, arg.target if type(arg) is TracedValue else arg
        )
        if span is None:
            return await work
        recorder = span.recorder
        number = _number(recorder, comp)
        inputs = (number,) if arg is None else (number, _number(recorder, arg))
        made = proceed(span, work, inputs)
        if type(made) is Unfinished:
            made = await made.rest()
        handle: TracedValue = recorder.close_created(span, inputs, (), self, made)
        return handle

    async def create_struct(self, elements: object) -> ExecutorValue:
        """Makes a struct in the target."""
        parent = current_span.get()
        span = parent.recorder.open(parent, CREATE_STRUCT, self.layer) if parent is not None else None
        handles, unwrapped = _unwrapped_elements(elements)
        work = self._target.create_struct(unwrapped)
        if span is None:
            return await work
        recorder = span.recorder
        inputs = tuple([h.number if type(h) is TracedValue and h.recorder is recorder else -1 for h in handles])
        made = proceed(span, work, inputs)
        if type(made) is Unfinished:
            made = await made.rest()
        handle: TracedValue = recorder.close_created(span, inputs, handles, self, made)
        return handle

    async def create_selection(self, source: ExecutorValue, index: int) -> ExecutorValue:
        """Selects from a struct in the target."""
        parent = current_span.get()
        span = parent.recorder.open(parent, CREATE_SELECTION, self.layer) if parent is not None else None
        work = self._target.create_selection(source.target if type(source) is TracedValue else source, index)
        if span is None:
            return await work
        span.index = index
        recorder = span.recorder
        inputs = (_number(recorder, source),)
        made = proceed(span, work, inputs)
        if type(made) is Unfinished:
            made = await made.rest()
        handle: TracedValue = recorder.close_created(span, inputs, (), self, made)
        return handle


def _unwrapped(value: object) -> Any:
    return value.target if type(value) is TracedValue else value


def _unwrapped_elements(elements: object) -> tuple[Sequence[object], object]:
    """Returns the handles in a container, and the same container of what they stand for."""
    if type(elements) is list or type(elements) is tuple:
        return elements, [e.target if type(e) is TracedValue else e for e in elements]
    # First what is common: whether something is a mapping takes long to find out.
    if type(elements) is not structure.Struct and isinstance(elements, Mapping):
        unwrapped = structure.Struct((str(name), _unwrapped(element)) for name, element in elements.items())
        return list(elements.values()), unwrapped
    named = structure.to_elements(structure.from_container(elements))
    return [element for _, element in named], structure.Struct((name, _unwrapped(e)) for name, e in named)


def _number(recorder: SpanRecorder, handle: object) -> int:
    """Returns the number of a value; -1 for one that another trace, or none, has seen."""
    return handle.number if type(handle) is TracedValue and handle.recorder is recorder else -1
