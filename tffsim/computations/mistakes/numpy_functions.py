"""Which function of TensorFlow computes what a function of NumPy does that was called on a tensor."""

import ast
import operator
import types
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from tffsim.failures.definition_failure import Failure, parsed

_OTHER_NAMES: Mapping[str, str] = {
    **{name: f"reduce_{name}" for name in ("sum", "mean", "max", "min", "prod", "any", "all")},
    **{name: f"math.reduce_{name}" for name in ("std", "var")},
    "amax": "reduce_max",
    "amin": "reduce_min",
    "absolute": "abs",
    "arange": "range",
    "array": "stack",
    "asarray": "convert_to_tensor",
    "clip": "clip_by_value",
    "concatenate": "concat",
    "copy": "identity",
    "dot": "tensordot",
    "isfinite": "math.is_finite",
    "isinf": "math.is_inf",
    "isnan": "math.is_nan",
    "power": "pow",
    "random.permutation": "random.shuffle",
    "remainder": "math.floormod",
    "true_divide": "divide",
}
_SUBMODULES = ("", "math.", "linalg.")


def called_numpy(failure: Failure) -> tuple[str, str]:
    """Returns the function of NumPy that a line called and that of TensorFlow, such as `np.sum` and `tf.reduce_sum`.

    Either is empty if there is none.
    """
    for written, name in _numpy_calls(failure):
        if isinstance(getattr(np, name, None), type):
            return written, f"tf.cast(x, tf.{name})" if isinstance(getattr(tf, name, None), tf.DType) else ""
        return written, _of_tensorflow(name)
    return "", ""


def _numpy_calls(failure: Failure) -> Iterator[tuple[str, str]]:
    """Yields the functions of NumPy that are called in the line, outermost first: as written, and by their names."""
    names = failure.names()
    for call in ast.walk(parsed(failure.part)):
        if not isinstance(call, ast.Call):
            continue
        written = ast.unparse(call.func)
        root, _, name = written.partition(".")
        module = names.get(root)
        is_numpy = module is np or (not isinstance(module, types.ModuleType) and root in ("np", "numpy"))
        if is_numpy and name:
            yield written, name


def _of_tensorflow(name: str) -> str:
    name = _OTHER_NAMES.get(name, name)
    for candidate in (f"{submodule}{name}" for submodule in _SUBMODULES):
        try:
            found = operator.attrgetter(candidate)(tf)
        except AttributeError:
            continue
        if callable(found):
            return f"tf.{candidate}"
    return ""
