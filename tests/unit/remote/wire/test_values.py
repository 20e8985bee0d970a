"""Values cross the wire as they are: random ones of random types, in messages and in streams."""

import collections

import federated_language as fl
import hypothesis.strategies as st
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from federated_language.common_libs import structure
from hypothesis import given, settings

from tffsim.failures.failure_location import location_of
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.tensors import ArrivingBuffers
from tffsim.remote.wire.values import ValueWriter, buffer_sizes, read_value

DTYPES = (
    np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64,
    np.float16, np.float32, np.float64, np.complex64, np.complex128, ml_dtypes.bfloat16, np.str_,
)  # fmt: skip
SHAPES = ((), (0,), (3,), (2, 2), (40, 30))
NAMES = ("b", "a", "é")


def crossed(value, type_spec, *, streamed=False):
    """Returns what arrives of a value."""
    writer, message = ValueWriter(), messages.Value()
    writer.write(value, type_spec, message)
    if not streamed:
        writer.buffers.put_inline()
        return read_value(messages.Value.FromString(message.SerializeToString()), type_spec)
    arrived = messages.Value.FromString(message.SerializeToString())
    arriving = ArrivingBuffers(buffer_sizes(arrived), 1 << 30)
    for chunk in writer.buffers.chunks():
        arriving.add(chunk)
    return read_value(arrived, type_spec, iter(arriving.complete()))


def tensor_types():
    return st.builds(fl.TensorType, st.sampled_from(DTYPES), st.sampled_from(SHAPES))


def struct_types(elements):
    unnamed = st.lists(elements, max_size=3).map(fl.StructType)
    named = st.lists(elements, min_size=1, max_size=3).map(
        lambda types: fl.StructType(list(zip(NAMES, types, strict=False)))
    )
    return unnamed | named


def member_types():
    return st.recursive(tensor_types(), struct_types, max_leaves=4)


def sequence_types():
    return member_types().filter(_has_tensor).map(fl.SequenceType)


def _has_tensor(type_spec):
    if isinstance(type_spec, fl.StructType):
        return len(type_spec) > 0 and all(_has_tensor(t) for t in type_spec)
    return True


def federated_types(members):
    return st.builds(fl.FederatedType, members, st.just(fl.CLIENTS), st.booleans())


def types():
    members = member_types() | sequence_types()
    return members | federated_types(members) | struct_types(sequence_types())


def payload(draw, type_spec):
    if isinstance(type_spec, fl.FederatedType):
        if type_spec.all_equal:
            return payload(draw, type_spec.member)
        return [payload(draw, type_spec.member) for _ in range(draw(st.integers(0, 3)))]
    if isinstance(type_spec, fl.SequenceType):
        return [payload(draw, type_spec.element) for _ in range(draw(st.integers(0, 3)))]
    if isinstance(type_spec, fl.StructType):
        names = structure.name_list_with_nones(type_spec)
        return structure.Struct((name, payload(draw, t)) for name, t in zip(names, type_spec, strict=True))
    dtype = type_spec.dtype.type
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    if dtype is np.str_:
        texts = [rng.bytes(int(n)) for n in rng.integers(0, 6, int(np.prod(type_spec.shape, dtype=int)))]
        array = np.empty(len(texts), object)
        array[:] = texts
        return array.reshape(type_spec.shape)
    return rng.integers(0, 2 if dtype is np.bool_ else 100, type_spec.shape).astype(dtype)


@st.composite
def typed_values(draw):
    type_spec = draw(types())
    return payload(draw, type_spec), type_spec


def plain(value):
    """Returns nested lists of (dtype, shape, bytes), and the names of structs."""
    if isinstance(value, tf.data.Dataset):
        return [plain(element) for element in value]
    if isinstance(value, structure.Struct):
        return [(name, plain(element)) for name, element in structure.to_elements(value)]
    if isinstance(value, collections.OrderedDict):
        return [(name, plain(element)) for name, element in value.items()]
    if isinstance(value, tuple):
        return [(None, plain(element)) for element in value]
    if isinstance(value, list):
        return [plain(element) for element in value]
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind in "OS":
        return "text", array.shape, [bytes(text) for text in array.reshape(-1).tolist()]
    return array.dtype.name, array.shape, array.tobytes()


@given(typed_values(), st.booleans())
@settings(max_examples=150, derandomize=True, database=None)
def test_any_value_arrives_as_it_was(typed_value, streamed):
    value, type_spec = typed_value
    assert plain(crossed(value, type_spec, streamed=streamed)) == plain(value)


def test_a_sequence_keeps_a_smaller_last_batch_and_its_order():
    type_spec = fl.SequenceType(fl.TensorType(np.int64, [None]))
    dataset = tf.data.Dataset.range(10).batch(4)
    assert [e.numpy().tolist() for e in crossed(dataset, type_spec)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_a_sequence_of_a_generator_arrives():
    type_spec = fl.SequenceType(np.int32)
    assert [int(e) for e in crossed(lambda: iter(range(5)), type_spec)] == [0, 1, 2, 3, 4]


def test_a_sequence_may_be_read_twice():
    arrived = crossed([1, 2], fl.SequenceType(np.int32))
    assert [int(e) for e in arrived] == [int(e) for e in arrived] == [1, 2]


def test_texts_of_clients_arrive():
    assert crossed(["a", "bc"], fl.FederatedType(np.str_, fl.CLIENTS)) == [b"a", b"bc"]


def test_a_data_set_without_an_end_is_refused():
    with pytest.raises(ValueError, match=r"without an end.*take"):
        crossed(tf.data.Dataset.range(3).repeat(), fl.SequenceType(np.int64))


def test_what_arrives_can_be_written_to():
    crossed(np.zeros(3, np.float32), fl.TensorType(np.float32, [3]))[0] = 1
    crossed(np.zeros(3000, np.float32), fl.TensorType(np.float32, [3000]), streamed=True)[0] = 1


def test_a_tensor_of_this_process_is_not_copied_before_it_is_sent():
    writer, message = ValueWriter(), messages.Value()
    tensor = tf.range(100_000)
    writer.write(tensor, fl.TensorType(np.int32, [100_000]), message)
    assert writer.buffers.num_bytes == 400_000
    assert not message.tensor.content


def test_a_wrong_member_is_located_at_its_client_of_the_whole_cohort():
    writer = ValueWriter(None, 10, 30)
    type_spec = fl.FederatedType(fl.StructType([("x", np.int32)]), fl.CLIENTS)
    with pytest.raises(TypeError) as caught:
        writer.write([{"x": 1}, {"x": "no"}], type_spec, messages.Value())
    location = location_of(caught.value)
    assert (location.client, location.num_clients, location.argument_path) == (11, 30, ("x",))


def test_a_function_is_no_value():
    from tffsim.language.federated_lambdas import identity

    proto = identity(fl.TensorType(np.int32)).to_proto()
    with pytest.raises(TypeError, match="call it"):
        ValueWriter().write(proto, fl.FunctionType(np.int32, np.int32), messages.Value())


INT = fl.TensorType(np.int32, [2])


@pytest.mark.parametrize(
    ("message", "type_spec"),
    [
        (messages.Value(), INT),
        (messages.Value(tensor=messages.Tensor(dtype="object", shape=[1], content=b"12345678")), INT),
        (messages.Value(tensor=messages.Tensor(dtype="int32", shape=[2], content=b"1234567")), INT),
        (messages.Value(tensor=messages.Tensor(dtype="int32", shape=[-2], content=b"12345678")), INT),
        (messages.Value(tensor=messages.Tensor(dtype="int32", shape=[1 << 62, 1 << 62], content=b"")), INT),
        (messages.Value(tensor=messages.Tensor(dtype="int32", shape=[3], content=b"123456789012")), INT),
        (messages.Value(tensor=messages.Tensor(dtype="int32", shape=[2], buffer_size=8)), INT),
        (messages.Value(tensor=messages.Tensor(dtype="str", shape=[1 << 40], content=b"")), fl.TensorType(np.str_)),
        (messages.Value(tensor=messages.Tensor(dtype="str", shape=[], content=b"\xff" * 8)), fl.TensorType(np.str_)),
        (messages.Value(struct=messages.Struct()), fl.StructType([np.int32])),
        (messages.Value(federated=messages.Federated(all_equal=True)), fl.FederatedType(INT, fl.CLIENTS)),
        (messages.Value(federated=messages.Federated(all_equal=True)), fl.FederatedType(INT, fl.SERVER, True)),
        (messages.Value(sequence=messages.Sequence(runs=[messages.Run(length=2)])), fl.SequenceType(np.int32)),
        (messages.Value(sequence=messages.Sequence(runs=[messages.Run(length=1 << 60)])),
         fl.SequenceType(fl.StructType([]))),
        (messages.Value(placement="nowhere"), INT),
        (messages.Value(computation=b"x"), INT),
    ],
)  # fmt: skip
def test_a_message_that_is_no_value_of_the_type_is_malformed(message, type_spec):
    with pytest.raises(MalformedError):
        read_value(message, type_spec)
