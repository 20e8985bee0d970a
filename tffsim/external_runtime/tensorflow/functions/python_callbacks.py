"""Python functions of a graph, called in the context of who runs it.

TensorFlow calls the Python functions of a graph (`tf.py_function`, a generator), and prints
(`tf.print`), in threads that it likes. These know nothing of the caller's context variables. To
a notebook they tell below which cell a text belongs. So who needs them sets `current_callbacks`:
the graphs with such functions are then imported once more, with functions of their own.
"""

import contextvars
import re
import sys
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

import tensorflow as tf
from federated_language.proto import computation_pb2 as pb
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.python.ops import script_ops

from tffsim.language.identity_cache import IdentityCache

_T = TypeVar("_T")

_PYTHON_FUNCTIONS = ("PyFunc", "PyFuncStateless", "EagerPyFunc")
_STREAMS = (b"stdout", b"stderr")
_CALLS_BACK = re.compile(rb"\x12(?:\x06PyFunc|\x0bEagerPyFunc|\x0fPyFuncStateless|\x07PrintV2)")

_registry: Any = getattr(script_ops, "_py_funcs", None)
# TensorFlow keeps weak references. A dataset that a graph returned may be read at any time later.
_kept: list[object] = []


class Callbacks:
    """Calls functions in copies of a context.

    Args:
        context: The context; never entered itself, so that many threads may use it.
    """

    def __init__(self, context: contextvars.Context) -> None:
        self._context = context
        self._functions: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

    def call(self, function: Callable[..., object], *arguments: object) -> object:
        """Calls a function; may be called by many threads at a time."""
        return self._context.copy().run(function, *arguments)

    def function(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Returns what was made for a key; it lives as long as the callbacks."""
        with self._lock:
            if key not in self._functions:
                self._functions[key] = make()
            made: _T = self._functions[key]
            return made


current_callbacks: contextvars.ContextVar[Callbacks | None] = contextvars.ContextVar("tffsim_callbacks", default=None)
"""What calls the Python functions of graphs; None leaves them to TensorFlow."""

calls_back: IdentityCache[pb.Computation, bool] = IdentityCache(
    lambda proto: _CALLS_BACK.search(proto.tensorflow.graph_def.value) is not None
)
"""Whether a computation calls Python functions or prints."""


def python_function(token: str) -> object | None:
    """Returns the Python function that nodes of a graph name, as TensorFlow keeps it; None if it is not here."""
    function: object | None = _registry.get(token) if _registry is not None else None
    return function


def redirect(nodes: Iterable[NodeDef], callbacks: Callbacks) -> None:
    """Lets the Python functions of a graph be called by `callbacks`, as long as these live.

    Args:
        nodes: The nodes of the graph and of its library; changed in place.
        callbacks: They call the functions.
    """
    if _registry is None:
        return
    for node in nodes:
        if node.op in _PYTHON_FUNCTIONS:
            token = node.attr["token"].s.decode()
            function = python_function(token)
            if function is not None:
                node.attr["token"].s = _token_of(_redirected(function, token, callbacks))
        elif node.op == "PrintV2" and node.attr["output_stream"].s in _STREAMS:
            _become_python_function(node, callbacks)


def _become_python_function(node: NodeDef, callbacks: Callbacks) -> None:
    """Turns a node that prints into a Python function that does the same."""
    # In a notebook TensorFlow prints to the standard output, whatever stream is meant.
    end = node.attr["end"].s.decode() if "end" in node.attr else "\n"
    token = _token_of(_redirected(lambda text: _print(text, end), "", callbacks))
    node.op = "PyFunc"
    for name in ("output_stream", "end"):
        node.attr.pop(name, None)
    node.attr["token"].s = token
    node.attr["Tin"].list.type.append(tf.string.as_datatype_enum)
    node.attr["Tout"].list.SetInParent()


def _print(text: bytes, end: str) -> list[object]:
    sys.stdout.write(text.decode("utf-8", "replace") + end)
    return []


def _redirected(function: Any, token: str, callbacks: Callbacks) -> object:
    reference = weakref.ref(callbacks)

    def call(*arguments: object) -> object:
        living = reference()
        return living.call(function, *arguments) if living is not None else function(*arguments)

    return _EagerCallback(function, token, call) if isinstance(function, script_ops.EagerFunc) else call


class _EagerCallback(script_ops.EagerFunc):
    """A function that TensorFlow gives tensors.

    Args:
        function: The function.
        token: That by which TensorFlow and its gradient know it.
        call: Calls it.
    """

    def __init__(self, function: object, token: str, call: Callable[..., object]) -> None:
        self._function = function
        self._token = token
        self._redirected_call = call

    def __call__(self, device: object, _: object, arguments: object) -> object:
        return self._redirected_call(device, self._token, arguments)


def _token_of(function: object) -> bytes:
    _kept.append(function)
    return bytes(_registry.insert(function).encode())
