"""Tensors that are known again."""

import gc
import weakref

import tensorflow as tf

from tffsim.tracing.recording.sketching.seen_tensors import SeenTensors


def test_tensors_that_were_seen_are_not_kept_alive():
    seen, tensor, other = SeenTensors(), tf.ones(3), tf.ones(3)
    known = seen.add(tensor, tensor.numpy())
    assert seen.find(tensor) is known and seen.find(other) is None
    gone = weakref.ref(tensor)
    del tensor
    gc.collect()
    assert gone() is None
