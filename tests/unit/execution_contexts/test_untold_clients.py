"""Results that come from no clients, because nobody said how many there are: everybody is told, in the same words."""

import asyncio
import collections
import warnings

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff

WORDS = "the result comes from 0 clients, as nobody said how many there are. Pass a list with one value per client"
STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda clients=0: tff.local_executor_factory(clients, max_fanout=2),
    "debug": tff.debug_executor_factory,
    "sizing": tff.sizing_executor_factory,
}
ONE_AT_CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS, all_equal=True)


@pytest.fixture(params=STACKS)
def make_factory(request):
    return STACKS[request.param]


def told(function, *arguments):
    """Calls a computation; returns what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*arguments)
    return [str(warning.message) for warning in caught]


def ones():
    return tff.federated_value(np.float32(1), tff.CLIENTS)


def computation(body, *parameters):
    """Returns a computation that no test has called."""
    return tff.federated_computation(body, *parameters)


AGGREGATIONS = {
    "sum": lambda: computation(lambda: tff.federated_sum(ones())),
    "mean": lambda: computation(lambda: tff.federated_mean(ones())),
    "weighted mean": lambda: computation(lambda: tff.federated_mean(ones(), ones())),
    "minimum": lambda: computation(lambda: tff.federated_min(ones())),
    "secure sum": lambda: computation(
        lambda: tff.federated_secure_sum_bitwidth(tff.federated_value(np.int32(1), tff.CLIENTS), 4)
    ),
    "in a struct": lambda: computation(
        lambda: collections.OrderedDict(a=tff.federated_value(1, tff.SERVER), b=tff.federated_sum(ones()))
    ),
    "in a computation that it calls": lambda: computation(
        lambda: tff.federated_computation(lambda: tff.federated_sum(ones()))()
    ),
    "values of clients": lambda: computation(
        lambda: tff.federated_eval(tff.tf_computation(lambda: np.float32(1)), tff.CLIENTS)
    ),
}


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_who_aggregates_over_untold_clients_is_warned_once_in_each_context(name, make_factory):
    aggregate = AGGREGATIONS[name]()
    for _ in range(2):
        with tff.use(make_factory()):
            (warning,) = told(aggregate)
            assert (
                WORDS in warning and "`default_num_clients=N`" in warning and "`%%tff_execute --clients N`" in warning
            )
            assert told(aggregate) == told(aggregate) == []


def test_each_computation_has_a_warning_of_its_own(make_factory):
    with tff.use(make_factory()):
        for name in ("sum", "minimum", "sum"):
            assert len(told(AGGREGATIONS[name]())) == 1


def test_an_argument_that_all_clients_share_does_not_tell_how_many_there_are(make_factory):
    total = computation(lambda x: tff.federated_sum(x), ONE_AT_CLIENTS)
    doubled = computation(
        lambda x: tff.federated_map(tff.tf_computation(lambda v: 2 * v, np.float32), x), ONE_AT_CLIENTS
    )
    with tff.use(make_factory()):
        assert WORDS in told(total, 3.0)[0]
        assert WORDS in told(doubled, 3.0)[0]


QUIET = {
    "nothing at clients": (computation(lambda: tff.federated_value(1, tff.SERVER)), ()),
    "sent to clients and shown as one value": (
        computation(lambda x: tff.federated_broadcast(x), tff.FederatedType(np.float32, tff.SERVER)),
        (1.0,),
    ),
    "a list": (computation(lambda x: tff.federated_sum(x), tff.FederatedType(np.float32, tff.CLIENTS)), ([1.0],)),
    "an empty list": (computation(lambda x: tff.federated_sum(x), tff.FederatedType(np.float32, tff.CLIENTS)), ([],)),
}


@pytest.mark.parametrize("name", QUIET)
def test_nobody_is_warned_of_what_does_not_depend_on_untold_clients(name, make_factory):
    function, arguments = QUIET[name]
    with tff.use(make_factory()):
        assert told(function, *arguments) == []
        with tff.trace() as t:
            function(*arguments)
    assert not any(WORDS in t.error(span) for span in t.invocations["span"])


def test_nobody_is_warned_where_the_factory_says_how_many_there_are(make_factory):
    total = AGGREGATIONS["sum"]()
    with tff.use(make_factory(3)), tff.trace() as t:
        assert told(total) == [] and total() == 3
    assert t.invocations["num_clients"].tolist() == [3, 3]


def test_the_trace_says_it_each_time_in_the_same_words(make_factory, tmp_path):
    total = AGGREGATIONS["sum"]()
    with tff.use(make_factory()):
        (warning,) = told(total)
        with tff.trace() as t:
            total(), total()
    said = [t.error(int(span)) for span in t.invocations["span"]]
    assert said == ["Warning: " + warning.removeprefix("`<lambda>`: ")] * 2
    assert t.invocations["num_clients"].tolist() == [0, 0] and set(t.invocations["outcome"]) == {"ok"}
    assert "from 0 clients, as nobody said" in " ".join(str(t).split())
    t.save(tmp_path / "t.tfftrace")
    assert said[0] == tff.load_trace(tmp_path / "t.tfftrace").error(0)


def test_the_nan_of_a_mean_of_nobody_is_not_warned_of_twice(make_factory):
    with tff.use(make_factory()):
        assert len(told(AGGREGATIONS["mean"]())) == 1


def test_the_warning_names_the_computation_and_its_line():
    @tff.federated_computation
    def how_many():
        return tff.federated_sum(ones())

    with tff.use(tff.local_executor_factory()), pytest.warns(UserWarning, match="`how_many`: the result comes") as seen:
        how_many()
    assert seen[0].filename == __file__
    assert seen[0].lineno == how_many.__wrapped__.__code__.co_firstlineno


def test_it_is_told_where_results_are_awaited():
    total = AGGREGATIONS["sum"]()

    async def twice():
        with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
            return [await total(), await total()]

    (warning,) = told(lambda: asyncio.run(twice()))
    assert WORDS in warning


class FactoryOfOthers(fl.framework.ExecutorFactory):
    """Says nothing of how many clients there are by default; it makes four."""

    def __init__(self):
        self._stacks = tff.local_executor_factory(4)

    def create_executor(self, cardinalities):
        return self._stacks.create_executor(cardinalities)

    def clean_up_executor(self, cardinalities):
        self._stacks.clean_up_executor(cardinalities)


def test_nothing_is_said_of_a_factory_that_may_know_how_many_there_are():
    with tff.use(FactoryOfOthers()):
        assert told(AGGREGATIONS["sum"]()) == []
        assert AGGREGATIONS["sum"]()() == 4
