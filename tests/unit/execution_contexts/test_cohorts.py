"""Arguments whose clients have their data elsewhere."""

import federated_language as fl
import numpy as np
import pytest

import tffsim as tff
from tffsim.execution_contexts.cohorts import with_homes
from tffsim.executor_stacks.lending_factory import VisitingFactory
from tffsim.language.clients_at_home import ClientAtHome, CohortAtHome
from tffsim.language.clients_on_demand import ClientOnDemand, CohortOnDemand

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
PAIR = fl.StructType([("x", FLOATS), ("y", FLOATS)])
AT_A = [ClientAtHome("d", "a:1", 0), ClientAtHome("d", "a:1", 1)]
AT_B = [ClientAtHome("d", "b:1", 0), ClientAtHome("d", "a:1", 1)]


class Visiting(VisitingFactory):
    lets_clients_drop_out = False

    async def prepare(self, cardinalities):
        """Nobody has to be waited for."""
        return ()


def homes(argument, type_spec, factory=None):
    return with_homes({fl.CLIENTS: 2}, argument, type_spec, factory or Visiting())


def test_the_homes_of_clients_are_found_beside_other_parts():
    found = homes([[1.0, 2.0], AT_B], PAIR)
    assert isinstance(found, CohortAtHome)
    assert (found, found.homes) == ({fl.CLIENTS: 2}, ("b:1", "a:1"))


def test_clients_without_homes_have_none():
    told = {fl.CLIENTS: 2}
    assert with_homes(told, [1.0, 2.0], FLOATS, tff.local_executor_factory()) is told


def test_data_that_is_yet_to_be_made_is_told():
    found = homes([[1.0, 2.0], [ClientOnDemand(lambda: 1.0)] * 2], PAIR)
    assert isinstance(found, CohortOnDemand)
    assert found == {fl.CLIENTS: 2}


def test_a_client_with_several_homes_is_an_error():
    with pytest.raises(tff.ArgumentError, match="Argument `y` has its clients at other workers"):
        homes([AT_A, AT_B], PAIR)


def test_one_kind_of_clients_goes_into_a_list():
    with pytest.raises(tff.ArgumentError, match="Pass one kind"):
        homes([AT_A[0], 1.0], FLOATS)


def test_a_stack_that_does_not_go_there_says_so():
    total = tff.federated_computation(lambda x: fl.federated_sum(x), FLOATS)
    with pytest.raises(tff.ArgumentError, match=r"stays at a:1, where this stack does not go.*`tffsim.use"):
        tff.SyncExecutionContext(tff.local_executor_factory()).invoke(total, AT_A)
