"""Traces to export: with worker threads, of a failure, of someone who means harm."""

import dataclasses

import numpy as np
import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS, traced
from tffsim.traces.trace import Trace
from tffsim.tracing.document.type_info import TypeInfo

HOSTILE = '<script>alert("1")</script>\\" --> $\\frac$\n\x1b[2J\x00&amp;]]>'


@tff.tf_computation(np.float32)
def refuse(x):
    import tensorflow as tf

    tf.debugging.assert_less(x, 0.0, "too large")
    return x


@tff.federated_computation(FLOATS)
def refuse_all(values):
    return tff.federated_sum(tff.federated_map(refuse, values))


@pytest.fixture(scope="session")
def trace():
    """A trace with worker threads."""

    @tff.tf_computation(np.float32)
    def add_to_itself(x):
        return x + x

    @tff.federated_computation(FLOATS)
    def mean_of_doubles(values):
        return tff.federated_mean(tff.federated_map(add_to_itself, values))

    # Whether a call is short depends on the machine, and on the tests that ran before.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tffsim.concurrency.call_duration.SHORT_SECONDS", 0.0)
        return traced(mean_of_doubles, [float(n) for n in range(20)])[1].frozen()


@pytest.fixture(scope="session")
def failed():
    with tff.trace() as trace, tff.use(tff.local_executor_factory()), pytest.raises(tff.ExecutionError):
        refuse_all([1.0])
    return trace.frozen()


@pytest.fixture(scope="session")
def hostile(failed):
    """The trace of a file from someone who means harm: all its texts are awkward."""
    snapshot = failed.snapshot
    return Trace(
        dataclasses.replace(
            snapshot,
            executors=[dataclasses.replace(e, name=HOSTILE, role=HOSTILE) for e in snapshot.executors],
            threads=[dataclasses.replace(thread, name=HOSTILE) for thread in snapshot.threads],
            types=[TypeInfo(HOSTILE, members=(HOSTILE,))] * len(snapshot.types),
            nodes=[dataclasses.replace(node, label=HOSTILE, type=HOSTILE) for node in snapshot.nodes],
            invocations=[dataclasses.replace(call, name=HOSTILE) for call in snapshot.invocations],
            errors=dict.fromkeys(snapshot.errors, HOSTILE),
        )
    )
