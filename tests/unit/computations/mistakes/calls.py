"""Mistakes in calls of computations, and what is said about them."""

MISTAKES = {
    "too many arguments": (
        """
add(1.0, 2.0, 3.0)
""",
        "`add` takes 2 arguments (`x`, `y`), found 3.",
    ),
    "clients' values that are in no list": (
        """
mean_of_all(1.0, 2.0, 3.0)
""",
        "`mean_of_all` takes one argument, found 3. Give a list, one value per client: `mean_of_all([1.0, 2.0, 3.0])`.",
    ),
    "clients' values that are in no list, and one at the server": (
        """
with_shift(1.0, 2.0, 3.0)
""",
        "`with_shift` takes 2 arguments (`x`, `by`), found 3. Give a list, one value per client: "
        "`with_shift([1.0, 2.0], 3.0)`.",
    ),
    "clients' arrays that are in no list": (
        """
mean_of_all(np.float32(1), np.float32(2))
""",
        "`mean_of_all` takes one argument, found 2. Give a list, one value per client: `mean_of_all([..., ...])`.",
    ),
    "values of another type, in no list": (
        """
mean_of_all("one", "two")
""",
        "`mean_of_all` takes one argument, found 2.",
    ),
    "two arguments swapped in a federated computation": (
        """
@tff.federated_computation(AT_CLIENTS, AT_SERVER)
def both(x, by):
    return with_shift(by, x)  # here
""",
        "`both` cannot be defined. Argument `x` of `with_shift` does not fit: expected a value at CLIENTS, found one "
        "at SERVER. Did you swap `x` and `by`?",
    ),
    "too few arguments": (
        """
add(1.0)
""",
        "`add` takes 2 arguments (`x`, `y`), found 1. `y` is missing.",
    ),
    "no argument": (
        """
halve()
""",
        "`halve` takes one argument, found none.",
    ),
    "an unknown name": (
        """
add(x=1.0, z=2.0)
""",
        "`add` takes 2 arguments (`x`, `y`); `z` is none of them.",
    ),
    "a name that is missing": (
        """
add(y=1.0)
""",
        "`add` takes 2 arguments (`x`, `y`), found 1. `x` is missing.",
    ),
    "an argument given twice": (
        """
add(1.0, x=2.0)
""",
        "`add` takes 2 arguments (`x`, `y`), and `x` is given twice: by its position and by its name.",
    ),
    "an argument for a function without parameters": (
        """
tff.tf_computation(lambda: 1)(5)
""",
        "`<lambda>` takes no arguments, found 1.",
    ),
    "too many arguments of an untyped computation": (
        """
double(1.0, 2.0)
""",
        "`double` takes one argument (`x`), found 2: too many positional arguments.",
    ),
    "no argument of an untyped computation": (
        """
double()
""",
        "`double` takes one argument (`x`), found none: missing a required argument: 'x'.",
    ),
    "a method without types": (
        """
class Trainer:
    @tff.tf_computation
    def step(self, x):
        return x

Trainer().step(1.0)
""",
        "`step` cannot be called like this. It is a method, and `self` is no value that a computation can"
        " take. Write a function outside of the class, or make the computation in `__init__`: `self.step "
        "= tff.tf_computation(self._step, ...)`.",
    ),
    "a text for a number": (
        """
halve("one")
""",
        "The argument of `halve` is wrong. Expected a value of type float32, found a string. Convert it "
        "first if you mean to, as in `numpy.asarray(x).astype('float32')`.",
    ),
    "integer keys in an argument": (
        """
double({0: 3, 1: 4})
""",
        "`double` cannot take its argument. The keys of a dict become the names of fields, so they must "
        'be texts; this one has the key 0. Write the key as a text, such as "0", or use a list or a '
        "tensor, with the key as position.",
    ),
    "150 weights, one with another shape": (
        """
shrink({name: np.zeros(3 if name == 'layer_99' else 2, np.float32) for name in WEIGHTS})
""",
        "Argument `layer_99` of `shrink` is wrong. Expected a value of type float32[2], found the shape [3].",
    ),
    "150 weights, one missing": (
        """
shrink({name: np.zeros(2, np.float32) for name in FEWER_WEIGHTS})
""",
        "`shrink` cannot run. The argument has the wrong form. Its fields differ: missing the field "
        "`layer_99`. Expected the fields `layer_0`, `layer_1`, `layer_2`, `layer_3`, `layer_4` and 145 "
        "more.",
    ),
    "150 weights, one too many": (
        """
shrink(dict({name: np.zeros(2, np.float32) for name in WEIGHTS}, extra=1.0))
""",
        "`shrink` cannot run. The argument has the wrong form. Its fields differ: unexpected the field "
        "`extra`. Expected the fields `layer_0`, `layer_1`, `layer_2`, `layer_3`, `layer_4` and 145 more.",
    ),
    "a computation in a tf.function": (
        """
@tf.function
def prepare(x):
    return halve(x)

prepare(tf.constant(1.0))
""",
        "`halve` cannot run inside a `tf.function` or `Dataset.map`: there its argument is a tensor "
        "without a value. Compute the result before, or call it from a `tf_computation`, where it becomes"
        " part of the graph.",
    ),
    "a computation in Dataset.map": (
        """
tf.data.Dataset.from_tensors(1.0).map(lambda x: halve(x))
""",
        "`halve` cannot run inside a `tf.function` or `Dataset.map`: there its argument is a tensor "
        "without a value. Compute the result before, or call it from a `tf_computation`, where it becomes"
        " part of the graph.",
    ),
    "an untyped computation in Dataset.map": (
        """
tf.data.Dataset.from_tensors(1.0).map(lambda x: double(x))
""",
        "`double` cannot run inside a `tf.function` or `Dataset.map`: there its argument is a tensor "
        "without a value. Compute the result before, or call it from a `tf_computation`, where it becomes"
        " part of the graph.",
    ),
}
