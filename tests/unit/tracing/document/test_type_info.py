import collections

import federated_language as fl
import ml_dtypes
import numpy as np
import pytest

import tffsim as tff
from tffsim.tracing.document.type_info import MAX_MEMBERS, TypeInfo, describe_type

_LONG_NAMES = [f"weights_of_the_layer_with_number_{number}" for number in range(30)]
_WEIGHTS = fl.StructType([(name, np.float32) for name in _LONG_NAMES])


@pytest.mark.parametrize(
    ("type_spec", "members"),
    [
        (fl.to_type([("a", np.int32), ("b", [("c", np.int32)])]), ("a", "b")),
        (fl.StructType([np.int32, ("f", fl.FunctionType(np.int32, np.int32))]), ("", "f")),
        (fl.FederatedType([("a", np.int32)], fl.SERVER), ("a",)),
        (fl.FederatedType([("a", np.int32)], fl.CLIENTS), ("a",)),
        (fl.StructType([]), ()),
        (fl.TensorType(np.float32, [3]), ()),
        (_WEIGHTS, tuple(_LONG_NAMES)),
    ],
)
def test_the_members_of_a_struct_are_known_by_name(type_spec, members):
    assert describe_type(type_spec).members == members


def test_only_functions_are_functions_however_long_their_text_is():
    function = fl.FunctionType(_WEIGHTS, np.float32)
    assert describe_type(function).is_function
    assert not describe_type(_WEIGHTS).is_function
    assert not describe_type(fl.StructType([function])).is_function


def test_a_long_text_is_cut_and_says_so():
    assert describe_type(fl.TensorType(np.int32)) == TypeInfo("int32", dtype="int32")
    text = describe_type(_WEIGHTS).text
    assert len(text) == 400 and text.endswith("…")


def test_the_elements_of_a_sequence_have_a_size_if_all_have_the_same():
    assert describe_type(fl.SequenceType(_WEIGHTS)).element_size == 4 * len(_LONG_NAMES)
    assert describe_type(fl.SequenceType(fl.TensorType(np.float32, [2]))).element_size == 8
    assert describe_type(fl.TensorType(np.float32, [2])).element_size == 0
    assert describe_type(fl.SequenceType(fl.TensorType(np.float32, [None]))).element_size == 0


def test_of_a_very_wide_struct_the_first_members_are_known():
    wide = fl.StructType([(f"m{number}", np.int32) for number in range(1000)])
    assert describe_type(wide).members == tuple(f"m{number}" for number in range(MAX_MEMBERS))


@pytest.fixture(scope="module")
def trace_of_many_weights():
    weights = collections.OrderedDict((name, np.float32) for name in _LONG_NAMES)

    @tff.tf_computation(weights)
    def doubled(w):
        return collections.OrderedDict((name, w[name] * 2) for name in w)

    @tff.federated_computation(tff.FederatedType(weights, tff.CLIENTS))
    def total(w):
        return tff.federated_sum(tff.federated_map(doubled, w))

    client = {name: float(number) for number, name in enumerate(_LONG_NAMES)}
    return tff.trace(total)([client, client]).trace.frozen()


def test_functions_of_many_weights_are_no_traffic(trace_of_many_weights):
    ledger = trace_of_many_weights.traffic()
    assert all(size == 30 * 4 for size in ledger["size"])
    assert set(ledger["direction"]) == {"caller to clients", "clients to server"}


def test_previews_name_the_members_of_structs_of_many_weights(trace_of_many_weights, tmp_path):
    trace_of_many_weights.save(tmp_path / "many.tfftrace")
    for trace in (trace_of_many_weights, tff.load_trace(tmp_path / "many.tfftrace")):
        structs = [span for span, name in enumerate(trace.spans["operation"]) if name == "create_struct"]
        assert any(f"<{_LONG_NAMES[0]}=" in trace.preview(span) for span in structs)


def test_a_tensor_tells_its_dtype_wherever_it_is_placed():
    bfloat16 = fl.TensorType(ml_dtypes.bfloat16, [2])
    placed = [fl.FederatedType(bfloat16, fl.CLIENTS), fl.FederatedType(bfloat16, fl.SERVER), bfloat16]
    assert {describe_type(type_spec).dtype for type_spec in placed} == {"bfloat16"}
    assert describe_type(fl.TensorType(np.str_)).dtype == "str"
    assert describe_type(fl.SequenceType(np.float32)).dtype == describe_type(fl.StructType([np.int32])).dtype == ""
