"""Mistakes in TensorFlow functions, and what is said about them."""

MISTAKES = {
    "a compiled function of NumPy": (
        """
@tff.tf_computation(VECTOR)
def mixed(x):
    return np.random.permutation(x)  # here
""",
        "`mixed` cannot be defined. `np.random.permutation(x)`: a tensor has no value while this function becomes a "
        "graph, and NumPy needs one. Leave NumPy out, and use operations of TensorFlow: `tf.random.shuffle`, not "
        "`np.random.permutation`.",
    ),
    "a table of pandas": (
        """
import pandas

@tff.tf_computation(VECTOR)
def average(x):
    return pandas.Series(x).mean()  # here
""",
        "`average` cannot be defined. `pandas.Series(x)`: a tensor has no value while this function becomes a graph, "
        "and other libraries need one. Do it outside, or use operations of TensorFlow.",
    ),
    "numpy of a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    return x.numpy().mean()  # here
""",
        "`step` cannot be defined. `x.numpy`: a tensor has no value while this function becomes a graph. "
        "Leave `.numpy()` out, and use operations of TensorFlow: `tf.reduce_mean(x)`, not `np.mean(x)`.",
    ),
    "numpy of a tensor in a tf.function": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    @tf.function
    def inner(y):
        return y.numpy()  # here
    return inner(x)
""",
        "`step` cannot be defined. `y.numpy()`: a tensor has no value while this function becomes a "
        "graph. Leave `.numpy()` out, and use operations of TensorFlow: `tf.reduce_mean(x)`, not "
        "`np.mean(x)`.",
    ),
    "numpy of a variable": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    weight = tf.Variable(1.0)
    return weight.numpy()  # here
""",
        "`step` cannot be defined. `weight.numpy()`: a tensor has no value while this function becomes a graph. "
        "Leave `.numpy()` out, and use operations of TensorFlow: `tf.reduce_mean(x)`, not `np.mean(x)`.",
    ),
    "NumPy on a weight": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    return np.sum(model.weights[0])  # here
""",
        "`step` cannot be defined. `np.sum(model.weights[0])`: a tensor has no value while this function becomes a "
        "graph, and NumPy needs one. Leave NumPy out, and use operations of TensorFlow: `tf.reduce_sum`, not "
        "`np.sum`.",
    ),
    "the weights of a model as arrays": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    return model.get_weights()  # here
""",
        "`step` cannot be defined. `model.get_weights()`: a tensor has no value while this function becomes a graph. "
        "Use `model.trainable_variables` in place of `model.get_weights()`.",
    ),
    "NumPy on a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    return np.mean(x)  # here
""",
        "`step` cannot be defined. `np.mean(x)`: a tensor has no value while this function becomes a "
        "graph, and NumPy needs one. Leave NumPy out, and use operations of TensorFlow: "
        "`tf.reduce_mean`, not `np.mean`.",
    ),
    "a method of NumPy on a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    return x.mean()  # here
""",
        "`step` cannot be defined. `x.mean`: a tensor is no array of NumPy, and has no `mean`. Write "
        "`tf.reduce_mean(x)`.",
    ),
    "a number of Python from a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    return float(x[0])  # here
""",
        "`step` cannot be defined. `float(x[0])`: a tensor has no value while this function becomes a "
        "graph, and Python needs one. Use operations of TensorFlow, such as `tf.cast(x, tf.int32)`, "
        "`tf.range(n)`, `tf.sqrt(x)`, `tf.print(x)`.",
    ),
    "a number of Python from a variable of Keras": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    return x * float(tf.keras.optimizers.SGD(0.1).learning_rate)  # here
""",
        "`step` cannot be defined. `float(tf.keras.optimizers.SGD(0.1).learning_rate)`: a tensor has no value while "
        "this function becomes a graph, and Python needs one. Use operations of TensorFlow, such as "
        "`tf.cast(x, tf.int32)`, `tf.range(n)`, `tf.sqrt(x)`, `tf.print(x)`.",
    ),
    "the length of a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    return len(x)  # here
""",
        "`step` cannot be defined. `len(x)`: a tensor has no value while this function becomes a graph. "
        "Use `tf.shape(x)[0]`, not `len(x)`.",
    ),
    "a changed element": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    x[0] = 0.0  # here
    return x
""",
        "`step` cannot be defined. `x[0]`: a tensor cannot be changed. Use `tf.tensor_scatter_nd_update`,"
        " or a `tf.Variable`.",
    ),
    "an if on a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    if x[0] > 0:  # here
        return x
    return -x
""",
        "`step` cannot be defined. `x[0] > 0` asks a tensor for True or False, and it has no value while "
        "this function becomes a graph. Put Python's `for`, `while` and `if` into a function with "
        "`@tf.function`, which translates them, or use `tf.cond` or `tf.where`.",
    ),
    "a while on a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    while tf.reduce_sum(x) < 10:  # here
        x = x * 2
    return x
""",
        "`step` cannot be defined. `tf.reduce_sum(x) < 10` asks a tensor for True or False, and it has no"
        " value while this function becomes a graph. Put Python's `for`, `while` and `if` into a function"
        " with `@tf.function`, which translates them, or use `tf.cond` or `tf.where`.",
    ),
    "a for on a tensor": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    total = 0.0
    for value in x:  # here
        total += value
    return total
""",
        "`step` cannot be defined. `for value in x` loops over a tensor, which has no values while this "
        "function becomes a graph. Put Python's `for`, `while` and `if` into a function with "
        "`@tf.function`, which translates them, or use operations on the whole tensor, or `tf.map_fn`.",
    ),
    "a for on a data set": (
        """
@tff.tf_computation(DATA)
def total(data):
    total = 0.0
    for batch in data:  # here
        total += tf.reduce_sum(batch)
    return total
""",
        "`total` cannot be defined. `for batch in data` reads a data set, which has no elements while "
        "this function becomes a graph. Put Python's `for`, `while` and `if` into a function with "
        "`@tf.function`, which translates them, or use `dataset.reduce`.",
    ),
    "a list of a data set": (
        """
@tff.tf_computation(DATA)
def total(data):
    return list(data)  # here
""",
        "`total` cannot be defined. `list(data)` reads a data set, which has no elements while this "
        "function becomes a graph. Put Python's `for`, `while` and `if` into a function with "
        "`@tf.function`, which translates them, or use `dataset.reduce`.",
    ),
    "an iterator of a data set": (
        """
@tff.tf_computation(DATA)
def total(data):
    return next(iter(data))  # here
""",
        "`total` cannot be defined. `iter(data)` reads a data set, which has no elements while this "
        "function becomes a graph. Put Python's `for`, `while` and `if` into a function with "
        "`@tf.function`, which translates them, or use `dataset.reduce`.",
    ),
    "an iterator of NumPy values": (
        """
@tff.tf_computation(DATA)
def total(data):
    return list(data.as_numpy_iterator())  # here
""",
        "`total` cannot be defined. `data.as_numpy_iterator()` reads a data set, which has no elements "
        "while this function becomes a graph. Put Python's `for`, `while` and `if` into a function with "
        "`@tf.function`, which translates them, or use `dataset.reduce`.",
    ),
    "the length of a data set": (
        """
@tff.tf_computation(DATA)
def total(data):
    return len(data)  # here
""",
        "`total` cannot be defined. `len(data)`: a data set has no length while this function becomes a "
        "graph. Use its `cardinality()`.",
    ),
    "an if where AutoGraph does not reach": (
        """
@tf.autograph.experimental.do_not_convert
def choose(y):
    return y if y > 0 else -y  # here

@tff.tf_computation(VECTOR)
def step(x):
    return tf.function(choose)(x[0])
""",
        "`step` cannot be defined. `y > 0` asks a tensor for True or False, and it has no value while "
        "this function becomes a graph. It is in a `tf.function` or the like already, which does not "
        "translate this code. Use `tf.cond` or `tf.where`.",
    ),
    "functions that run eagerly": (
        """
tf.config.run_functions_eagerly(True)
try:
    @tff.tf_computation(VECTOR)
    @tf.function
    def step(x):
        for value in x:  # here
            pass
        return x
finally:
    tf.config.run_functions_eagerly(False)
""",
        "`step` cannot be defined. `for value in x` needs a `tf.function`, and those are switched off: "
        "`tf.config.run_functions_eagerly(True)` was called. Call it with False before you define "
        "computations.",
    ),
    "model.fit": (
        """
@tff.tf_computation(tff.SequenceType((tff.TensorType(np.float32, [None, 1]),) * 2))
def train(data):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(data, verbose=0)  # here
    return model.trainable_variables
""",
        "`train` cannot be defined. `model.fit` is a program of its own, and this function becomes a "
        "graph. Write the loop yourself: for each batch, `tf.GradientTape` and "
        "`optimizer.apply_gradients`. A loop over a data set belongs into a `tf.function`.",
    ),
    "model.evaluate": (
        """
@tff.tf_computation(tff.SequenceType((tff.TensorType(np.float32, [None, 1]),) * 2))
def train(data):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.evaluate(data, verbose=0)  # here
    return model.trainable_variables
""",
        "`train` cannot be defined. `model.evaluate` is a program of its own, and this function becomes a"
        " graph. Call `model(x)` on each batch, and compute the loss and the metrics of that. A loop over"
        " a data set belongs into a `tf.function`.",
    ),
    "model.predict": (
        """
@tff.tf_computation(tff.SequenceType((tff.TensorType(np.float32, [None, 1]),) * 2))
def train(data):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.predict(data, verbose=0)  # here
    return model.trainable_variables
""",
        "`train` cannot be defined. `model.predict` is a program of its own, and this function becomes a "
        "graph. Call the model: `model(x)`. A loop over a data set belongs into a `tf.function`.",
    ),
    "shapes that do not fit": (
        """
@tff.tf_computation(tff.TensorType(np.float32, [2, 3]))
def step(x):
    return tf.matmul(x, x)  # here
""",
        "`step` cannot be defined. ValueError: Dimensions must be equal, but are 3 and 2 for `MatMul` "
        "with input shapes: [2,3], [2,3].",
    ),
    "shapes that do not fit in a tf.function": (
        """
@tff.tf_computation(tff.TensorType(np.float32, [2, 3]))
def step(x):
    @tf.function
    def inner(y):
        return tf.matmul(y, y)  # here
    return inner(x)
""",
        "`step` cannot be defined. ValueError: Dimensions must be equal, but are 3 and 2 for `MatMul` "
        "with input shapes: [2,3], [2,3].",
    ),
    "a forgotten return in TensorFlow": (
        """
@tff.tf_computation(VECTOR)
def step(x):  # here
    x + 1
""",
        "`step` cannot be defined. It returned `None`. Did you forget to write `return` in front of the result?",
    ),
    "None in a result": (
        """
@tff.tf_computation(VECTOR)
def step(x):  # here
    return {"sum": tf.reduce_sum(x), "max": None}
""",
        "`step` cannot be defined. Expected a tensor, a dataset or a container of them in the result of "
        "`step`, field `max`, found None.",
    ),
    "integer keys": (
        """
@tff.tf_computation(VECTOR)
def count(x):  # here
    return {k: tf.reduce_sum(tf.cast(x == k, tf.int32)) for k in range(3)}
""",
        "`count` cannot be defined. The keys of a dict become the names of fields, so they must be texts;"
        ' this one has the key 0. Write the key as a text, such as "0", or use a list or a tensor, with '
        "the key as position.",
    ),
    "a generator": (
        """
@tff.tf_computation(VECTOR)
def parts(x):  # here
    yield x
""",
        "`parts` cannot be defined. It contains `yield`, so it returns no value. Collect the values in a "
        "list or a tensor, and `return` it.",
    ),
    "an async function": (
        """
@tff.tf_computation(VECTOR)
async def step(x):  # here
    return x
""",
        "`step` cannot be defined. It is an `async` function, which computes nothing when it is called. "
        "Write `def`, without `await`.",
    ),
    "a placed parameter of TensorFlow": (
        """
@tff.tf_computation(AT_CLIENTS)
def step(x):  # here
    return x
""",
        "`step` cannot be defined. A TensorFlow function cannot take a value of type {float32}@CLIENTS. "
        "Give the type of one value, without a placement, or make it a `tff.federated_computation`.",
    ),
    "an operator in TensorFlow": (
        """
@tff.tf_computation(VECTOR)
def step(x):
    return tff.federated_sum(x)  # here
""",
        "`step` cannot be defined. `federated_sum` works between server and clients, and this is a "
        "TensorFlow function, which runs at one of them. Call it in a `tff.federated_computation`.",
    ),
    "a federated computation in TensorFlow": (
        """
total = tff.federated_computation(lambda x: tff.federated_sum(x), AT_CLIENTS)

@tff.tf_computation(VECTOR)
def step(x):
    return total(x)  # here
""",
        "`step` cannot be defined. `step` is a TensorFlow function; inside it only other TensorFlow "
        "functions can be called, found a federated computation. Call that from a federated computation, too.",
    ),
    "a federated value in TensorFlow": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    @tff.tf_computation
    def add_it():
        return tf.add(x, 1.0)  # here
    return tff.federated_eval(add_it, tff.CLIENTS)
""",
        "`add_it` cannot be defined. `tf.add(x, 1.0)`: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS) in a federated computation, and a TensorFlow function cannot read it. Make "
        "it a parameter: `tff.federated_map(f, x)` gives it to `f`.",
    ),
    "150 weights for an inner call, one of another type": (
        """
@tff.tf_computation(tff.to_type(WEIGHTS))
def step(weights):
    return shrink(dict(weights, layer_99=tf.cast(weights["layer_99"], tf.int32)))  # here
""",
        "`step` cannot be defined. Argument `layer_99` must be a tensor of type float32[2], found one of "
        "int32. Cast it with `tf.cast`.",
    ),
    "a computation that is not called": (
        """
@tff.tf_computation(np.float32)
def shift(x):
    return x + halve  # here
""",
        "`shift` cannot be defined. `x + halve` needs a number. `halve` is a computation. Did you forget to call it: "
        "`halve(...)`?",
    ),
    "a tensor of another computation": (
        """
@tff.tf_computation(np.float32)
def shift(x):
    seen.append(x)
    return x


@tff.tf_computation(np.float32)
def use(x):
    return x + seen[0]  # here
""",
        "`use` cannot be defined. It uses a tensor, variable, model or table of another function, and a computation "
        "cannot take that along. Make it inside, or return it there and pass it here as an argument.",
    ),
    "a model that is built in a tf.function": (
        """
@tff.tf_computation(DATA)
def train(data):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])

    @tf.function
    def loop():
        total = 0.0
        for x in data:
            total += tf.reduce_sum(model(x))
        return total

    return loop()  # here
""",
        "`train` cannot be defined. A model, layer or variable is used for the first time inside a `tf.function`, and "
        "its weights cannot be made there. Make them before: give the model a `keras.Input(...)`, or call "
        "`model.build(...)` outside of it.",
    ),
    "a model as the result": (
        """
@tff.tf_computation
def start():  # here
    return tf.keras.Sequential([tf.keras.Input([3]), tf.keras.layers.Dense(1)])
""",
        "`start` cannot be defined. Expected a tensor, a dataset or a container of them in the result of `start`, "
        "found a `Sequential`. Return its numbers: `model.trainable_variables`.",
    ),
}
