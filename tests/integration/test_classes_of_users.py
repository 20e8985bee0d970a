"""Objects of classes that convert, check or derive values go through computations as they are."""

import collections
import dataclasses

import attrs
import numpy as np
import pytest

import tffsim as tff


@dataclasses.dataclass(frozen=True)
class Share:
    value: object
    total: dataclasses.InitVar[float]

    def __post_init__(self, total):
        if not self.value > 0:
            raise ValueError("Expected a positive number.")
        object.__setattr__(self, "value", self.value / total)


@attrs.define
class Half:
    value: object = attrs.field(converter=lambda value: float(value) / 2)


class Third(collections.namedtuple("Third", "value")):
    __slots__ = ()

    def __new__(cls, whole):
        return super().__new__(cls, whole / 3)


MADE = [Share(8.0, total=2.0), Half(8.0), Third(12.0)]


@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_the_constructor_of_the_user_runs_once(made):
    returned = tff.tf_computation(lambda: made)
    same = tff.tf_computation(lambda value: value, returned.type_signature.result)
    clients = tff.FederatedType(returned.type_signature.result, tff.CLIENTS)
    mapped = tff.federated_computation(lambda values: tff.federated_mean(tff.federated_map(same, values)), clients)
    for found in (returned(), same(made), mapped([made, made])):
        assert type(found) is type(made) and found.value == np.float32(4)
