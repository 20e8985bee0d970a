"""Sending each client the part of a model that it needs: a bag of words, one row per word."""

import collections

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

tff.backends.native.set_sync_local_cpp_execution_context()

# The shape of a select: one slice per key, in the order of the keys.
client_data = [b"heron", b"otter", b"otter"]


@tff.tf_computation
def get_sizes():
    return tf.constant([3, 1, 4], tf.int32)


KEYS = tff.type_at_clients(tff.TensorType(tf.int32, [2]))
NAMES = tff.type_at_server(tff.TensorType(tf.string, [4]))


@tff.tf_computation(NAMES.member, tf.int32)
def select_name(names, key):
    return tf.gather(names, key)


@tff.tf_computation
def concat(names):
    def join(so_far, name):
        return tf.strings.join([so_far, name], " ")

    return names.reduce("", join)


@tff.federated_computation(KEYS, NAMES)
def named(keys, names):
    max_key = tff.federated_value(4, tff.SERVER)
    slices = tff.federated_select(keys, max_key, names, select_name)
    assert str(slices.type_signature) == "{str*}@CLIENTS"
    return tff.federated_map(concat, slices)


names = [b"heron", b"otter", b"trout", b"newt"]
assert named([[0, 1], [3, 3]], names) == [b" heron otter", b" newt newt"]
assert get_sizes().tolist() == [3, 1, 4]

# A model of words: each client asks for the rows of its own words only, trains them, and sends them back.
VOCABULARY = 6
WORDS_PER_CLIENT = 2
BATCH_TYPE = tff.to_type(
    collections.OrderedDict(
        words=tf.TensorSpec([WORDS_PER_CLIENT], tf.int32), liked=tf.TensorSpec([WORDS_PER_CLIENT], tf.float32)
    )
)
MODEL_TYPE = tff.TensorType(tf.float32, [VOCABULARY])
SLICES_TYPE = tff.SequenceType(tff.TensorType(tf.float32))


@tff.tf_computation(BATCH_TYPE)
def keys_of(batch):
    return batch["words"]


@tff.tf_computation(MODEL_TYPE, tf.int32)
def slice_of(model, key):
    return model[key]


@tff.tf_computation(SLICES_TYPE, BATCH_TYPE)
def train_slices(slices, batch):
    rows = slices.batch(WORDS_PER_CLIENT, drop_remainder=True).take(1).get_single_element()
    return collections.OrderedDict(words=batch["words"], change=0.5 * (batch["liked"] - rows))


@tff.tf_computation(
    tff.to_type([("words", (tf.int32, [WORDS_PER_CLIENT])), ("change", (tf.float32, [WORDS_PER_CLIENT]))])
)
def dense(update):
    places = tf.expand_dims(update.words, 1)
    return (
        tf.scatter_nd(places, update.change, [VOCABULARY]),
        tf.scatter_nd(places, tf.ones_like(update.change), [VOCABULARY]),
    )


@tff.tf_computation(MODEL_TYPE, MODEL_TYPE, MODEL_TYPE)
def apply(model, changes, counts):
    return model + tf.math.divide_no_nan(changes, counts)


@tff.federated_computation(tff.type_at_server(MODEL_TYPE), tff.type_at_clients(BATCH_TYPE))
def training_round(model, batches):
    keys = tff.federated_map(keys_of, batches)
    max_key = tff.federated_value(VOCABULARY, tff.SERVER)
    slices = tff.federated_select(keys, max_key, model, slice_of)
    updates = tff.federated_map(dense, tff.federated_map(train_slices, (slices, batches)))
    changes, counts = tff.federated_sum(updates[0]), tff.federated_sum(updates[1])
    return tff.federated_map(apply, (model, changes, counts))


model = np.zeros(VOCABULARY, np.float32)
batches = [
    collections.OrderedDict(words=[0, 4], liked=[1.0, -1.0]),
    collections.OrderedDict(words=[4, 5], liked=[-1.0, 3.0]),
]
for _ in range(2):
    model = training_round(model, batches)
np.testing.assert_allclose(model, [0.75, 0.0, 0.0, 0.0, -0.75, 2.25])


# The private form is called in the same way.
@tff.federated_computation(KEYS, NAMES)
def privately_named(keys, names):
    slices = tff.federated_secure_select(keys, tff.federated_value(4, tff.SERVER), names, select_name)
    return tff.federated_map(concat, slices)


assert privately_named([[2, 0]], names) == [b" trout heron"]
