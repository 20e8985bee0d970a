"""A layer that learns: a mean of the clients' numbers, a step at a time."""

import federated_language
import numpy as np
import tensorflow as tf

from tensorflow_federated.python.core import templates
from tensorflow_federated.python.core.backends.mapreduce import intrinsics
from tensorflow_federated.python.core.environments.tensorflow_frontend import tensorflow_computation

NUMBER = federated_language.TensorType(np.float32)
AT_SERVER = federated_language.FederatedType(NUMBER, federated_language.SERVER)
AT_CLIENTS = federated_language.FederatedType(NUMBER, federated_language.CLIENTS)
COUNTS = federated_language.FederatedType(np.int32, federated_language.CLIENTS)


def build_mean_process(rate):
    """Each client sends how far the model is from its number; a variable holds the rate."""

    @tensorflow_computation.tf_computation(NUMBER, NUMBER)
    def step(model, number):
        speed = tf.compat.v1.get_variable("speed", initializer=np.float32(rate), use_resource=True)
        with tf.control_dependencies([speed.assign_add(0.0)]):
            return speed.read_value() * (number - model)

    add = tensorflow_computation.tf_computation(lambda model, change: model + change, NUMBER, NUMBER)
    start = tensorflow_computation.tf_computation(lambda: tf.constant(0.0))

    @federated_language.federated_computation
    def initialize():
        return federated_language.federated_eval(start, federated_language.SERVER)

    @federated_language.federated_computation(AT_SERVER, AT_CLIENTS)
    def next_fn(model, numbers):
        models = federated_language.federated_broadcast(model)
        change = federated_language.federated_mean(federated_language.federated_map(step, (models, numbers)))
        return federated_language.federated_map(add, (model, change))

    return templates.IterativeProcess(initialize, next_fn)


@federated_language.federated_computation(COUNTS)
def count(counts):
    return intrinsics.federated_secure_modular_sum(counts, 5)
