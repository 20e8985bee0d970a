"""`federated_secure_modular_sum`, which `federated_language` leaves out.

It is written as the secure sums of the language are: the value and the modulus become
the argument of one intrinsic, which the runtime knows.
"""

import federated_language as fl
from federated_language import framework
from federated_language.common_libs import structure

from tffsim.computations.operators.operators_outside import check_is_inside
from tffsim.language.intrinsics import FEDERATED_SECURE_MODULAR_SUM
from tffsim.language.type_kinds import federated_type_of


def federated_secure_modular_sum(value: object, modulus: object) -> fl.Value:
    """Sums integers of the clients modulo a number; no single value becomes known.

    The sum is exact, also where it would leave the range of the dtype. Here the
    aggregation is simulated: nothing is encrypted.

    Args:
        value: Integers at the clients, or a structure of them. Each counts as its
            remainder, between 0 and `modulus - 1`.
        modulus: A positive integer that fits the dtype of `value`, or one for each
            tensor of it.

    Returns:
        The sum at the server, between 0 and `modulus - 1`.

    Raises:
        TypeError: If the value is not at the clients or holds no integers, or the modulus
            has another structure.
    """
    check_is_inside("federated_secure_modular_sum")
    summand = framework.ensure_federated_value(fl.to_value(value, type_spec=None), fl.CLIENTS, "value to be summed")
    framework.check_is_structure_of_integers(summand.type_signature)
    member_type = summand.type_signature.member
    divisor = fl.to_value(modulus, type_spec=None)
    if not framework.is_single_integer_or_matches_structure(divisor.type_signature, member_type):
        raise TypeError(
            f"Expected one integer as modulus, or one for each tensor of {member_type}; "
            f"found a modulus of type {divisor.type_signature}."
        )
    if isinstance(divisor.type_signature, fl.TensorType) and isinstance(member_type, fl.StructType):
        divisor = fl.to_value(structure.map_structure(lambda _: modulus, member_type), type_spec=None)
    return _bound(_call(summand.comp, divisor.comp))


def _call(
    value: framework.ComputationBuildingBlock, modulus: framework.ComputationBuildingBlock
) -> framework.ComputationBuildingBlock:
    member_type = federated_type_of(value.type_signature).member
    parameter = [fl.FederatedType(member_type, fl.CLIENTS), modulus.type_signature]
    type_spec = fl.FunctionType(parameter, fl.FederatedType(member_type, fl.SERVER))
    intrinsic = framework.Intrinsic(FEDERATED_SECURE_MODULAR_SUM.uri, type_spec)
    return framework.Call(intrinsic, framework.Struct([value, modulus]))


def _bound(block: framework.ComputationBuildingBlock) -> fl.Value:
    context = framework.get_context_stack().current
    assert isinstance(context, framework.SymbolBindingContext)
    return fl.Value(context.bind_computation_to_reference(block))
