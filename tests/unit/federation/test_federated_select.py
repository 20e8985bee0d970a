"""Slices that each client asks for."""

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.running import STACKS, run

_INTS = fl.FederatedType(np.int32, fl.CLIENTS)


every_stack = pytest.mark.parametrize("stack", list(STACKS))


@every_stack
def test_select_gives_each_client_its_slices(stack):
    keys_type = fl.FederatedType(fl.TensorType(np.int32, [2]), fl.CLIENTS)
    pick = fl.federated_computation(lambda state, key: (key, state), np.float32, np.int32)

    @fl.federated_computation(keys_type, fl.FederatedType(np.float32, fl.SERVER))
    def select(keys, state):
        return fl.federated_select(keys, fl.federated_value(3, fl.SERVER), state, pick)

    assert run(select, ([[0, 2], [1, 1]], 7.0), 2, stack) == [[(0, 7), (2, 7)], [(1, 7), (1, 7)]]
    with pytest.raises(ValueError, match="Selected key 3, but keys go from 0 to 2"):
        run(select, ([[0, 3], [1, 1]], 7.0), 2, stack)
