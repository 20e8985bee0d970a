"""Mistakes in federated computations, and what is said about them."""

MISTAKES = {
    "arithmetic": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_mean(x + 1)  # here
""",
        "`average` cannot be defined. `x + 1` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "arithmetic with what an operator returned": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    total = tff.federated_sum(x)
    return total / 10  # here
""",
        "`average` cannot be defined. `total / 10` does not work here: `total` stands for a value at "
        "SERVER (float32@SERVER), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, total)`.",
    ),
    "arithmetic with the results of two operators": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tff.federated_sum(x) / tff.federated_sum(x)  # here
""",
        "`average` cannot be defined. `tff.federated_sum(x) / tff.federated_sum(x)` does not work here: "
        "federated values are no numbers, and Python cannot compute with them. Put the calculation into a"
        " `tf_computation` `f`, and apply it: `tff.federated_map(f, (x, y))`.",
    ),
    "arithmetic in an assignment": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    x *= 2  # here
    return x
""",
        "`average` cannot be defined. `x *= 2` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "arithmetic between server and clients": (
        """
@tff.federated_computation(AT_CLIENTS, AT_SERVER)
def average(x, state):
    return x - state  # here
""",
        "`average` cannot be defined. `x - state` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, (x, state))`. Send the value at SERVER"
        " to the clients first: `tff.federated_broadcast`.",
    ),
    "arithmetic in a function that is called": (
        """
def helper(value):
    return 2 * value  # here

@tff.federated_computation(AT_CLIENTS)
def average(x):
    return helper(x)
""",
        "`average` cannot be defined. `2 * value` does not work here: `value` stands for a value at "
        "CLIENTS ({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, value)`.",
    ),
    "arithmetic with a value without a placement": (
        """
@tff.federated_computation(np.float32)
def increase(x):
    return x + 1  # here
""",
        "`increase` cannot be defined. `x + 1` does not work here: `x` stands for a value of type "
        "float32, and Python cannot compute with it. Put the calculation into a `tf_computation` `f`, and"
        " call it: `f(x)`.",
    ),
    "a comparison": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return x if x > 0 else x  # here
""",
        "`average` cannot be defined. `x > 0` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "an equality": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return x if x == 3 else x  # here
""",
        "`average` cannot be defined. `x == 3` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "an inequality": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    if x != 3:  # here
        return x
    return tff.federated_mean(x)
""",
        "`average` cannot be defined. `x != 3` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a membership": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return x if x in [1, 3] else x  # here
""",
        "`average` cannot be defined. `x in [1, 3]` does not work here: `x` stands for a value at CLIENTS"
        " ({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "an if": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    if x:  # here
        return x
    return tff.federated_mean(x)
""",
        "`average` cannot be defined. `if x` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a loop over the clients": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    for value in x:  # here
        print(value)
    return x
""",
        "`average` cannot be defined. `for value in x` does not work here: `x` stands for a value at "
        "CLIENTS ({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "unpacked clients": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    first, second = x  # here
    return first
""",
        "`average` cannot be defined. `first, second` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a `tf_computation` "
        "`f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a list of the clients": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return [value + 1 for value in x]  # here
""",
        "`average` cannot be defined. `[value + 1 for value in x]` does not work here: this stands for a value "
        "at CLIENTS ({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "the number of clients": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return len(x)  # here
""",
        "`average` cannot be defined. `len(x)` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "one client's value": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return x[0]  # here
""",
        "`average` cannot be defined. `x[0]` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a number of Python": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return float(x)  # here
""",
        "`average` cannot be defined. `float(x)` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a function of Python": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return math.sqrt(x)  # here
""",
        "`average` cannot be defined. `math.sqrt(x)` does not work here: `x` stands for a value at "
        "CLIENTS ({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a function of NumPy": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return np.mean(x)  # here
""",
        "`average` cannot be defined. `np.mean(x)` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a function of TensorFlow": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tf.reduce_sum(x)  # here
""",
        "`average` cannot be defined. `tf.reduce_sum(x)` does not work here: `x` stands for a value at "
        "CLIENTS ({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "the value in a number format": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    print(f"{x:.2f}")  # here
    return x
""",
        '`average` cannot be defined. `f"{x:.2f}"` does not work here: `x` stands for a value at CLIENTS '
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a method of arrays": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return x.mean()  # here
""",
        "`average` cannot be defined. `x.mean` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a field that is not there": (
        """
@tff.federated_computation(tff.FederatedType([("kernel", np.float32), ("bias", np.float32)], tff.CLIENTS))
def average(x):
    return x.bais  # here
""",
        "`average` cannot be defined. `x.bais`: the value has no field 'bais'. Did you mean `bias`?",
    ),
    "a call of a value": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return x(1)  # here
""",
        "`average` cannot be defined. `x(1)` does not work here: `x` stands for a value at CLIENTS "
        "({float32}@CLIENTS), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a direct call on client values": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return halve(x)  # here
""",
        "`average` cannot be defined. `halve` computes on plain values, and this is a value at CLIENTS "
        "({float32}@CLIENTS). Apply it where the values are: `tff.federated_map(halve, x)`.",
    ),
    "a direct call of an untyped computation": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return double(x)  # here
""",
        "`average` cannot be defined. `double` computes on plain values, and this is a value at CLIENTS "
        "({float32}@CLIENTS). Apply it where the values are: `tff.federated_map(double, x)`.",
    ),
    "a direct call with values of both": (
        """
@tff.federated_computation(AT_CLIENTS, AT_SERVER)
def average(x, state):
    return add(x, state)  # here
""",
        "`average` cannot be defined. `add` computes on plain values, and this is a value at CLIENTS "
        "({float32}@CLIENTS). Apply it where the values are: `tff.federated_map(add, (x, y))`. Send the "
        "value at SERVER to the clients first: `tff.federated_broadcast`.",
    ),
    "a forgotten return": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):  # here
    tff.federated_mean(x)
""",
        "`average` cannot be defined. It returned `None`. Did you forget to write `return` in front of the result?",
    ),
    "a tensor as federated result": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):  # here
    return tff.federated_mean(x), tf.constant(1.0)
""",
        "`average` cannot be defined. Field `1` of its result is a `EagerTensor` of TensorFlow. Make it "
        "in a `tf_computation`, and return what that returns; with a placement: `tff.federated_eval(f, "
        "tff.SERVER)`.",
    ),
    "None in a federated result": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):  # here
    return {"mean": tff.federated_mean(x), "max": None}
""",
        "`average` cannot be defined. Field `max` of its result is None. Leave it out, or return a value.",
    ),
    "a function that was not called": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):  # here
    return lambda: tff.federated_mean(x)
""",
        "`average` cannot be defined. Its result is a function. Did you forget to call it? To return a "
        "computation, decorate it.",
    ),
    "integer keys in a federated result": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):  # here
    return {0: x, 1: x}
""",
        "`average` cannot be defined. The keys of a dict become the names of fields, so they must be "
        'texts; this one has the key 0. Write the key as a text, such as "0", or use a list or a tensor, '
        "with the key as position.",
    ),
    "a federated computation that is async": (
        """
@tff.federated_computation(AT_CLIENTS)
async def average(x):  # here
    return x
""",
        "`average` cannot be defined. It is an `async` function, which computes nothing when it is "
        "called. Write `def`, without `await`.",
    ),
    "a text for a type": (
        """
@tff.tf_computation("float32")
def step(x):
    return x
""",
        "`computation` cannot be defined. Expected a type, found the text 'float32'. Write `np.float32`.",
    ),
    "a value for a type": (
        """
@tff.federated_computation([1.0, 2.0])
def average(x):
    return x
""",
        "`computation` cannot be defined. Expected a type, found a value of Python type `float`. Write "
        "`np.float32`, or the width you want.",
    ),
    "integer keys in a type": (
        """
@tff.federated_computation({0: np.float32})
def average(x):
    return x
""",
        "`computation` cannot be defined. The keys of a dict become the names of fields, so they must be texts; "
        'this one has the key 0. Write the key as a text, such as "0", or use a list or a tensor, with the key '
        "as position.",
    ),
    "a function of TensorFlow on what an operator returned": (
        """
@tff.federated_computation(AT_CLIENTS)
def average(x):
    return tf.sqrt(tff.federated_mean(x))  # here
""",
        "`average` cannot be defined. `tf.sqrt(tff.federated_mean(x))` does not work here: this stands for a value "
        "at SERVER (float32@SERVER), and Python cannot compute with it. Put the calculation into a "
        "`tf_computation` `f`, and apply it: `tff.federated_map(f, x)`.",
    ),
    "a field that is set": (
        """
@tff.federated_computation(tff.FederatedType([("round", np.int32)], tff.SERVER), AT_CLIENTS)
def step(state, x):
    state.loss = tff.federated_mean(x)  # here
    return state
""",
        "`step` cannot be defined. A field `loss` cannot be set: this stands for a value at SERVER "
        "(<round=int32>@SERVER), and nothing can change it. Make a new value, with a `tf_computation` or as a "
        "dict or tuple, and return that.",
    ),
    "a list for a federated computation within another": (
        """
mean = tff.federated_computation(lambda x: tff.federated_mean(x), AT_CLIENTS)

@tff.federated_computation(AT_CLIENTS)
def average(x):
    return mean([1.0, 2.0])  # here
""",
        "`average` cannot be defined. `mean` needs a value at CLIENTS ({float32}@CLIENTS) in a federated "
        "computation, found a value of Python type `list`. Pass one that is federated already, such as a parameter, "
        "or call `mean` outside of the computation.",
    ),
}
