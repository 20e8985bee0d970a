"""Mistakes in what federated operators are given, and what is said about them."""

MISTAKES = {
    "swapped arguments": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_map(x, halve)  # here
""",
        "`average` cannot be defined. The arguments of `federated_map` are swapped: the function comes "
        "first, then the value. Write `tff.federated_map(halve, x)`.",
    ),
    "a Python function for a computation": (
        """
def round_it(value):
    return value

@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_map(round_it, x)  # here
""",
        "`average` cannot be defined. `federated_map` needs a computation as `fn`, and `round_it` is a "
        "Python function. Make one of it: `tff.tf_computation(round_it)`, or the decorator "
        "`@tff.tf_computation` above its `def`.",
    ),
    "a lambda for a computation": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_map(lambda v: v / 2, x)  # here
""",
        "`average` cannot be defined. `federated_map` needs a computation as `fn`, and a lambda is a "
        "Python function. Make one of it: `tff.tf_computation(f)`, or the decorator `@tff.tf_computation`"
        " above its `def`.",
    ),
    "two values without a tuple": (
        """
@tff.federated_computation(AT_CLIENTS, AT_CLIENTS)
def average(x, y):
    return tff.federated_map(add, x, y)  # here
""",
        "`average` cannot be defined. federated_map() takes 2 positional arguments but 3 were given. "
        "Several values are mapped together in a tuple: `tff.federated_map(f, (x, y))`.",
    ),
    "server and clients mapped together": (
        """
@tff.federated_computation(AT_CLIENTS, AT_SERVER)
def average(x, state):
    return tff.federated_map(add, (x, state))  # here
""",
        "`average` cannot be defined. `federated_map` got a value at SERVER together with one at CLIENTS."
        " Send the one at SERVER to the clients first: `tff.federated_broadcast(state)`.",
    ),
    "server and clients zipped": (
        """
@tff.federated_computation(AT_CLIENTS, AT_SERVER)
def average(x, state):
    return tff.federated_zip((x, state))  # here
""",
        "`average` cannot be defined. `federated_zip` got a value at SERVER together with one at CLIENTS."
        " Send the one at SERVER to the clients first: `tff.federated_broadcast(state)`.",
    ),
    "a constant mapped with client values": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_map(add, (x, 1.0))  # here
""",
        "`average` cannot be defined. `federated_map` got a value at CLIENTS together with one without a "
        "placement. Give it one: `tff.federated_value(..., tff.CLIENTS)`.",
    ),
    "a mean of a server value": (
        """
@tff.federated_computation(AT_SERVER)
def average(x):
    return tff.federated_mean(x)  # here
""",
        "`average` cannot be defined. `federated_mean` takes a value at CLIENTS, found a value at SERVER "
        "(float32@SERVER). The server has one value: there is nothing to aggregate, use it as it is.",
    ),
    "a sum of a sum": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_sum(tff.federated_sum(x))  # here
""",
        "`average` cannot be defined. `federated_sum` takes a value at CLIENTS, found a value at SERVER "
        "(float32@SERVER). The server has one value: there is nothing to aggregate, use it as it is.",
    ),
    "a weight at the server": (
        """
@tff.federated_computation(AT_CLIENTS, AT_SERVER)
def average(x, state):
    return tff.federated_mean(x, state)  # here
""",
        "`average` cannot be defined. `federated_mean` takes `weight` at CLIENTS, found a value at SERVER"
        " (float32@SERVER). Send it to the clients first: `tff.federated_broadcast`.",
    ),
    "a broadcast of client values": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_broadcast(x)  # here
""",
        "`average` cannot be defined. `federated_broadcast` takes a value at SERVER, found a value at "
        "CLIENTS ({float32}@CLIENTS). The clients have their values already; to send them something of "
        "all, aggregate it first, as with `tff.federated_mean`.",
    ),
    "a mean of integers": (
        """
@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def average(x):
    return tff.federated_mean(x)  # here
""",
        "`average` cannot be defined. `federated_mean` takes floats, found int32. Convert the values at "
        "the clients first: `tff.federated_map` of a `tf_computation` with `tf.cast`.",
    ),
    "a sum of booleans": (
        """
@tff.federated_computation(tff.FederatedType(np.bool_, tff.CLIENTS))
def count(x):
    return tff.federated_sum(x)  # here
""",
        "`count` cannot be defined. `federated_sum` takes numbers, found bool. Convert the values at the "
        "clients first: `tff.federated_map` of a `tf_computation` with `tf.cast`.",
    ),
    "a least complex number": (
        """
@tff.federated_computation(tff.FederatedType(np.complex64, tff.CLIENTS))
def least(x):
    return tff.federated_min(x)  # here
""",
        "`least` cannot be defined. `federated_min` takes numbers, found complex64. Convert the values at "
        "the clients first: `tff.federated_map` of a `tf_computation` with `tf.cast`.",
    ),
    "a sum of arrays of open shape": (
        """
@tff.federated_computation(tff.FederatedType(tff.TensorType(np.float32, [None]), tff.CLIENTS))
def total(x):
    return tff.federated_sum(x)  # here
""",
        "`total` cannot be defined. `federated_sum` must know the shape of what it adds, and float32[?] "
        "leaves it open: without clients, the sum is zeros of this shape. Tell it in the type, as in "
        "`tff.TensorType(np.float32, [3])`.",
    ),
    "a number of keys that has no placement": (
        """
@tff.federated_computation(tff.FederatedType((np.int32, [2]), tff.CLIENTS), AT_SERVER)
def rows(keys, state):
    return tff.federated_select(keys, 4, state, add)  # here
""",
        "`rows` cannot be defined. `federated_select` takes `max_key`, the number of keys, as int32 at "
        "SERVER, as the keys are. Write `tff.federated_value(np.int32(4), tff.SERVER)`.",
    ),
    "weights that are no numbers": (
        """
@tff.federated_computation(AT_CLIENTS, tff.FederatedType(np.bool_, tff.CLIENTS))
def average(x, w):
    return tff.federated_mean(x, w)  # here
""",
        "`average` cannot be defined. `federated_mean` takes numbers as weights, found bool. Convert the values at "
        "the clients first: `tff.federated_map` of a `tf_computation` with `tf.cast`.",
    ),
    "keys of another dtype": (
        """
@tff.federated_computation(tff.FederatedType((np.int64, [2]), tff.CLIENTS), AT_SERVER)
def rows(keys, state):
    return tff.federated_select(keys, tff.federated_value(np.int64(4), tff.SERVER), state, add)  # here
""",
        "`rows` cannot be defined. `federated_select` takes keys as int32 at CLIENTS, found a value at CLIENTS "
        "({int64[2]}@CLIENTS). Declare them as `np.int32`.",
    ),
    "a mean of data sets": (
        """
@tff.federated_computation(tff.FederatedType(DATA, tff.CLIENTS))
def average(x):
    return tff.federated_mean(x)  # here
""",
        "`average` cannot be defined. `federated_mean` takes numbers, and each client holds a data set "
        "(float32[?,1]*). Map a `tf_computation` that makes a number of it, as with `dataset.reduce`, and"
        " aggregate what that returns.",
    ),
    "a mean of a value without a placement": (
        """
@tff.federated_computation(np.float32)
def average(x):
    return tff.federated_mean(x)  # here
""",
        "`average` cannot be defined. `federated_mean` takes a value at CLIENTS, and this one has no "
        "placement: a value of type float32. Give the parameter the type `tff.FederatedType(..., "
        "tff.CLIENTS)`.",
    ),
    "no type for client values": (
        """
@tff.federated_computation
def average(x):
    return tff.federated_mean(x)  # here

average([1.0, 2.0])
""",
        "`average` cannot be defined. `federated_mean` takes a value at CLIENTS, and this one has no "
        "placement: a value of type <float32,float32>. The computation has no types, so a list is taken "
        "for one value with several parts. Say where its values are: "
        "`@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))`.",
    ),
    "a function for another type": (
        """
@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def average(x):
    return tff.federated_map(halve, x)  # here
""",
        "`average` cannot be defined. The function does not fit the value in `federated_map`: expected "
        "float32, found int32.",
    ),
    "one of 150 weights with another shape": (
        """
@tff.federated_computation(tff.FederatedType(OTHER_WEIGHTS, tff.CLIENTS))
def average(x):
    return tff.federated_map(shrink, x)  # here
""",
        "`average` cannot be defined. The function does not fit the value in `federated_map`: field "
        "`layer_99`: expected float32[2], found float32[3].",
    ),
    "one of 150 weights that is missing": (
        """
@tff.federated_computation(tff.FederatedType(FEWER_WEIGHTS, tff.CLIENTS))
def average(x):
    return tff.federated_map(shrink, x)  # here
""",
        "`average` cannot be defined. The function does not fit the value in `federated_map`: field "
        "`layer_99`: it is missing.",
    ),
    "150 weights for a call, one with another shape": (
        """
@tff.federated_computation(tff.to_type(OTHER_WEIGHTS))
def reduce(x):
    return shrink(x)  # here
""",
        "`reduce` cannot be defined. The argument of `shrink` does not fit: field `layer_99`: expected "
        "float32[2], found float32[3].",
    ),
    "a zero of another type than the elements": (
        """
plus = tff.tf_computation(lambda a, b: a + b, np.int64, np.int64)

@tff.federated_computation(tff.SequenceType(np.int64))
def total(numbers):
    return tff.sequence_reduce(numbers, 0, plus)  # here
""",
        "`total` cannot be defined. `op` of `sequence_reduce` does not fit `zero` and an element: field `[0]`: "
        "expected int64, found int32.",
    ),
    "a function that does not take its own result": (
        """
@tff.federated_computation(tff.SequenceType(np.int64))
def total(numbers):
    return tff.sequence_reduce(numbers, np.int32(0), tff.tf_computation(lambda a, b: 0.5, np.int32, np.int64))  # here
""",
        "`total` cannot be defined. `op` of `sequence_reduce` does not fit its own result and an element: field `[0]`: "
        "expected int32, found float32.",
    ),
    "a zero of another type": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_aggregate(x, 0, add, add, halve)  # here
""",
        "`average` cannot be defined. `accumulate` of `federated_aggregate` does not fit `zero` and a "
        "client's value: field `[0]`: expected float32, found int32.",
    ),
    "a zero that is not called": (
        """
@tff.tf_computation
def nothing():
    return 0.0


@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_aggregate(x, nothing, add, add, halve)  # here
""",
        "`average` cannot be defined. `federated_aggregate` needs a value as `zero`. `nothing` is a computation. "
        "Did you forget to call it: `nothing()`?",
    ),
    "a placement as text": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_value(1.0, "clients")  # here
""",
        "`average` cannot be defined. `federated_value` needs a placement, found 'clients'. Write "
        "`tff.CLIENTS` or `tff.SERVER`.",
    ),
    "a placed value placed again": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_value(x, tff.CLIENTS)  # here
""",
        "`average` cannot be defined. `federated_value` places a number, and this is a value at CLIENTS "
        "({float32}@CLIENTS) already. Use it as it is.",
    ),
    "an evaluation of a function with a parameter": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_eval(halve, tff.CLIENTS)  # here
""",
        "`average` cannot be defined. `federated_eval` runs a function without parameters; this one takes"
        " float32. To give it a value, write `tff.federated_map(halve, x)`.",
    ),
    "a number for the weights": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_mean(x, weight=2.0)  # here
""",
        "`average` cannot be defined. `federated_mean` takes a weight of each client, and this one has no "
        "placement: a value of type float32. Leave it out: all clients weigh the same then. "
        "Or give one at CLIENTS, such as the number of examples.",
    ),
    "an operator for a computation": (
        """
@tff.federated_computation(tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS))
def totals(data):
    return tff.federated_map(tff.sequence_sum, data)  # here
""",
        "`totals` cannot be defined. `federated_map` needs a computation as `fn`, and `sequence_sum` is an operator. "
        "Call it with the value itself, as in `tff.sequence_sum(x)`.",
    ),
    "an object that can be called for a computation": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_map(tf.keras.layers.Dense(1), x)  # here
""",
        "`average` cannot be defined. `federated_map` needs a computation as `fn`, and this is a `Dense`. Make one of "
        "it: `tff.tf_computation(f)`, or the decorator `@tff.tf_computation` above its `def`.",
    ),
    "weights of Keras at the server": (
        """
@tff.federated_computation
def start():
    model = tf.keras.Sequential([tf.keras.Input([3]), tf.keras.layers.Dense(2)])
    return tff.federated_value(model.trainable_variables, tff.SERVER)  # here
""",
        "`start` cannot be defined. `federated_value` got a `Variable` of TensorFlow in `0` of `value`. A "
        "`federated_computation` knows federated values and numbers: give its numbers, as in `x.numpy()`, or make it "
        "in a `tf_computation` `f`: `tff.federated_eval(f, tff.SERVER)`.",
    ),
    "a model at the server": (
        """
@tff.federated_computation
def start():
    model = tf.keras.Sequential([tf.keras.Input([3]), tf.keras.layers.Dense(2)])
    return tff.federated_value({"model": model}, tff.SERVER)  # here
""",
        "`start` cannot be defined. `federated_value` got a `Sequential` of TensorFlow in `model` of `value`. A "
        "`federated_computation` knows federated values and numbers: give its numbers, as in `x.get_weights()`, or "
        "make it in a `tf_computation` `f`: `tff.federated_eval(f, tff.SERVER)`.",
    ),
    "None at the server": (
        """
@tff.federated_computation
def start():
    return tff.federated_value(None, tff.SERVER)  # here
""",
        "`start` cannot be defined. `federated_value` got None as `value`. Leave it out, or give a value.",
    ),
    "a set at the server": (
        """
@tff.federated_computation
def start():
    return tff.federated_value({1, 2}, tff.SERVER)  # here
""",
        "`start` cannot be defined. `federated_value` got a `set` as `value`. It takes numbers, texts, arrays, "
        "federated values, and tuples and dicts of them.",
    ),
    "a function at the server": (
        """
@tff.federated_computation
def start():
    return tff.federated_value(lambda: 1, tff.SERVER)  # here
""",
        "`start` cannot be defined. `federated_value` got a function as `value`. Did you forget to call it?",
    ),
    "a computation at the server that is not called": (
        """
@tff.federated_computation
def start():
    return tff.federated_value([halve], tff.SERVER)  # here
""",
        "`start` cannot be defined. `federated_value` needs a value as `value`. `halve` is a computation. Did you "
        "forget to call it: `halve(...)`?",
    ),
    "a number that is sent to the clients": (
        """
@tff.federated_computation
def start():
    return tff.federated_broadcast(1.0)  # here
""",
        "`start` cannot be defined. `federated_broadcast` takes a value at SERVER, and this one has no placement: a "
        "value of type float32. Give it one: `tff.federated_value(..., tff.SERVER)`.",
    ),
    "a mean of bfloat16": (
        """
@tff.federated_computation(tff.FederatedType(tf.bfloat16.as_numpy_dtype, tff.CLIENTS))
def average(x):
    return tff.federated_mean(x)  # here
""",
        "`average` cannot be defined. `federated_mean` does not support bfloat16. Convert the values at the clients "
        "first: `tff.federated_map` of a `tf_computation` with `tf.cast`.",
    ),
    "a sum of texts": (
        """
@tff.federated_computation(tff.FederatedType(np.str_, tff.CLIENTS))
def total(x):
    return tff.federated_sum(x)  # here
""",
        "`total` cannot be defined. `federated_sum` takes numbers, found str. Convert the values at the clients first: "
        "`tff.federated_map` of a `tf_computation` with `tf.strings.to_number`.",
    ),
    "a bound at the server": (
        """
@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS), tff.FederatedType(np.int32, tff.SERVER))
def total(x, bound):
    return tff.federated_secure_sum(x, bound)  # here
""",
        "`total` cannot be defined. `federated_secure_sum` takes `max_input` as a plain number, found a value at "
        "SERVER (int32@SERVER). Write the number itself.",
    ),
    "an open number of keys": (
        """
@tff.federated_computation(
    tff.FederatedType(tff.TensorType(np.int32, [None]), tff.CLIENTS),
    tff.FederatedType(np.int32, tff.SERVER),
    tff.FederatedType(tff.TensorType(np.float32, [3]), tff.SERVER),
)
def slices(keys, max_key, table):
    return tff.federated_select(keys, max_key, table, halve)  # here
""",
        "`slices` cannot be defined. `federated_select` must know how many keys each client has, and int32[?] leaves "
        "it open. Tell it in the type, as in `tff.TensorType(np.int32, [3])`.",
    ),
}
