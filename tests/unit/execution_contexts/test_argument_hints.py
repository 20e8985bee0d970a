"""What the caller may have meant: an argument that was forgotten, two that were swapped, one value for everybody."""

import asyncio

import numpy as np
import pytest

import tffsim as tff

DAYS = tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS)
THRESHOLD = tff.FederatedType(np.float32, tff.SERVER)
MODEL = tff.TensorType(np.float32, [2])
POINTS = tff.TensorType(np.float32, [None, 2])
STATIONS = [[18.0, 20.0], [21.0], [19.0]]
DATA = [np.ones((n, 2), np.float32) for n in (3, 4, 5)]
WEIGHTS = np.zeros(2, np.float32)


@tff.federated_computation(DAYS, THRESHOLD)
def warm_days(days, threshold):
    return days, threshold


@tff.federated_computation(tff.FederatedType(MODEL, tff.SERVER), tff.FederatedType(POINTS, tff.CLIENTS))
def one_round(w, points):
    return w, points


@tff.federated_computation(THRESHOLD, DAYS, tff.FederatedType(np.float32, tff.CLIENTS))
def with_weights(threshold, days, weights):
    return threshold, days, weights


@tff.tf_computation(np.float32, tff.TensorType(np.float32, [None]))
def scale(factor, vector):
    return factor * vector


@tff.tf_computation(tff.StructType([("name", np.str_), ("count", np.int32)]), np.float32)
def row(label, weight):
    return label.count, weight


@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS, all_equal=True), DAYS)
def same_everywhere(value, days):
    return value, days


FORGOTTEN = {
    "a list of clients": (
        lambda: warm_days(STATIONS),
        "`warm_days` takes 2 arguments (`days`, `threshold`), found 1. `threshold` is missing.",
    ),
    "as many clients as parameters": (
        lambda: warm_days(STATIONS[:2]),
        "`warm_days` takes 2 arguments (`days`, `threshold`), found 1. `threshold` is missing.",
    ),
    "a tuple that is too short": (
        lambda: with_weights((1.0, STATIONS)),
        "`with_weights` takes 3 arguments (`threshold`, `days`, `weights`), found 2. `weights` is missing.",
    ),
    "two of three": (
        lambda: with_weights([1.0]),
        "`with_weights` takes 3 arguments (`threshold`, `days`, `weights`), found 1. `days`, `weights` are missing.",
    ),
    "a list for a tensor": (
        lambda: scale([1.0, 2.0, 3.0]),
        "`scale` takes 2 arguments (`factor`, `vector`), found 1. `vector` is missing.",
    ),
    "a dict for a struct": (
        lambda: row({"name": "a", "count": 1}),
        "`row` takes 2 arguments (`label`, `weight`), found 1. `weight` is missing.",
    ),
}

HINTS = {
    "two swapped": (
        lambda: one_round(DATA, WEIGHTS),
        "Argument `w` of `one_round` is wrong. Expected a value of type float32[2], found a list of 3 values of "
        "different shapes, such as [3, 2] and [4, 2]. Did you swap `w` and `points`?",
    ),
    "two swapped, by name": (lambda: one_round(points=WEIGHTS, w=DATA), "Did you swap `w` and `points`?"),
    "two swapped, in a tuple": (lambda: one_round((DATA, WEIGHTS)), "Did you swap `w` and `points`?"),
    "two swapped of three": (
        lambda: with_weights([1.0, 2.0, 3.0], STATIONS, 1.0),
        "Did you swap `threshold` and `weights`?",
    ),
    "two swapped of plain values": (lambda: scale([1.0, 2.0], 3.0), "Did you swap `factor` and `vector`?"),
    "two swapped in a struct": (lambda: row((1, "a"), 2.0), "Did you swap `label.name` and `label.count`?"),
    "two whose number of clients differs": (
        lambda: with_weights(1.0, [1.0, 2.0], STATIONS),
        "Did you swap `days` and `weights`?",
    ),
    "one value for each client": (
        lambda: warm_days(STATIONS, [18.0] * 3),
        "Argument `threshold` of `warm_days` is wrong. Expected a value of type float32, found the shape [3]. "
        "Give one number: it is at the server, not one per client.",
    ),
    "one array for each client": (
        lambda: one_round([WEIGHTS] * 3, DATA),
        "Give one value: it is at the server, not one per client.",
    ),
    "one value for each client, the same at all": (
        lambda: same_everywhere([1.0, 2.0], STATIONS),
        "Give one number: it is the same at all clients, not one per client.",
    ),
}


@pytest.mark.parametrize(("call", "message"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_an_argument_that_was_forgotten_is_named(call, message):
    with pytest.raises(tff.ArgumentError) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize(("call", "hint"), HINTS.values(), ids=HINTS)
def test_what_the_caller_may_have_meant_stands_at_the_end(call, hint):
    with pytest.raises((tff.ArgumentError, tff.CardinalityError)) as caught:
        call()
    assert str(caught.value).endswith(hint)


def test_all_arguments_may_be_given_as_one_tuple():
    days, threshold = warm_days((STATIONS, 18.0))
    assert len(days) == 3 and threshold == 18.0


def test_nothing_is_guessed_where_no_guess_fits():
    with pytest.raises(tff.ArgumentError, match=r"found a string[^.]*\. Convert[^?]*$"):
        warm_days(STATIONS, "warm")
    with pytest.raises(tff.CardinalityError, match=r"Pass one member per client in both\.$"):
        with_weights(1.0, STATIONS, [1.0])


def test_a_call_in_an_event_loop_gets_the_same_hint():
    async def call():
        return await one_round(DATA, WEIGHTS)

    context = tff.AsyncExecutionContext(tff.local_executor_factory())
    with tff.use(context), pytest.raises(tff.ArgumentError, match=r"Did you swap `w` and `points`\?"):
        asyncio.run(call())
