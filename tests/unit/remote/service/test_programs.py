"""Programs that controllers send, run on an executor of this process."""

import asyncio
import gc
import weakref

import federated_language as fl
import numpy as np
import pytest

from tffsim.concurrency.cancellation import CancellationScope
from tffsim.executors.executor_base import Executor, ExecutorValue
from tffsim.remote.service.known_computations import KnownComputations
from tffsim.remote.service.programs import ProgramRunner
from tffsim.remote.service.session import LostError, Payload, Session
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.types import type_bytes

INT = type_bytes(fl.TensorType(np.int32))


class Handle(ExecutorValue):
    """A handle that tells which handles are alive while it is computed."""

    alive = weakref.WeakSet()  # noqa: RUF012

    def __init__(self, value):
        self.value = value
        Handle.alive.add(self)

    @property
    def type_signature(self):
        return fl.TensorType(np.int32)

    @property
    def reference(self):
        return self.value

    async def compute(self):
        gc.collect()
        return np.int32(len(Handle.alive))


class Recording(Executor):
    """An executor that makes handles of whatever it is asked for."""

    async def create_value(self, value, type_spec=None):
        return Handle(value)

    async def create_call(self, comp, arg=None):
        return Handle((comp.value, arg and arg.value))

    async def create_struct(self, elements):
        return Handle([element.value for element in elements])

    async def create_selection(self, source, index):
        raise IndexError("no such element")

    def close(self):
        pass


@pytest.fixture
def session():
    made = Session("s", lambda *_: Recording(), 1e9)
    yield made
    made.close()


@pytest.fixture
def run(session):
    name = session.add_executor(1, 0, 1)
    runner = ProgramRunner(KnownComputations(lambda proto: None))

    def run_program(*steps, **more):
        request = messages.BatchRequest(session="s", executor=name, steps=steps, **more)
        return asyncio.run(runner.run(session, request, CancellationScope()))

    Handle.alive.clear()
    return run_program


def value(number, keep=False):
    step = messages.Step(id=number, keep=keep)
    step.value.type = INT
    step.value.value.tensor.dtype, step.value.value.tensor.content = "int32", b"\0\0\0\0"
    return step


def struct(number, *sources):
    step = messages.Step(id=number)
    step.struct.elements.extend(sources)
    return step


def computed(response):
    return int(np.frombuffer(response.value.tensor.content, np.int32)[0])


def test_what_only_the_steps_used_is_free_while_the_result_is_computed(run):
    assert computed(run(value(1), value(2), struct(3, 1, 2), compute=3, send_result=True)) == 1


def test_what_is_to_be_kept_stays_and_what_is_disposed_goes(run):
    assert computed(run(value(1, keep=True), struct(2, 1), compute=2, send_result=True)) == 2
    assert computed(run(struct(3, 1), compute=3, send_result=True, dispose=[1])) == 1


def test_a_result_that_is_not_wanted_is_computed_and_not_sent(run):
    assert run(value(1, keep=True), compute=1).value == messages.Value()


def test_after_a_failure_nothing_of_the_program_is_left(run, session):
    selection = messages.Step(id=2)
    selection.selection.source = 1
    response = run(value(1, keep=True), selection)
    assert response.failure.type == "builtins.IndexError"
    assert len(session.values) == 0


def test_what_has_arrived_is_put_into_the_executor_by_a_step(run, session):
    message = messages.Value(tensor=messages.Tensor(dtype="int32", content=b"\1\0\0\0"))
    session.values.put(9, Payload(message, []))
    step = messages.Step(id=1)
    step.value.type, step.value.value.payload = INT, 9
    assert computed(run(step, compute=1, send_result=True)) == 1
    with pytest.raises(MalformedError, match="before a step"):
        run(struct(2, 9))


@pytest.mark.parametrize("step", [messages.Step(id=1), messages.Step(id=1, value=messages.CreateValue(type=b"\xff"))])
def test_a_step_without_sense_is_malformed(run, step):
    with pytest.raises(MalformedError):
        run(step)


def test_an_executor_that_is_not_there_is_lost(session):
    runner = ProgramRunner(KnownComputations(lambda proto: None))
    with pytest.raises(LostError, match="no executor"):
        asyncio.run(runner.run(session, messages.BatchRequest(executor="x", steps=[value(1)]), CancellationScope()))
