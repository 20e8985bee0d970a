"""Facts about intrinsics, against what the documentation of the language says."""

import pytest
from federated_language.compiler import intrinsic_defs

from tffsim.language import intrinsics

FEDERATED = [
    thing.uri
    for thing in vars(intrinsic_defs).values()
    if isinstance(thing, intrinsic_defs.IntrinsicDef) and thing.uri.startswith("federated_")
]
FEDERATED.append("federated_secure_modular_sum")

ONE_OPERAND = {
    "federated_broadcast", "federated_eval_at_clients", "federated_eval_at_server", "federated_max", "federated_mean",
    "federated_min", "federated_sum", "federated_value_at_clients", "federated_value_at_server",
    "federated_zip_at_clients", "federated_zip_at_server",
}  # fmt: skip


@pytest.mark.parametrize("uri", FEDERATED)
def test_the_facts_about_each_intrinsic(uri):
    assert intrinsics.takes_several_operands(uri) == (uri not in ONE_OPERAND)
    assert intrinsics.zips(uri) == ("_zip_" in uri)
    assert intrinsics.is_secure_aggregation(uri) == ("_secure_" in uri and uri.endswith(("sum", "bitwidth")))
    to_all = uri in ("federated_broadcast", "federated_value_at_clients")
    assert intrinsics.sends_one_value_to_all_clients(uri) == to_all


def test_of_a_name_that_nobody_defines_nothing_is_claimed():
    assert intrinsics.definition_of("federated_median") is None
    assert not intrinsics.is_secure_aggregation("federated_median")
    assert not intrinsics.sends_one_value_to_all_clients("")
    with pytest.raises(ValueError, match="`federated_median` is no intrinsic"):
        intrinsics.takes_several_operands("federated_median")
