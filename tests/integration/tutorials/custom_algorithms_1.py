"""Custom algorithms, part 1: weather stations measure, the server wants summaries."""

import collections

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff


# Hello.
@tff.federated_computation
def greeting():
    return "good morning"


assert greeting() == b"good morning"

# Types of values that live somewhere.
rainfall = tff.FederatedType(tf.float32, tff.CLIENTS)
assert str(rainfall.member) == "float32" and str(rainfall.placement) == "CLIENTS"
assert str(rainfall) == "{float32}@CLIENTS" and not rainfall.all_equal
assert str(tff.FederatedType(tf.float32, tff.CLIENTS, all_equal=True)) == "float32@CLIENTS"
assert str(tff.type_at_server(tf.int32)) == "int32@SERVER"

record = tff.FederatedType([("day", tf.int32), ("rain", tff.TensorType(tf.float32, [3]))], tff.CLIENTS)
assert str(record) == "{<day=int32,rain=float32[3]>}@CLIENTS"
assert str(tff.to_type(collections.OrderedDict([("a", tf.bool), ("b", tf.string)]))) == "<a=bool,b=str>"


# Federated operators.
@tff.federated_computation(tff.type_at_clients(tf.float32))
def mean_rainfall(amounts):
    assert str(amounts.type_signature) == "{float32}@CLIENTS"
    return tff.federated_mean(amounts)


assert str(mean_rainfall.type_signature) == "({float32}@CLIENTS -> float32@SERVER)"
assert mean_rainfall([2.0, 4.5, 7.0]) == 4.5


# Functions are values, too.
@tff.federated_computation(tff.FunctionType(tf.int32, tf.int32), tf.int32)
def twice(function, number):
    return function(function(number))


assert str(twice.type_signature) == "(<function=(int32 -> int32),number=int32> -> int32)"


# Mathematics is TensorFlow's.
@tff.tf_computation(tf.float32)
def in_inches(millimetres):
    return tf.divide(millimetres, 25.4)


assert str(in_inches.type_signature) == "(float32 -> float32)"
assert np.isclose(in_inches(50.8), 2.0)


@tff.federated_computation(tff.type_at_clients(tf.float32))
def all_in_inches(amounts):
    return tff.federated_map(in_inches, amounts)


assert str(all_in_inches.type_signature) == "({float32}@CLIENTS -> {float32}@CLIENTS)"
np.testing.assert_allclose(all_in_inches([25.4, 12.7]), [1.0, 0.5], rtol=1e-6)


@tff.tf_computation(tf.int32)
def add_three(number):
    return number + 3


@tff.federated_computation(tf.int32)
def add_six(number):
    return twice(add_three, number)


assert add_six(1) == 7


# Python runs once, when a computation is made: a loop over a range is unrolled.
@tff.tf_computation(tf.float32)
def compounded(start):
    amount = start
    for _ in range(3):
        amount = amount * 2.0
    return amount


assert compounded(1.0) == 8.0

# A client may hold a sequence.
daily_rain = tff.SequenceType(tf.float32)
assert str(daily_rain) == "float32*"


@tff.tf_computation(tff.SequenceType(tf.float32))
def mean_of_days(days):
    total = days.reduce(np.float32(0.0), lambda so_far, rain: so_far + rain)
    count = days.reduce(np.float32(0.0), lambda so_far, _: so_far + 1.0)
    return total / count


assert str(mean_of_days.type_signature) == "(float32* -> float32)"
assert mean_of_days([1.0, 2.0, 6.0]) == 3.0


@tff.tf_computation(tff.SequenceType(collections.OrderedDict([("depth", tf.int32), ("width", tf.int32)])))
def volume(puddles):
    return puddles.reduce(np.int32(0), lambda so_far, puddle: so_far + puddle["depth"] * puddle["width"])


assert str(volume.type_signature) == "(<depth=int32,width=int32>* -> int32)"
assert volume([{"depth": 2, "width": 3}, {"depth": 4, "width": 5}]) == 26


@tff.federated_computation(tff.type_at_clients(tff.SequenceType(tf.float32)))
def mean_of_stations(stations):
    return tff.federated_mean(tff.federated_map(mean_of_days, stations))


assert str(mean_of_stations.type_signature) == "({float32*}@CLIENTS -> float32@SERVER)"
assert mean_of_stations([[1.0, 3.0], [6.0], [4.0, 5.0, 6.0]]) == 13.0 / 3


# A value of the server travels to all.
@tff.tf_computation(tff.SequenceType(tf.float32), tf.float32)
def share_of_wet_days(days, limit):
    counts = days.reduce(
        np.array([0, 0]), lambda n, rain: n + tf.stack([tf.cast(rain > limit, tf.int64), tf.constant(1, tf.int64)])
    )
    return tf.cast(counts[0], tf.float32) / tf.cast(counts[1], tf.float32)


@tff.federated_computation(tff.type_at_clients(tff.SequenceType(tf.float32)), tff.type_at_server(tf.float32))
def wet_days(stations, limit):
    return tff.federated_mean(tff.federated_map(share_of_wet_days, [stations, tff.federated_broadcast(limit)]))


assert str(wet_days.type_signature) == "(<stations={float32*}@CLIENTS,limit=float32@SERVER> -> float32@SERVER)"
assert wet_days([[0.0, 3.0], [5.0, 6.0]], 2.0) == 0.75
