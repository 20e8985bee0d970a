"""Traces of stacks that a user's own factory makes."""

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff
from tffsim.executor_stacks.drawing import draw
from tffsim.executors.eager_tf_executor import EagerTFExecutor
from tffsim.executors.executor_base import PassThroughExecutor
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.language.stack_parts import StackPart
from tffsim.tracing.document.operations import CREATE_CALL


@tff.tf_computation(np.float32)
def double(x):
    return 2 * x


class Passing(PassThroughExecutor):
    """A user's executor."""


class Choosing(PassThroughExecutor):
    """A user's executor above two others."""

    def __init__(self, one, other):
        super().__init__(one)
        self._other = other

    def parts(self):
        return [StackPart(self._target, "one"), StackPart(self._other, "other")]


class Factory(fl.framework.ExecutorFactory):
    """A user's factory."""

    def __init__(self, make):
        self._make = make

    def create_executor(self, cardinalities):
        return self._make()

    def clean_up_executor(self, cardinalities):
        pass


def _plain():
    return Passing(ReferenceResolvingExecutor(EagerTFExecutor()))


def _hooked():
    return tff.hooked(Passing(tff.hooked(ReferenceResolvingExecutor(tff.hooked(EagerTFExecutor())))))


def _traced(make):
    with tff.use(Factory(make)), tff.trace() as trace:
        assert double(3.0) == 6.0
    return trace.frozen()


def _warnings_of(trace):
    return [text for text in trace.snapshot.errors.values() if "tffsim.hooked" in text]


def test_a_trace_sees_every_executor_that_a_factory_hooks():
    trace = _traced(_hooked)
    found = [(executor.name, executor.parent) for executor in trace.snapshot.executors]
    assert found == [("Passing", -1), ("ReferenceResolvingExecutor", 0), ("EagerTFExecutor", 1)]
    assert _warnings_of(trace) == []


def test_of_a_factory_that_hooks_nothing_a_trace_sees_the_top_and_says_so():
    trace = _traced(_plain)
    assert [executor.name for executor in trace.snapshot.executors] == ["Passing"]
    assert {"create_value", "create_call", "compute"} <= set(trace.spans["operation"])
    (warning,) = _warnings_of(trace)
    assert "A Factory made it" in warning


def test_an_executor_that_a_factory_hands_out_again_is_the_same_in_the_trace():
    stack = _plain()
    with tff.use(Factory(lambda: stack)), tff.trace() as trace:
        assert [double(1.0), double(2.0)] == [2.0, 4.0]
    assert len(trace.frozen().snapshot.executors) == 1


def test_a_stack_that_no_trace_watches_has_no_hooks():
    executor = EagerTFExecutor()
    assert tff.hooked(executor) is executor


def test_an_executor_says_what_stands_below_it():
    def make():
        return tff.hooked(Choosing(tff.hooked(ReferenceResolvingExecutor(EagerTFExecutor())), EagerTFExecutor()))

    assert draw(make()).splitlines() == [
        "Choosing", "├─ one: ReferenceResolvingExecutor ▶ EagerTFExecutor", "└─ other: EagerTFExecutor",
    ]  # fmt: skip
    roles = [executor.role for executor in _traced(make).snapshot.executors]
    assert roles == ["", "one"]


@tff.tf_computation(np.float32, np.float32)
def add(x, y):
    return x + y


@tff.federated_computation(tff.SequenceType(np.float32))
def twice_each(numbers):
    double_it = tff.federated_computation(lambda x: add(x, x), np.float32)
    return tff.sequence_reduce(tff.sequence_map(double_it, numbers), 0.0, add)


@tff.federated_computation(tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS))
def total_of_all(values):
    return tff.federated_sum(tff.federated_map(twice_each, values))


STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


@pytest.mark.parametrize("stack", STACKS)
def test_a_trace_sees_who_runs_the_lambdas_that_are_applied_to_elements(stack):
    with tff.use(STACKS[stack]()), tff.trace() as trace:
        assert total_of_all([[1.0, 2.0], [3.0], []]) == 12.0
    executors = trace.frozen().snapshot.executors
    found = [executor for executor in executors if executor.role == "elements"]
    assert {executor.name for executor in found} == {"ReferenceResolvingExecutor"}
    assert {executors[executor.parent].name for executor in found} == {"SequenceExecutor"}
    assert {executor.placement for executor in found} == {"clients"}
    spans = trace.snapshot.columns
    here = np.isin(spans["layer"], [executors.index(executor) for executor in found])
    # Each element is mapped, and added.
    assert sorted(spans["client"][here & (spans["operation"] == CREATE_CALL)]) == [0, 0, 0, 0, 1, 1]


def test_a_trace_lists_nobody_for_lambdas_over_elements_where_none_is():
    with tff.use(tff.local_executor_factory()), tff.trace() as trace:
        assert double(1.0) == 2.0
    assert "elements" not in {executor.role for executor in trace.frozen().snapshot.executors}


@pytest.mark.parametrize("make", [_plain, _hooked])
def test_a_call_that_fails_is_told_of_a_stack_of_any_factory(make):
    @tff.tf_computation(np.int32)
    def divide(x):
        return 1 // x

    with tff.use(Factory(make)), tff.trace() as trace, pytest.raises(tff.ExecutionError):
        divide(0)
    assert "error" in trace.spans["outcome"]
