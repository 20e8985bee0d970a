"""Which numbers a secure sum takes."""

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.running import STACKS, run
from tffsim.failures.failure_location import location_of
from tffsim.federation.secure_sum_bounds import maximum_type_of_bitwidth

_INTS = fl.FederatedType(np.int32, fl.CLIENTS)


every_stack = pytest.mark.parametrize("stack", list(STACKS))


@every_stack
def test_secure_sums_check_their_bounds(stack):
    @fl.federated_computation(_INTS)
    def secure(x):
        return fl.federated_secure_sum(x, 5), fl.federated_secure_sum_bitwidth(x, 3)

    assert run(secure, [1, 0, 5], stack=stack) == (6, 6)
    with pytest.raises(ValueError, match="from 0 to 5, but `value` holds 6") as failure:
        run(secure, [1, 6, 2], stack=stack)
    assert (location_of(failure.value).client, location_of(failure.value).num_clients) == (1, 3)


@every_stack
def test_each_field_of_a_struct_has_a_bit_width_of_its_own(stack):
    counts = fl.FederatedType(fl.StructType([("seen", np.int32), ("liked", np.int32)]), fl.CLIENTS)

    @fl.federated_computation(counts)
    def secure(x):
        return fl.federated_secure_sum_bitwidth(x, {"seen": 4, "liked": 2})

    assert run(secure, [{"seen": 15, "liked": 3}] * 3, stack=stack) == {"seen": 45, "liked": 9}
    with pytest.raises(ValueError, match=r"from 0 to 3, but `value\.liked` holds 4"):
        run(secure, [{"seen": 15, "liked": 4}] * 3, stack=stack)


def test_the_bounds_of_bit_widths_have_their_fields_names_and_nesting():
    widths = fl.StructType([("a", np.int32), ("b", fl.StructType([np.int8, ("c", np.int32)]))])
    bounds = fl.StructType([("a", np.int64), ("b", fl.StructType([np.int64, ("c", np.int64)]))])
    assert maximum_type_of_bitwidth(widths) == bounds
