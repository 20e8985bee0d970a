"""What arguments may look like."""

import federated_language as fl
import numpy as np

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS


@tff.federated_computation(FLOATS)
def mean(values):
    return tff.federated_mean(values)


def test_the_first_axis_of_an_array_is_the_clients():
    assert mean(np.array([1, 2, 6], np.float32)) == 3


def test_struct_arguments_are_paired_by_name():
    swap = tff.tf_computation(lambda z, a: z - a, fl.StructType([("z", np.int32), ("a", np.int32)]))
    for argument in ({"a": 1, "z": 5}, {"z": 5, "a": 1}):
        assert swap(argument) == 4


def test_an_empty_list_is_a_cohort_of_no_clients():
    assert np.isnan(mean([]))
