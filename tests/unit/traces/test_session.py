"""`tff.trace`: what it records, and what is loaded when something is traced for the first time."""

import subprocess
import sys
import threading

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import double
from tffsim.tracing.recording.gate import Gate


def test_what_records_traces_is_loaded_with_the_first_trace():
    code = (
        "import sys, tffsim\n"
        "parts = ('tracing.recording.recorder', 'tracing.recording.sketching.sketch_pad', 'traces.trace')\n"
        "def loaded(): return [f'tffsim.{part}' in sys.modules for part in parts]\n"
        "print(loaded())\n"
        "with tffsim.trace() as trace: pass\n"
        "print(loaded(), trace.snapshot.num_spans)"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert output.split("\n")[:2] == ["[False, False, False]", "[True, True, True] 0"]


def test_a_traced_function_returns_its_result_and_a_trace_of_its_own():
    traced_double = tff.trace(double)
    first, second = traced_double(1.0), traced_double(2.0)
    assert (first.result, second.result) == (2, 4)
    assert first.trace.invocations.num_rows == second.trace.invocations.num_rows == 1


def test_after_the_end_of_an_inner_trace_the_outer_one_records_again():
    with tff.trace() as outer:
        double(1.0)
        with tff.trace() as inner:
            double(2.0)
            double(3.0)
        tff.trace(double)(4.0)
        double(5.0)
    double(6.0)
    assert (outer.invocations.num_rows, inner.invocations.num_rows) == (2, 2)


def test_a_stack_can_be_stepped_through():
    gate = Gate(is_open=False)
    results = []

    def call():
        with tff.use(tff.local_executor_factory()), tff.trace(gate=gate):
            results.append(double(4.0))

    thread = threading.Thread(target=call)
    thread.start()
    steps = 0
    while thread.is_alive() and steps < 12_000:
        gate.step()
        steps += 1
        thread.join(0.01)
    assert results == [8] and steps > 3


def test_a_result_in_place_of_a_function_is_refused():
    with pytest.raises(TypeError, match=r"takes a function, found .*`float`.*`result, t = tff.trace\(f\)\(x\)`"):
        tff.trace(3.0)


def test_a_block_inside_another_one_has_its_calls_for_itself():
    one = tff.tf_computation(lambda: 1)
    with tff.trace() as outer:
        one()
        with tff.trace() as inner:
            one()
    assert (outer.invocations.num_rows, inner.invocations.num_rows) == (1, 1)
