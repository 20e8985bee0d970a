"""Custom algorithms, part 2: federated averaging, a line at a time, on pictures of ten shapes."""

import collections

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

random = np.random.default_rng(5)
shapes = random.random((10, 64)).round().astype(np.float32)
BATCH_SIZE = 20


def data_of_shape(shape):
    """Each client has pictures of one shape only, in batches."""
    noise = random.normal(scale=0.2, size=(5, BATCH_SIZE, 64))
    pictures = (shapes[shape] + noise).clip(0, 1).astype(np.float32)
    return [{"x": batch, "y": np.full(BATCH_SIZE, shape, np.int32)} for batch in pictures]


federated_train_data = [data_of_shape(shape) for shape in range(4)]

BATCH_SPEC = collections.OrderedDict(
    x=tf.TensorSpec(shape=[None, 64], dtype=tf.float32), y=tf.TensorSpec(shape=[None], dtype=tf.int32)
)
BATCH_TYPE = tff.to_type(BATCH_SPEC)
assert str(BATCH_TYPE) == "<x=float32[?,64],y=int32[?]>"

MODEL_SPEC = collections.OrderedDict(
    weights=tf.TensorSpec(shape=[64, 10], dtype=tf.float32), bias=tf.TensorSpec(shape=[10], dtype=tf.float32)
)
MODEL_TYPE = tff.to_type(MODEL_SPEC)
assert str(MODEL_TYPE) == "<weights=float32[64,10],bias=float32[10]>"


@tf.function
def forward_pass(model, batch):
    predicted = tf.nn.softmax(tf.matmul(batch["x"], model["weights"]) + model["bias"])
    one_hot = tf.one_hot(batch["y"], 10)
    return -tf.reduce_mean(tf.reduce_sum(one_hot * tf.math.log(predicted), axis=[1]))


@tff.tf_computation(MODEL_TYPE, BATCH_TYPE)
def batch_loss(model, batch):
    return forward_pass(model, batch)


assert str(batch_loss.type_signature) == (
    "(<model=<weights=float32[64,10],bias=float32[10]>,batch=<x=float32[?,64],y=int32[?]>> -> float32)"
)

initial_model = collections.OrderedDict(weights=np.zeros([64, 10], np.float32), bias=np.zeros([10], np.float32))
sample_batch = federated_train_data[3][-1]
assert np.isclose(batch_loss(initial_model, sample_batch), np.log(10.0))


@tff.tf_computation(MODEL_TYPE, BATCH_TYPE, tf.float32)
def batch_train(initial_model, batch, learning_rate):
    model_vars = collections.OrderedDict(
        [(name, tf.Variable(name=name, initial_value=value)) for name, value in initial_model.items()]
    )

    @tf.function
    def train_on_batch(model, batch):
        with tf.GradientTape() as tape:
            loss = forward_pass(model, batch)
        gradients = tape.gradient(loss, model)
        # An optimizer of Keras 3 takes no tensor as learning rate.
        tf.nest.map_structure(
            lambda variable, gradient: variable.assign_sub(learning_rate * gradient), model, gradients
        )
        return model

    return train_on_batch(model_vars, batch)


assert str(batch_train.type_signature.result) == str(MODEL_TYPE)

model = initial_model
losses = []
for _ in range(5):
    model = batch_train(model, sample_batch, 0.1)
    losses.append(batch_loss(model, sample_batch))
assert losses == sorted(losses, reverse=True) and losses[-1] < 1.0

LOCAL_DATA_TYPE = tff.SequenceType(BATCH_TYPE)


@tff.federated_computation(MODEL_TYPE, tf.float32, LOCAL_DATA_TYPE)
def local_train(initial_model, learning_rate, all_batches):
    @tff.tf_computation(LOCAL_DATA_TYPE, tf.float32)
    def insert_learning_rate(dataset, learning_rate):
        return dataset.map(lambda x: (x, learning_rate))

    batches_with_learning_rate = insert_learning_rate(all_batches, learning_rate)

    @tff.federated_computation(MODEL_TYPE, batches_with_learning_rate.type_signature.element)
    def batch_fn(model, batch_with_lr):
        batch, lr = batch_with_lr
        return batch_train(model, batch, lr)

    return tff.sequence_reduce(batches_with_learning_rate, initial_model, batch_fn)


assert str(local_train.type_signature) == (
    "(<initial_model=<weights=float32[64,10],bias=float32[10]>,learning_rate=float32,"
    "all_batches=<x=float32[?,64],y=int32[?]>*> -> <weights=float32[64,10],bias=float32[10]>)"
)
locally_trained_model = local_train(initial_model, 0.1, federated_train_data[3])


@tff.federated_computation(MODEL_TYPE, LOCAL_DATA_TYPE)
def local_eval(model, all_batches):
    batch_losses = tff.sequence_map(tff.federated_computation(lambda b: batch_loss(model, b), BATCH_TYPE), all_batches)
    return tff.sequence_sum(batch_losses)


assert str(local_eval.type_signature.result) == "float32"
assert local_eval(locally_trained_model, federated_train_data[3]) < local_eval(initial_model, federated_train_data[3])
assert local_eval(locally_trained_model, federated_train_data[0]) > local_eval(initial_model, federated_train_data[0])

SERVER_MODEL_TYPE = tff.type_at_server(MODEL_TYPE)
CLIENT_DATA_TYPE = tff.type_at_clients(LOCAL_DATA_TYPE)


@tff.federated_computation(SERVER_MODEL_TYPE, CLIENT_DATA_TYPE)
def federated_eval(model, data):
    return tff.federated_mean(tff.federated_map(local_eval, [tff.federated_broadcast(model), data]))


before = federated_eval(initial_model, federated_train_data)
assert np.isclose(before, 5 * np.log(10.0), rtol=1e-5)

SERVER_FLOAT_TYPE = tff.type_at_server(tf.float32)


@tff.federated_computation(SERVER_MODEL_TYPE, SERVER_FLOAT_TYPE, CLIENT_DATA_TYPE)
def federated_train(model, learning_rate, data):
    return tff.federated_mean(
        tff.federated_map(local_train, [tff.federated_broadcast(model), tff.federated_broadcast(learning_rate), data])
    )


model = initial_model
learning_rate = 0.1
history = [before]
for _ in range(4):
    model = federated_train(model, learning_rate, federated_train_data)
    learning_rate = learning_rate * 0.9
    history.append(federated_eval(model, federated_train_data))
assert history == sorted(history, reverse=True) and history[-1] < 0.8 * history[0]
assert list(model) == ["weights", "bias"] and type(model) is collections.OrderedDict
