"""Gradients of some rows, ragged and sparse tensors, variables of Keras: results, arguments and elements."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff

STACKS = {
    "local": tff.local_executor_factory,
    "tree": lambda: tff.local_executor_factory(max_fanout=2),
    "debug": tff.debug_executor_factory,
}


def ragged():
    return tf.ragged.constant([[1, 2], [], [3]])


def deep():
    return tf.ragged.constant([[[1], [2, 3]], [[4]]])


def sparse():
    return tf.sparse.from_dense([[0, 1], [2, 0]])


RAGGED = ragged()
TABLE = tff.TensorType(np.float32, [3, 2])
ROWS = tff.SequenceType((np.int32, [None]))
RAGGED_SENTENCE = r"no `tf.RaggedTensor`. Use its `.values` and `.row_splits`, or `.to_tensor\(\)`"
SPARSE_SENTENCE = r"no `tf.SparseTensor`. Use its `.indices`, `.values` and `.dense_shape`"

same = tff.tf_computation(lambda x: x)
total_of_rows = tff.tf_computation(lambda rows: rows.reduce(0, lambda total, row: total + tf.reduce_sum(row)))


def one_row(value=1.0):
    return tf.IndexedSlices(tf.fill([1, 2], value), tf.constant([1]), tf.constant([3, 2]))


@pytest.mark.parametrize("stack", STACKS)
def test_gradients_of_some_rows_are_whole_at_every_client(stack):
    @tff.federated_computation(tff.FederatedType(TABLE, tff.CLIENTS))
    def total(gradients):
        return tff.federated_sum(gradients)

    context = tff.SyncExecutionContext(STACKS[stack]())
    result = context.invoke(total, [one_row(1.0), np.ones([3, 2], np.float32), one_row(2.0)])
    np.testing.assert_array_equal(result, [[1, 1], [4, 4], [1, 1]])


def test_gradients_of_some_rows_are_arguments_with_and_without_types():
    whole = [[0, 0], [1, 1], [0, 0]]
    np.testing.assert_array_equal(same(one_row()), whole)
    np.testing.assert_array_equal(tff.tf_computation(lambda x: x, TABLE)(one_row()), whole)
    np.testing.assert_array_equal(tff.federated_computation(lambda x: x)(one_row()), whole)


def test_rows_without_the_shape_of_the_whole_say_so():
    rows = tf.IndexedSlices(tf.ones([1, 2]), tf.constant([1]))
    with pytest.raises(TypeError, match="`dense_shape`"):
        same(rows)
    with pytest.raises(tff.ArgumentError, match="`dense_shape`"):
        tff.tf_computation(lambda x: x, TABLE)(rows)


def test_variables_of_keras_are_values():
    layer = keras.layers.Dense(1, kernel_initializer="ones")
    layer.build((None, 2))
    np.testing.assert_array_equal(same(layer.kernel), [[1], [1]])
    np.testing.assert_array_equal(tff.tf_computation(lambda x: x, (np.float32, [2, 1]))(layer.kernel), [[1], [1]])

    @tff.tf_computation
    def weights():
        made = keras.layers.Dense(1, kernel_initializer="ones")
        made.build((None, 2))
        return made.trainable_variables

    kernel, bias = weights()
    np.testing.assert_array_equal(kernel, [[1], [1]])
    np.testing.assert_array_equal(bias, [0])


@pytest.mark.parametrize("stack", STACKS)
def test_the_rows_of_a_ragged_tensor_are_elements_of_client_data(stack):
    @tff.tf_computation(ROWS)
    def total(rows):
        return rows.reduce(0, lambda so_far, row: so_far + tf.reduce_sum(row))

    @tff.federated_computation(tff.FederatedType(ROWS, tff.CLIENTS))
    def totals(rows):
        return tff.federated_map(total, rows)

    clients = [tf.data.Dataset.from_tensor_slices(RAGGED), tf.data.Dataset.from_tensor_slices(RAGGED).take(1)]
    assert tff.SyncExecutionContext(STACKS[stack]()).invoke(totals, clients) == [6, 3]


def test_the_rows_of_a_ragged_tensor_are_elements_beside_others():
    data = tf.data.Dataset.from_tensor_slices({"label": [1, 2, 3], "words": RAGGED})
    assert total_of_rows(data.map(lambda element: element["words"])) == 6
    assert total_of_rows(tf.data.Dataset.from_tensor_slices(RAGGED)) == 6
    pairs = list(same(tf.data.Dataset.from_tensor_slices((RAGGED, [7, 8, 9]))))
    assert [(words.numpy().tolist(), int(label)) for words, label in pairs] == [([1, 2], 7), ([], 8), ([3], 9)]
    assert [element["words"].numpy().tolist() for element in same(data)] == [[1, 2], [], [3]]


def test_a_computation_returns_the_rows_of_a_ragged_tensor():
    result = tff.tf_computation(lambda: tf.data.Dataset.from_tensor_slices({"words": ragged()}))()
    assert result.element_spec == {"words": tf.TensorSpec([None], tf.int32)}
    assert [element["words"].numpy().tolist() for element in result] == [[1, 2], [], [3]]


NOT_DENSE = {
    "result": lambda make: tff.tf_computation(lambda: {"x": make()}),
    "argument": lambda make: same(make()),
    "argument of a federated computation": lambda make: tff.federated_computation(lambda x: x)([1, make()]),
    "argument with a type": lambda make: tff.tf_computation(lambda x: x, (np.int32, [None, None]))(make()),
    "value of a client": lambda make: tff.federated_computation(
        lambda x: x, tff.FederatedType((np.int32, [None, None]), tff.CLIENTS)
    )([make()]),
    "element of a list": lambda make: total_of_rows.fn_for_argument_type(tff.StructType([ROWS]), True)([[make()]]),
}


@pytest.mark.parametrize("place", NOT_DENSE)
@pytest.mark.parametrize(("make", "sentence"), [(ragged, RAGGED_SENTENCE), (sparse, SPARSE_SENTENCE)])
def test_other_ragged_and_sparse_values_say_what_to_use(place, make, sentence):
    with pytest.raises(TypeError, match=sentence) as caught:
        NOT_DENSE[place](make)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(("make", "sentence"), [(deep, RAGGED_SENTENCE), (sparse, SPARSE_SENTENCE)])
def test_elements_that_are_ragged_or_sparse_say_what_to_use(make, sentence):
    data = tf.data.Dataset.from_tensor_slices(make())
    with pytest.raises(TypeError, match=sentence):
        total_of_rows(data)
    with pytest.raises(TypeError, match=sentence):
        tff.tf_computation(lambda: tf.data.Dataset.from_tensor_slices(make()))
    with pytest.raises(tff.ArgumentError, match=sentence):
        tff.tf_computation(lambda rows: rows.reduce(0, lambda total, _: total), ROWS)(data)


def test_what_the_sentences_say_works():
    def parts():
        r, s = ragged(), sparse()
        return (r.values, r.row_splits, r.to_tensor()), (s.indices, s.values, s.dense_shape, tf.sparse.to_dense(s))

    of_ragged, of_sparse = tff.tf_computation(parts)()
    assert [part.tolist() for part in of_ragged] == [[1, 2, 3], [0, 2, 2, 3], [[1, 2], [0, 0], [3, 0]]]
    assert [part.tolist() for part in of_sparse] == [[[0, 1], [1, 0]], [1, 2], [2, 2], [[0, 1], [2, 0]]]
