import asyncio

import federated_language as fl
import numpy as np
import pytest
from federated_language.common_libs import structure
from federated_language.framework import Block, Call, ConcreteComputation, Lambda, Literal, Reference, Selection, Struct

from tests.unit.executors.plain_leaf import PlainLeaf, PlainValue
from tests.unit.executors.running import binary, evaluate
from tffsim.executors.closure_conversion import close_lambda
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.resolved_values import ReferenceResolvingExecutorValue
from tffsim.failures.failure_location import location_of

_FLOAT = fl.TensorType(np.float32)
_PLUS = binary("generic_plus", np.float32).to_building_block()


def _one(value=1.0):
    return Literal(np.float32(value), _FLOAT)


def _run(block, argument=None, leaf=None):
    function = block if isinstance(block, Lambda) else Lambda(None, None, block)
    executor = ReferenceResolvingExecutor(leaf or PlainLeaf())
    return asyncio.run(evaluate(executor, ConcreteComputation.from_building_block(function), argument))


def test_inner_names_hide_outer_ones():
    block = Block([("x", _one(1)), ("y", Block([("x", _one(5))], Reference("x", _FLOAT)))], Reference("y", _FLOAT))
    assert _run(block) == 5


def test_a_local_sees_the_locals_before_it():
    x = Reference("x", _FLOAT)
    assert _run(Block([("x", _one(2)), ("x", Call(_PLUS, Struct([x, x])))], x)) == 4


def test_an_unused_local_never_runs():
    unbound = Reference("nowhere", _FLOAT)
    assert _run(Block([("unused", unbound), ("x", _one(3))], Reference("x", _FLOAT))) == 3


def test_a_local_is_evaluated_once_however_often_it_is_used():
    leaf = PlainLeaf()
    x = Reference("x", _FLOAT)
    _run(Block([("x", _one(3))], Struct([x, x, x])), leaf=leaf)
    assert leaf.embedded == 1


def test_an_unbound_name_is_named_with_those_that_are_bound():
    with pytest.raises(ValueError, match=r"Nothing defines the name `z` here.*: y, x"):
        _run(Block([("x", _one()), ("y", _one())], Reference("z", _FLOAT)))


def test_functions_are_values():
    function_type = fl.FunctionType(_FLOAT, _FLOAT)
    double = Lambda("v", _FLOAT, Call(_PLUS, Struct([Reference("v", _FLOAT), Reference("v", _FLOAT)])))
    twice = Lambda(
        "f", function_type, Call(Reference("f", function_type), Call(Reference("f", function_type), _one(3)))
    )
    assert _run(Call(twice, double)) == 12


def test_selecting_by_index_keeps_names():
    named = Struct([("b", _one(1)), ("a", Struct([_one(2), _one(3)]))])
    assert _run(Selection(Selection(named, name="a"), index=1)) == 3
    assert list(_run(named)) == ["b", "a"]


def test_a_dict_argument_is_paired_by_name():
    type_spec = fl.StructType([("b", _FLOAT), ("a", _FLOAT)])
    block = Lambda("x", type_spec, Selection(Reference("x", type_spec), name="b"))
    assert _run(block, {"a": 1.0, "b": 2.0}) == 2


def test_a_bad_leaf_is_located_by_its_path():
    type_spec = fl.StructType([("w", fl.StructType([_FLOAT, fl.TensorType(np.float32, [2])]))])
    with pytest.raises(TypeError) as failure:
        _run(Lambda("x", type_spec, Reference("x", type_spec)), {"w": (1.0, [1.0, 2.0, 3.0])})
    assert location_of(failure.value).argument_path == ("w", 1)


_PAIR = fl.StructType([("w", fl.StructType([_FLOAT, _FLOAT])), ("n", _FLOAT)])


class _WholeLeaf(PlainLeaf):
    def takes_whole(self, value):
        return isinstance(value, structure.Struct)


async def _embedded_and_selected(leaf, value):
    executor = ReferenceResolvingExecutor(leaf)
    handle = await executor.create_value(value, _PAIR)
    inner = await executor.create_selection(await executor.create_selection(handle, 0), 1)
    return await inner.compute(), await handle.compute()


_COMPUTED = structure.Struct([("w", structure.Struct.unnamed(1.0, 2.0)), ("n", 3.0)])


@pytest.mark.parametrize(
    ("leaf", "value", "num_embedded"),
    [
        (_WholeLeaf(), _COMPUTED, 1),
        (_WholeLeaf(), {"w": (1.0, 2.0), "n": 3.0}, 3),
        (PlainLeaf(), _COMPUTED, 3),
    ],
    ids=["computed", "of the user", "of another leaf"],
)
def test_a_struct_stays_whole_where_the_target_wants_it(leaf, value, num_embedded):
    selected, whole = asyncio.run(_embedded_and_selected(leaf, value))
    assert leaf.embedded == num_embedded
    assert selected == 2.0 and whole == _COMPUTED


def test_a_lambda_takes_along_a_part_of_a_struct_that_stayed_whole():
    async def main():
        executor = ReferenceResolvingExecutor(_WholeLeaf())
        pair = await executor.create_value(_COMPUTED, _PAIR)
        function = Lambda("x", _FLOAT, Selection(Reference("pair", _PAIR), name="n"))

        async def resolve(_):
            return pair

        closed = await close_lambda(function, resolve)
        handle = await executor.create_value(closed.to_proto())
        return await (await executor.create_call(handle, await executor.create_value(1.0, _FLOAT))).compute()

    assert asyncio.run(main()) == 3


def test_a_missing_field_is_named():
    type_spec = fl.StructType([("w", fl.StructType([("a", _FLOAT), ("b", _FLOAT)]))])
    with pytest.raises(TypeError, match="missing the field `b` and unexpected the field `c`") as failure:
        _run(Lambda("x", type_spec, Reference("x", type_spec)), {"w": {"a": 1.0, "c": 2.0}})
    assert location_of(failure.value).argument_path == ("w",)


def test_calling_with_a_wrong_type_names_both_types():
    async def main():
        executor = ReferenceResolvingExecutor(PlainLeaf())
        function = await executor.create_value(Lambda("x", _FLOAT, Reference("x", _FLOAT)).to_proto())
        wrong = await executor.create_value(1, fl.TensorType(np.int32))
        with pytest.raises(TypeError, match="argument of type float32, found type int32"):
            await executor.create_call(function, wrong)
        with pytest.raises(TypeError, match="needs an argument of type float32"):
            await executor.create_call(function)

    asyncio.run(main())


def test_a_function_has_no_value():
    async def main():
        executor = ReferenceResolvingExecutor(PlainLeaf())
        function = await executor.create_value(Lambda("x", _FLOAT, Reference("x", _FLOAT)).to_proto())
        with pytest.raises(TypeError, match="Did you forget to call it"):
            await function.compute()

    asyncio.run(main())


def test_handles_of_other_executors_are_refused():
    async def main():
        foreign = await PlainLeaf().create_value(1.0, _FLOAT)
        executor = ReferenceResolvingExecutor(PlainLeaf())
        with pytest.raises(TypeError, match="embedded in this ReferenceResolvingExecutor"):
            await executor.create_struct([foreign])

    asyncio.run(main())


def test_a_computation_of_another_type_is_refused():
    async def main():
        executor = ReferenceResolvingExecutor(PlainLeaf())
        with pytest.raises(TypeError, match="Expected a value of type int32, found a `literal` computation"):
            await executor.create_value(_one().to_proto(), fl.TensorType(np.int32))

    asyncio.run(main())


def test_a_chain_of_a_thousand_locals_runs():
    x = Reference("x", _FLOAT)
    step = ("x", Call(_PLUS, Struct([x, _one(1)])))
    executor = ReferenceResolvingExecutor(PlainLeaf())
    block = Block([("x", _one(0))] + [step] * 1000, x)

    async def main():
        # Not from a proto: parsing so deep a tree is another matter.
        return await (await executor._evaluate(block, None)).compute()

    assert asyncio.run(main()) == 1000


def test_a_function_that_no_ast_describes_cannot_be_taken_along():
    function_type = fl.FunctionType(_FLOAT, _FLOAT)
    uses_it = Lambda("x", _FLOAT, Call(Reference("f", function_type), Reference("x", _FLOAT)))

    async def main():
        # Such is what a call of the target returns: only the target knows what is inside.
        opaque = ReferenceResolvingExecutorValue(
            PlainValue(abs, function_type), function_type, ReferenceResolvingExecutor(PlainLeaf())
        )

        async def resolve(name):
            return opaque

        with pytest.raises(TypeError, match=r"uses the outer value `f` of type \(float32 -> float32\)"):
            await close_lambda(uses_it, resolve)

    asyncio.run(main())
