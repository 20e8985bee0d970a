"""Facts about intrinsics, against what the documentation of the language says."""

import pytest
from federated_language.compiler import intrinsic_defs

from tffsim.language import intrinsics
from tffsim.language.generic_intrinsics import LEAF_INTRINSIC_URIS

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


def test_what_is_sent_to_the_server_and_what_it_cannot_see():
    to_server = {uri for uri in FEDERATED if intrinsics.sends_to_server(uri)}
    assert to_server == {
        "federated_aggregate", "federated_max", "federated_mean", "federated_min", "federated_secure_modular_sum",
        "federated_secure_select", "federated_secure_sum", "federated_secure_sum_bitwidth", "federated_select",
        "federated_sum", "federated_weighted_mean",
    }  # fmt: skip
    assert {uri for uri in FEDERATED if intrinsics.hides_single_values(uri)} == {
        uri for uri in to_server if "_secure_" in uri
    }


def test_what_is_sent_to_the_clients():
    assert {uri for uri in FEDERATED if intrinsics.sends_to_clients(uri)} == {
        "federated_broadcast", "federated_secure_select", "federated_select", "federated_value_at_clients",
    }  # fmt: skip


def test_operators_that_fold_are_known_to_the_leaf():
    assert set(intrinsics.REDUCTIONS) <= set(FEDERATED)
    assert set(intrinsics.REDUCTIONS.values()) <= LEAF_INTRINSIC_URIS


def test_of_a_name_that_nobody_defines_nothing_is_claimed():
    assert intrinsics.definition_of("federated_median") is None
    assert not intrinsics.is_secure_aggregation("federated_median")
    assert not intrinsics.sends_one_value_to_all_clients("")
    with pytest.raises(ValueError, match="`federated_median` is no intrinsic"):
        intrinsics.takes_several_operands("federated_median")
    with pytest.raises(ValueError, match="`generic_zero` is no intrinsic"):
        intrinsics.sends_to_server("generic_zero")
