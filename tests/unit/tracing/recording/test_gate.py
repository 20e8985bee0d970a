"""Operations that are held until they may go on."""

import asyncio
import threading

import pytest

from tests.unit.fake_time import run_in_fake_time
from tests.unit.tracing.recording.foreign_executor import FLOAT, ForeignExecutor, record
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.recording.gate import Gate
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.tracing_executor import TracingExecutor


class TestGate:
    def run_behind(self, gate, count=3):
        """Creates values behind a gate in another thread; returns them as they come, and the thread."""
        done = []
        recorder = Recorder(gate=gate)

        async def create(executor):
            for number in range(count):
                await executor.create_value(float(number), FLOAT)
                done.append(number)

        thread = threading.Thread(target=record, args=(create(TracingExecutor(ForeignExecutor())), recorder))
        thread.start()
        return done, thread

    def wait_until_held(self, gate):
        for _ in range(12_000):
            if gate.held:
                return gate.held
            threading.Event().wait(0.005)
        raise AssertionError("Nothing arrived at the gate.")

    def test_an_open_gate_holds_nothing(self):
        done, thread = self.run_behind(Gate())
        thread.join(60)
        assert done == [0, 1, 2]

    def test_a_closed_gate_holds_the_next_operation_until_it_may_step(self):
        gate = Gate(is_open=False)
        done, thread = self.run_behind(gate)
        assert [span.operation for span in self.wait_until_held(gate)] == [1]
        assert done == []
        gate.step()
        self.wait_until_held(gate)
        assert done == [0]
        gate.open()
        thread.join(60)
        assert done == [0, 1, 2]

    def test_steps_can_be_granted_in_advance(self):
        gate = Gate(is_open=False)
        gate.step(3)
        done, thread = self.run_behind(gate)
        thread.join(60)
        assert done == [0, 1, 2]

    def test_no_more_pass_than_steps_were_granted(self):
        gate = Gate(is_open=False)
        gate.step(2)
        done, thread = self.run_behind(gate, count=4)
        self.wait_until_held(gate)
        assert done == [0, 1]
        gate.step()
        self.wait_until_held(gate)
        assert done == [0, 1, 2]
        gate.open()
        thread.join(60)
        assert done == [0, 1, 2, 3]

    def test_steps_that_were_left_when_the_gate_was_opened_count_no_more(self):
        gate = Gate(is_open=False)
        gate.step(5)
        gate.open()
        gate.close()
        done, thread = self.run_behind(gate)
        self.wait_until_held(gate)
        assert done == []
        gate.open()
        thread.join(60)

    def test_an_operation_is_not_held_for_ever(self):
        gate = Gate(is_open=False, timeout=3600)
        recorder = Recorder(gate=gate)

        async def create():
            loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
            with pytest.raises(TimeoutError, match=r"held at the gate for 3600 s\. Open the gate"):
                await TracingExecutor(ForeignExecutor()).create_value(1.0, FLOAT)
            return loop.time() - began

        assert record(create(), recorder, run_in_fake_time) == 3600
        assert gate.held == []


class TestAGateOfTheUsersOwn:
    @staticmethod
    def run_behind(gate):
        record(TracingExecutor(ForeignExecutor()).create_value(1.0, FLOAT), Recorder(gate=gate))

    def test_it_needs_no_more_than_one_method(self):
        class Listing:
            operations = ()

            async def pass_through(self, span):
                self.operations = (*self.operations, OPERATIONS[span.operation])

        gate = Listing()
        self.run_behind(gate)
        assert gate.operations == ("create_value",)

    def test_an_operation_that_it_refuses_fails_with_its_error(self):
        class Refusing:
            async def pass_through(self, span):
                raise PermissionError("not here")

        with pytest.raises(PermissionError, match="not here"):
            self.run_behind(Refusing())
