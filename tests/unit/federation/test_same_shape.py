"""What is folded has one shape, or an error names the client whose value has another."""

import asyncio

import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure

from tffsim.concurrency.activity import current_client
from tffsim.federation.same_shape import same_shape_check

OPEN = fl.TensorType(np.float32, [None])


def run(member_type, *values):
    check = same_shape_check(member_type)

    async def run_all():
        for client, value in enumerate(values):
            current_client.set(client)
            await check(value)

    asyncio.run(run_all())


@pytest.mark.parametrize("type_spec", [np.float32, (np.int32, [3]), [np.float32, ("a", (np.int32, [2, 2]))]])
def test_types_that_tell_their_shapes_need_no_check(type_spec):
    assert same_shape_check(fl.to_type(type_spec)) is None


def test_values_of_one_shape_pass():
    run(OPEN, np.zeros(2), np.ones(2), np.zeros(2))
    run(fl.StructType([OPEN, ("b", OPEN)]), *[structure.Struct.unnamed(np.zeros(2), np.zeros(3))] * 2)


@pytest.mark.parametrize("other", [1, 0, 3])
def test_a_value_of_another_shape_is_told_beside_the_first(other):
    expected = rf"The value of this client has the shape \[{other}\], and that of client 0 has \[2\].*float32\[\?\]"
    with pytest.raises(ValueError, match=expected):
        run(OPEN, np.zeros(2), np.zeros(2), np.zeros(other))


def test_in_a_struct_the_member_is_told():
    type_spec = fl.StructType([("a", [np.float32, ("b", OPEN)]), OPEN])
    first = structure.Struct([("a", (np.float32(1), np.zeros(2))), (None, np.zeros(4))])
    for a, b, path in ((3, 4, r"value\.a\.b"), (2, 1, r"value\[1\]")):
        other = structure.Struct([("a", (np.float32(1), np.zeros(a))), (None, np.zeros(b))])
        with pytest.raises(ValueError, match=f"`{path}` of this client"):
            run(type_spec, first, other)


def test_the_number_of_dimensions_is_part_of_the_shape():
    with pytest.raises(ValueError, match=r"\[1, 2\], and that of client 0 has \[2\]"):
        run(fl.TensorType(np.float32, None), np.zeros(2), np.zeros((1, 2)))
