"""A lambda is called by the variable that it is assigned to, where the source says so."""

import numpy as np
import pytest

import tffsim as tff
from tffsim.language.lambda_names import name_of_function

FLOATS = tff.FederatedType(np.float32, tff.CLIENTS)
STACKS = {
    "flat": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}

divide = tff.tf_computation(lambda total, count: total // count, np.int32, np.int32)
halves = tff.federated_computation(
    lambda values: tff.federated_map(divide, values),
    tff.FederatedType(tff.StructType([np.int32, np.int32]), tff.CLIENTS),
)
double = tff.tf_computation(lambda x: x * 2)


def named(function):
    return function


def test_what_is_assigned_gives_its_name_to_the_lambda():
    plain = lambda x: x + 1  # noqa: E731
    wrapped = named(lambda x: x + 2)
    assert [name_of_function(function) for function in (plain, wrapped, named)] == ["plain", "wrapped", "named"]


def test_others_have_no_name():
    first, second = named(lambda x: x), named(lambda y: y)
    inside = [lambda x: x]
    made = named(named(lambda x: x))
    for function in (first, second, *inside, made, eval("lambda x: x")):
        assert name_of_function(function) == "<lambda>"


def test_lambdas_of_one_line_are_told_apart():
    a = named(lambda x: x); b = named(lambda x: x * 1)  # noqa: E702  # fmt: skip
    assert (name_of_function(a), name_of_function(b)) == ("a", "b")


def test_computations_have_the_name():
    assert [made.__name__ for made in (divide, halves, double)] == ["divide", "halves", "double"]


@pytest.mark.parametrize("factory", STACKS.values(), ids=STACKS)
def test_an_error_has_the_name_on_every_stack(factory):
    with tff.use(factory()), pytest.raises(tff.ExecutionError, match="`halves` failed") as caught:
        halves([(1, 1), (1, 0)])
    assert caught.value.location.computation == "divide"
