"""Refusing to run in a process in which TensorFlow cannot run.

A process made by `fork` has its parent's memory, but none of its threads. TensorFlow
starts threads as soon as the first tensor is made, and finds none of them in the child:
small operations may work there, the first large one hangs (TensorFlow 2.21). A child that
was made before starts TensorFlow for itself.
"""

import os
import sys

_is_unusable = False


def refuse_forked_process() -> None:
    """Raises an error if TensorFlow had run in the parent when this process was forked.

    Raises:
        RuntimeError: With the way out.
    """
    if _is_unusable:
        raise RuntimeError(
            "This process was made by `fork` after TensorFlow had run in its parent: here TensorFlow would hang. "
            'Start processes with `spawn`, such as `multiprocessing.get_context("spawn").Pool()`; '
            "or start them before the first computation runs."
        )


def _tensorflow_runs() -> bool:
    # Where it is not loaded, it does not run; and loading it here would take seconds.
    eager = sys.modules.get("tensorflow.python.eager.context")
    return eager is not None and bool(getattr(eager.context_safe(), "_initialized", False))


def _remember() -> None:
    global _is_unusable
    _is_unusable = _is_unusable or _tensorflow_runs()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_remember)
