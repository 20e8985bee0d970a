"""What arguments may look like."""

import federated_language as fl
import numpy as np

import tffsim as tff
from tests.unit.tracing.traced_runs import FLOATS
from tffsim.execution_contexts.argument_normalisation import normalise_argument


@tff.federated_computation(FLOATS)
def mean(values):
    return tff.federated_mean(values)


def test_the_first_axis_of_an_array_is_the_clients():
    assert mean(np.array([1, 2, 6], np.float32)) == 3


class Labelled:
    """A column whose labels are numbers in another order, as that of a sorted `pandas.Series`."""

    def __init__(self, values, labels):
        self.iloc = values
        self._by_label = dict(zip(labels, values, strict=True))

    def __len__(self):
        return len(self.iloc)

    def __getitem__(self, label):
        return self._by_label[label]


def test_what_has_labels_is_read_by_position():
    members = normalise_argument(Labelled([10.0, 20.0, 30.0], [1, 2, 0]), tff.FederatedType(np.float32, tff.CLIENTS))
    assert members == [10.0, 20.0, 30.0]


def test_struct_arguments_are_paired_by_name():
    swap = tff.tf_computation(lambda z, a: z - a, fl.StructType([("z", np.int32), ("a", np.int32)]))
    for argument in ({"a": 1, "z": 5}, {"z": 5, "a": 1}):
        assert swap(argument) == 4


def test_an_empty_list_is_a_cohort_of_no_clients():
    assert np.isnan(mean([]))
