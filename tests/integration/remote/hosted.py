"""What workers of tests have as their own data."""

import numpy as np
import tensorflow as tf

from tffsim.simulation import digits


def clients():
    """Returns the digits of five clients, as a federated data set."""
    return digits.load_digits(5, "dirichlet", seed=1)[0]


def few():
    """Returns those of the first two."""
    return clients().datasets()[:2]


def others():
    """Returns those of the other three."""
    return clients().datasets()[2:]


def large():
    """Returns two megabytes of numbers for each of three clients."""
    return [tf.data.Dataset.from_tensor_slices(np.full([4, 125_000], n, np.float32)) for n in (1.0, 2.0, 3.0)]


def numbers():
    """Returns a number for each of forty clients."""
    return [float(n) for n in range(40)]
