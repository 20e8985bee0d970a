"""Objects of TensorFlow from outside of the function that uses them, and what is said about them."""

MISTAKES = {
    "a variable from outside": (
        """
rate = tf.Variable(0.1)

@tff.tf_computation(VECTOR)
def step(x):
    return x * rate  # here
""",
        "`step` cannot be defined. The variable `rate` was made outside of this function, and a "
        "computation cannot take it along. Make it inside, or pass its value as an argument.",
    ),
    "a model from outside": (
        """
model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])

@tff.tf_computation(VECTOR)
def step(x):
    return model(x[:, None])  # here
""",
        "`step` cannot be defined. The model `model` was made outside of this function, and a computation"
        " cannot take it along. Make it inside, or pass its weights as an argument.",
    ),
    "a layer from outside that is built inside": (
        """
dense = tf.keras.layers.Dense(1)

@tff.tf_computation(VECTOR)
def step(x):  # here
    return dense(x[:, None])
""",
        "`step` cannot be defined. The layer `dense` was made outside of this function, and built inside by its first "
        "use. So its weights belong to this computation, and `dense` cannot be used any more. Make the layer inside, "
        "each time that the function runs.",
    ),
    "a model from outside that another function builds": (
        """
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])

def predicted(x):
    return model(x[:, None])

@tff.tf_computation(VECTOR)
def step(x):  # here
    return predicted(x)
""",
        "`step` cannot be defined. The model `model` was made outside of this function, and built inside by its first "
        "use. So its weights belong to this computation, and `model` cannot be used any more. Make the model inside, "
        "each time that the function runs.",
    ),
    "an optimizer from outside": (
        """
optimizer = tf.keras.optimizers.SGD(0.1)
_ = optimizer.learning_rate

@tff.tf_computation(VECTOR)
def step(x):
    weight = tf.Variable(1.0)
    optimizer.apply_gradients([(weight * 2, weight)])  # here
    return weight
""",
        "`step` cannot be defined. The optimizer `optimizer` was made outside of this function, and a "
        "computation cannot take it along. Make it inside.",
    ),
    "a lookup table from outside": (
        """
initializer = tf.lookup.KeyValueTensorInitializer(["one"], tf.constant([1]))
table = tf.lookup.StaticHashTable(initializer, -1)

@tff.tf_computation(np.str_)
def number_of(word):
    return table.lookup(word)  # here
""",
        "`number_of` cannot be defined. The table `table` was made outside of this function, and a "
        "computation cannot take it along. Make it inside.",
    ),
    "a model of an object": (
        """
class Trainer:
    def __init__(self):
        self.model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])

    def make(self):
        return tff.tf_computation(lambda x: self.model(x[:, None]), VECTOR)  # here

Trainer().make()
""",
        "`<lambda>` cannot be defined. The model `self.model` was made outside of this function, and a "
        "computation cannot take it along. Make it inside, or pass its weights as an argument.",
    ),
    "a variable from outside in Dataset.map": (
        """
rate = tf.Variable(0.1)

@tff.tf_computation(DATA)
def total(data):
    return data.map(lambda x: x * rate).reduce(0.0, lambda total, x: total + tf.reduce_sum(x))  # here
""",
        "`total` cannot be defined. The variable `rate` was made outside of this function, and a "
        "computation cannot take it along. Make it inside, or pass its value as an argument.",
    ),
    "a variable from outside as the result": (
        """
rate = tf.Variable(0.1)

@tff.tf_computation(VECTOR)
def step(x):  # here
    return rate
""",
        "`step` cannot be defined. The variable `rate` was made outside of this function, and a "
        "computation cannot take it along. Make it inside, or pass its value as an argument.",
    ),
    "numpy of a variable from outside": (
        """
rate = tf.Variable(0.1)

@tff.tf_computation(VECTOR)
def step(x):
    return x * rate.numpy()  # here
""",
        "`step` cannot be defined. The variable `rate` was made outside of this function, and a "
        "computation cannot take it along. Make it inside, or pass its value as an argument.",
    ),
    "a tensor from outside": (
        """
scale = tf.constant([1.0, 2.0])

@tff.tf_computation(VECTOR)
def step(x):
    return x * scale  # here
""",
        "`step` cannot be defined. The tensor `scale` was made outside of this function, and a "
        "computation cannot take it along. Pass it as an argument, or take its number: `scale.numpy()` outside "
        "becomes a constant.",
    ),
    "a data set from outside": (
        """
data = tf.data.Dataset.range(3)

@tff.tf_computation(np.int64)
def step(x):
    return data.reduce(x, lambda total, y: total + y)  # here
""",
        "`step` cannot be defined. The data set `data` was made outside of this function, and a "
        "computation cannot take it along. Make it inside, or pass it as an argument.",
    ),
    "an iterator from outside": (
        """
batches = iter(tf.data.Dataset.range(3))

@tff.tf_computation(np.int64)
def step(x):
    return x + next(batches)  # here
""",
        "`step` cannot be defined. The iterator `batches` was made outside of this function, and a "
        "computation cannot take it along. Make it inside.",
    ),
}
