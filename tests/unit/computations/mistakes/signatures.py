"""Mistakes in the head of a function, and what is said about them."""

MISTAKES = {
    "a method": (
        """
class Trainer:
    @tff.tf_computation(np.float32)
    def step(self, x):  # here
        return x
""",
        "`step` cannot be defined. It is a method, and `self` is no value that a computation can take. "
        "Write a function outside of the class, or make the computation in `__init__`: `self.step = "
        "tff.tf_computation(self._step, ...)`.",
    ),
    "a default value": (
        """
@tff.tf_computation(np.float32)
def step(x, rate=0.1):  # here
    return x * rate
""",
        "`step` cannot be defined. Its parameter `rate` has a default value, which a computation cannot "
        "have. Use the value inside, or a function around it: `lambda x: f(x, rate=...)`.",
    ),
    "varargs": (
        """
@tff.tf_computation(np.float32)
def step(*x):  # here
    return x
""",
        "`step` cannot be defined. It has the varargs `*x`. Name every parameter: `def f(x, y)`.",
    ),
    "keyword arguments": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(**x):  # here
    return x
""",
        "`average` cannot be defined. It has the varargs `**x`. Name every parameter: `def f(x, y)`.",
    ),
    "a keyword-only parameter": (
        """
@tff.tf_computation(np.float32)
def step(*, x):  # here
    return x
""",
        "`step` cannot be defined. It has the keyword-only parameter `x`. Name every parameter: `def f(x, y)`.",
    ),
    "fewer types than parameters": (
        """
@tff.tf_computation(np.float32)
def add_up(x, y):  # here
    return x + y
""",
        "`add_up` cannot be defined. It has 2 parameters (`x`, `y`), and the decorator gives 1 type "
        "(float32). Give one type for each.",
    ),
    "more types than parameters": (
        """
@tff.federated_computation(AT_CLIENTS, AT_SERVER, AT_SERVER)
def average(x, state):  # here
    return x, state
""",
        "`average` cannot be defined. It has 2 parameters (`x`, `state`), and the decorator gives 3 types"
        " ({float32}@CLIENTS, float32@SERVER, float32@SERVER). Give one type for each.",
    ),
    "a type for no parameter": (
        """
@tff.tf_computation(np.float32)
def one():  # here
    return 1
""",
        "`one` cannot be defined. It has no parameters, but the decorator gives a type for one. Remove "
        "the type, or add the parameter.",
    ),
    "other names than the type has": (
        """
@tff.tf_computation([("kernel", np.float32), ("bias", np.float32)])
def step(kernel, offset):  # here
    return kernel
""",
        "`step` cannot be defined. Its parameters must be called like the fields of its type. The "
        "parameter `offset` is none of the fields `kernel`, `bias`.",
    ),
}
