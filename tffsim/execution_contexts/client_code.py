"""How the Python code of clients is called: what front ends may set for the computations that they start."""

from tffsim.external_runtime.tensorflow.functions.python_callbacks import Callbacks, current_callbacks

__all__ = ["Callbacks", "current_callbacks"]
