"""A table of mistakes that are made with computations: the code, and the message that it gets.

The line of the code that the message must name, besides what it says, is marked with a comment.
"""

from tests.unit.computations.mistakes import calls, federated, operators, outside_objects, signatures, tensorflow

PRELUDE = """
import collections, math
import numpy as np
import tensorflow as tf
import tffsim as tff

AT_CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)
AT_SERVER = tff.FederatedType(np.float32, tff.SERVER)
VECTOR = tff.TensorType(np.float32, [None])
seen = []
DATA = tff.SequenceType(tff.TensorType(np.float32, [None, 1]))
WEIGHTS = collections.OrderedDict((f"layer_{i}", tff.TensorType(np.float32, [2])) for i in range(150))
OTHER_WEIGHTS = collections.OrderedDict(WEIGHTS, layer_99=tff.TensorType(np.float32, [3]))
FEWER_WEIGHTS = collections.OrderedDict((name, t) for name, t in WEIGHTS.items() if name != "layer_99")

@tff.tf_computation(np.float32)
def halve(x):
    return x / 2

@tff.tf_computation
def double(x):
    return x * 2

@tff.tf_computation(np.float32, np.float32)
def add(x, y):
    return x + y

@tff.federated_computation(AT_CLIENTS)
def mean_of_all(x):
    return tff.federated_mean(x)

@tff.federated_computation(AT_CLIENTS, AT_SERVER)
def with_shift(x, by):
    return x, by

@tff.tf_computation(tff.to_type(WEIGHTS))
def shrink(weights):
    return weights
"""

MISTAKES = {
    **federated.MISTAKES,
    **operators.MISTAKES,
    **tensorflow.MISTAKES,
    **outside_objects.MISTAKES,
    **signatures.MISTAKES,
    **calls.MISTAKES,
}

MARK = "# here"
