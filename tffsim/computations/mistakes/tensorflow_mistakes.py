"""The mistakes that are made with TensorFlow functions, each with a sentence that says what to do.

A TensorFlow function runs once, to record what it does as a graph. Its tensors have no
values then. Most mistakes come from forgetting that, and TensorFlow tells only by its
messages which one it was.
"""

import re
from collections.abc import Mapping

import federated_language as fl
import tensorflow as tf
from federated_language.framework import ComputationReturnedNoneError

from tffsim.computations.mistakes.federated_values import described, is_computation, uncalled, values_in
from tffsim.computations.mistakes.numpy_functions import called_numpy
from tffsim.computations.mistakes.signature_mistakes import explain_signature, returned_none
from tffsim.computations.mistakes.struct_keys import explain_keys
from tffsim.computations.mistakes.tensorflow_outside_objects import NEEDS_NUMBERS, explain_outside
from tffsim.failures.definition_failure import Failure, module_of


def explain(failure: Failure) -> str | None:
    """Says what is wrong and what to do, if it is a known mistake."""
    explanations = (
        _returned_none,
        _orchestration,
        _federated_value,
        explain_outside,
        _uncalled,
        _late_variables,
        _training_by_keras,
        _control_flow,
        _values_of_tensors,
        explain_keys,
        explain_signature,
    )
    return next(filter(None, (explanation(failure) for explanation in explanations)), None)


def _returned_none(failure: Failure) -> str | None:
    return returned_none() if isinstance(failure.error, ComputationReturnedNoneError) else None


def _orchestration(failure: Failure) -> str | None:
    if not failure.called or module_of(failure.called[0]) != fl.federated_sum.__module__:
        return None
    return (
        f"`{failure.called[0].f_code.co_name}` works between server and clients, and this is a TensorFlow function, "
        "which runs at one of them. Call it in a `tff.federated_computation`."
    )


def _federated_value(failure: Failure) -> str | None:
    """A value from the federated computation around it."""
    values = values_in(failure)
    if not values:
        return None
    name, value = next(iter(values.items()))
    return (
        f"{failure.subject}: `{name}` stands for {described(value.type_signature)} in a federated computation, "
        "and a TensorFlow function cannot read it. Make it a parameter: `tff.federated_map(f, x)` gives it to `f`."
    )


def _uncalled(failure: Failure) -> str | None:
    """A computation in place of its result."""
    computation = failure.value_of(is_computation) if "<computation" in str(failure.error) else None
    return f"{failure.subject} needs a number. {uncalled(computation)}" if computation is not None else None


def _late_variables(failure: Failure) -> str | None:
    """Weights whose first numbers would be made in a function that reads a data set, for example."""
    if type(failure.error).__name__ != "UnliftableError":
        return None
    return (
        "A model, layer or variable is used for the first time inside a `tf.function`, and its weights cannot be made "
        "there. Make them before: give the model a `keras.Input(...)`, or call `model.build(...)` outside of it."
    )


_TRAINING = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")


def _training_by_keras(failure: Failure) -> str | None:
    called = failure.called_attribute
    if called not in _TRAINING or not any(module_of(frame).startswith("keras.") for frame in failure.called):
        return None
    instead = {
        "evaluate": "Call `model(x)` on each batch, and compute the loss and the metrics of that.",
        "test_on_batch": "Call `model(x)`, and compute the loss and the metrics of that.",
        "predict": "Call the model: `model(x)`.",
        "predict_on_batch": "Call the model: `model(x)`.",
    }.get(called, "Write the loop yourself: for each batch, `tf.GradientTape` and `optimizer.apply_gradients`.")
    return (
        f"`model.{called}` is a program of its own, and this function becomes a graph. {instead} "
        "A loop over a data set belongs into a `tf.function`."
    )


def _control_flow(failure: Failure) -> str | None:
    """Python's `if` and `for`, where they would need values."""
    over_dataset = _says(
        failure, r"tf\.data\.Dataset` only supports Python-style iteration|as_numpy_iterator\(\)` is only"
    )
    over_tensor = _says(failure, r"Iterating over a symbolic `tf\.Tensor`")
    of_condition = _says(failure, r"Using a symbolic `tf\.Tensor` as a Python `bool`")
    if not (over_dataset or over_tensor or of_condition):
        return None
    subject = failure.subject
    if tf.config.functions_run_eagerly():
        return (
            f"{subject} needs a `tf.function`, and those are switched off: `tf.config.run_functions_eagerly(True)` "
            "was called. Call it with False before you define computations."
        )
    if over_dataset:
        what, instead = "reads a data set, which has no elements", "`dataset.reduce`"
    elif over_tensor:
        what, instead = "loops over a tensor, which has no values", "operations on the whole tensor, or `tf.map_fn`"
    else:
        what, instead = "asks a tensor for True or False, and it has no value", "`tf.cond` or `tf.where`"
    if any(module_of(frame).startswith("tensorflow.") for frame in failure.around):
        return (
            f"{subject} {what} while this function becomes a graph. It is in a `tf.function` or the like already, "
            f"which does not translate this code. Use {instead}."
        )
    return (
        f"{subject} {what} while this function becomes a graph. Put Python's `for`, `while` and `if` into a function "
        f"with `@tf.function`, which translates them, or use {instead}."
    )


def _says(failure: Failure, pattern: str) -> bool:
    return re.search(pattern, str(failure.error)) is not None


_INSTEAD: Mapping[str, str] = {
    "mean": "tf.reduce_mean(x)",
    "sum": "tf.reduce_sum(x)",
    "max": "tf.reduce_max(x)",
    "min": "tf.reduce_min(x)",
    "std": "tf.math.reduce_std(x)",
    "astype": "tf.cast(x, dtype)",
    "reshape": "tf.reshape(x, shape)",
    "flatten": "tf.reshape(x, [-1])",
    "argmax": "tf.argmax(x)",
    "T": "tf.transpose(x)",
}
"""What to write instead of the methods that arrays of NumPy have."""

_EAGER_ONLY = ("numpy", "tolist", "item")
# Keras asks its variables for arrays then.
_TO_NUMBER = ("float(", "int(", "bool(", "complex(")
_SUCH_AS = "Use operations of TensorFlow, such as `tf.cast(x, tf.int32)`, `tf.range(n)`, `tf.sqrt(x)`, `tf.print(x)`."


def _use_tensorflow(failure: Failure) -> str:
    written, instead = called_numpy(failure)
    if written and not instead:
        return f"use operations of TensorFlow; none of them is like `{written}`."
    return f"use operations of TensorFlow: `{instead or 'tf.reduce_mean(x)'}`, not `{written or 'np.mean(x)'}`."


def _values_of_tensors(failure: Failure) -> str | None:
    """NumPy and Python, where they would need values."""
    text, expression, subject = str(failure.error), failure.expression, failure.subject
    no_value = f"{subject}: a tensor has no value while this function becomes a graph"
    attribute = re.search(r"Tensor' object has no attribute '(\w+)'", text)
    if attribute is not None and attribute.group(1) in _INSTEAD:
        name = attribute.group(1)
        return f"{subject}: a tensor is no array of NumPy, and has no `{name}`. Write `{_INSTEAD[name]}`."
    if attribute is not None and attribute.group(1) in _EAGER_ONLY and expression.startswith(_TO_NUMBER):
        return f"{no_value}, and Python needs one. {_SUCH_AS}"
    if attribute is not None and attribute.group(1) in _EAGER_ONLY:
        return f"{no_value}. Leave `.{attribute.group(1)}()` out, and {_use_tensorflow(failure)}"
    needs_numbers = NEEDS_NUMBERS in text
    if needs_numbers and failure.called_attribute == "get_weights":
        return f"{no_value}. Use `model.trainable_variables` in place of `model.get_weights()`."
    if "Cannot convert a symbolic tf.Tensor" in text or (needs_numbers and called_numpy(failure)[0]):
        return f"{no_value}, and NumPy needs one. Leave NumPy out, and {_use_tensorflow(failure)}"
    if needs_numbers:
        return f"{no_value}. Leave `.numpy()` out, and {_use_tensorflow(failure)}"
    if "len is not well defined for a symbolic Tensor" in text:
        if "len(" in expression:
            return f"{no_value}. Use `tf.shape(x)[0]`, not `len(x)`."
        return f"{no_value}, and other libraries need one. Do it outside, or use operations of TensorFlow."
    if "only supports `len` in eager mode" in text:
        return f"{subject}: a data set has no length while this function becomes a graph. Use its `cardinality()`."
    if "does not support item assignment" in text and "Tensor" in text:
        return f"{subject}: a tensor cannot be changed. Use `tf.tensor_scatter_nd_update`, or a `tf.Variable`."
    if "SymbolicTensor" in text and isinstance(failure.error, TypeError) and not failure.called:
        return f"{no_value}, and Python needs one. {_SUCH_AS}"
    return None
