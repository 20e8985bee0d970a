"""An intrinsic that the layers bring along."""

import federated_language
from federated_language import framework

FEDERATED_SECURE_MODULAR_SUM = framework.IntrinsicDef(
    "FEDERATED_SECURE_MODULAR_SUM",
    "federated_secure_modular_sum",
    federated_language.FunctionType(
        [
            federated_language.FederatedType(federated_language.AbstractType("V"), federated_language.CLIENTS),
            federated_language.AbstractType("M"),
        ],
        federated_language.FederatedType(federated_language.AbstractType("V"), federated_language.SERVER),
    ),
    aggregation_kind=framework.AggregationKind.SECURE,
)


def federated_secure_modular_sum(value, modulus):
    value, modulus = federated_language.to_value(value, None), federated_language.to_value(modulus, None)
    result = federated_language.FederatedType(value.type_signature.member, federated_language.SERVER)
    type_spec = federated_language.FunctionType([value.type_signature, modulus.type_signature], result)
    intrinsic = framework.Intrinsic(FEDERATED_SECURE_MODULAR_SUM.uri, type_spec)
    call = framework.Call(intrinsic, framework.Struct([value.comp, modulus.comp]))
    return federated_language.Value(framework.get_context_stack().current.bind_computation_to_reference(call))
