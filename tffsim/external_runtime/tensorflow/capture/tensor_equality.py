"""Captured graphs: what a plain `tf.Graph` does otherwise than the rest of TensorFlow 2.

`==` and `!=` of tensors. In a plain `tf.Graph`, TensorFlow still compares tensors as version 1 did, by identity:
`x == 1` would be False, silently, whatever `x` is. Computations are captured in a
`CapturedGraph`. For tensors in such a graph, and in functions within it, the operators
are replaced; except where TensorFlow's own code uses them, which relies on the old ones.
"""

import functools
import sys
import types
from collections.abc import Callable, Iterable

import tensorflow as tf


class CapturedGraph(tf.Graph):
    """The graph of a computation.

    Attributes:
        seeds: Whatever in Python draws random numbers, and the seeds that take its place
            in this graph.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seeds: dict[object, object] = {}

    def control_dependencies(self, control_inputs: Iterable[tf.Operation]) -> object:
        """Lets what is made in a block wait for operations, as in `tf.function`.

        Operations in functions of the graph are not waited for: the branch that they are in
        is anyway. The gradient of a `tf.py_function` in a branch names such ones.
        """
        if control_inputs is None:
            return super().control_dependencies(None)
        return super().control_dependencies([source for source in control_inputs if not self._has_in_function(source)])

    def _has_in_function(self, source: object) -> bool:
        graph = getattr(source, "graph", None)
        return graph is not self and captured_graph(graph) is self


def captured_graph(graph: object) -> CapturedGraph | None:
    """Returns the graph of the computation that `graph` is, or is a function of; None if there is none."""
    while graph is not None and not isinstance(graph, CapturedGraph):
        graph = getattr(graph, "outer_graph", None)
    return graph


def _is_tensorflow_code(frame: types.FrameType) -> bool:
    module = str(frame.f_globals.get("__name__"))
    return module.startswith("tensorflow.") and not module.startswith("tensorflow.python.autograph.")


def _by_element(
    compare_by_identity: Callable[[object, object], object], operation: Callable[..., object], if_none: bool
) -> Callable[[object, object], object]:
    @functools.wraps(compare_by_identity)
    def compare(self: object, other: object) -> object:
        if _is_tensorflow_code(sys._getframe(1)) or captured_graph(getattr(self, "graph", None)) is None:
            return compare_by_identity(self, other)
        return operation(x=self, y=other, incompatible_shape_error=False) if other is not None else if_none

    return compare


for _class in (tf.Tensor, tf.Variable):
    _class.__eq__ = _by_element(_class.__eq__, tf.raw_ops.Equal, if_none=False)
    _class.__ne__ = _by_element(_class.__ne__, tf.raw_ops.NotEqual, if_none=True)
