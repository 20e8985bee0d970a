"""Functions for clients, with what they use from around them."""

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.running import STACKS, binary, run

_FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


_PLUS = binary("generic_plus", np.float32)


every_stack = pytest.mark.parametrize("stack", list(STACKS))


@every_stack
def test_a_lambda_may_use_outer_constants_and_functions(stack):
    @fl.federated_computation(_FLOATS, np.float32)
    def shifted(x, shift):
        add = fl.federated_computation(lambda y: _PLUS(y, shift), np.float32)
        return fl.federated_map(add, x)

    assert run(shifted, ([1.0, 2.0, 3.0], 10.0), stack=stack) == [11, 12, 13]


def test_a_lambda_may_not_use_an_outer_federated_value():
    x = fl.framework.Reference("x", _FLOATS)
    body = fl.framework.Lambda("y", np.float32, _first([fl.framework.Reference("y", np.float32), x]))
    source = fl.framework.Lambda("x", _FLOATS, fl.framework.Block([("f", body)], _map_block(body, x)))
    with pytest.raises(TypeError, match="outer value `x`"):
        run(fl.framework.ConcreteComputation.from_building_block(source), [1.0, 2.0, 3.0])


def _first(blocks):
    return fl.framework.Selection(fl.framework.Struct(blocks), index=0)


def _map_block(function, argument):
    return fl.framework.create_federated_map(function, argument)
