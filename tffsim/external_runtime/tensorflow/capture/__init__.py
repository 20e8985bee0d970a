"""From a Python function to a TensorFlow graph, with nothing left behind."""
