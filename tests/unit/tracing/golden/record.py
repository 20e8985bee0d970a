"""Records the golden file of the version that is written now: `python -m tests.unit.tracing.golden.record`.

The files of older versions were recorded by the same program, on the tffsim of that time. They stay as they are.
"""

import dataclasses
import pathlib
import sys

import numpy as np
import tensorflow as tf

import tffsim as tff
from tffsim.tracing.document import trace_file
from tffsim.tracing.document.older_versions import VERSION
from tffsim.tracing.document.snapshot import Snapshot

ROOT = pathlib.Path(__file__).parents[4]
TARGET = pathlib.Path(__file__).parent / f"version_{VERSION}.tfftrace"
_FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)


@tff.tf_computation(np.float32)
def logarithm(x):
    return tf.math.log(x)


@tff.tf_computation(np.float32)
def refuse_large(x):
    with tf.control_dependencies([tf.debugging.assert_less(x, 3.0)]):
        return tf.stack([x, 2.0 * x])


@tff.federated_computation(_FLOATS)
def sum_of_logarithms(values):
    return tff.federated_sum(tff.federated_map(logarithm, values))


@tff.federated_computation(_FLOATS)
def sum_of_small(values):
    return tff.federated_sum(tff.federated_map(refuse_large, values))


def record() -> tff.Trace:
    """Returns a trace of a NaN and an infinity, of arrays, and of a client that fails."""
    with tff.use(tff.local_executor_factory()), tff.trace(values="all") as trace:
        sum_of_logarithms([1.0, -1.0, 0.0])
        sum_of_small([1.0, 2.0])
        try:
            sum_of_small([1.0, 5.0])
        except tff.ExecutionError as error:
            print(error, file=sys.stderr)
    return trace


def without_folders(snapshot: Snapshot) -> Snapshot:
    """Returns a trace whose messages do not tell where the project lies on this machine."""
    errors = {span: text.replace(f"{ROOT}/", "") for span, text in snapshot.errors.items()}
    return dataclasses.replace(snapshot, errors=errors)


if __name__ == "__main__":
    trace_file.save(without_folders(record().snapshot), TARGET)
