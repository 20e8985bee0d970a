"""Handwritten digits as a federated data set, without a download.

The 1797 images of 8 x 8 pixels come with tffsim: the test set of the "Optical Recognition
of Handwritten Digits" data, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository,
1998. `data/README.md` tells their origin and license.
"""

import collections
import gzip
import pathlib

import numpy as np

from tffsim.simulation.client_data import ClientData, InMemoryClientData
from tffsim.simulation.examples import Examples
from tffsim.simulation.partitioning import Indices, partition_by_dirichlet, partition_iid

_FILE = pathlib.Path(__file__).parent / "data" / "digits.csv.gz"


def load_digits(
    num_clients: int = 20,
    split: str = "iid",
    *,
    alpha: float = 0.5,
    test_fraction: float = 0.2,
    seed: int = 0,
) -> tuple[ClientData, Examples]:
    """Returns handwritten digits: those of the clients, and some held out for tests.

    Each example has a `label` (int32, 0 to 9) and `pixels` (float32, shape [64], 0 to 1).

    Args:
        num_clients: How many clients there are. Their ids are `client_00`, `client_01` ...
        split: `iid` gives all clients the same mixture of digits, `dirichlet` different ones.
        alpha: For `dirichlet`: the smaller, the more the clients differ.
        test_fraction: Which part of the examples no client gets.
        seed: The same seed gives the same data. The held-out part depends on nothing else.

    Returns:
        The data of the clients, and the held-out examples.

    Raises:
        ValueError: If an option has no meaning, or there are too many clients.
    """
    if split not in ("iid", "dirichlet"):
        raise ValueError(f"`split` must be 'iid' or 'dirichlet', found {split!r}.")
    if not 0 < test_fraction < 1:
        raise ValueError(f"`test_fraction` must lie between 0 and 1, found {test_fraction}.")
    everything = _all_digits()
    num_digits = len(everything["label"])
    order = np.random.default_rng(seed).permutation(num_digits)
    num_held_out = round(test_fraction * num_digits)
    train = _take(everything, order[num_held_out:])
    parts = _partition(train, num_clients, split, alpha, seed)
    digits = len(str(num_clients - 1))
    clients = InMemoryClientData(
        {f"client_{client:0{digits}}": _take(train, indices) for client, indices in enumerate(parts)}
    )
    return clients, _take(everything, order[:num_held_out])


def _all_digits() -> Examples:
    with gzip.open(_FILE, "rt", encoding="ascii") as lines:
        rows = np.loadtxt(lines, np.uint8, delimiter=",")
    return collections.OrderedDict(
        label=rows[:, -1].astype(np.int32),
        pixels=(rows[:, :-1] / 16.0).astype(np.float32),  # A pixel is a count from 0 to 16.
    )


def _partition(train: Examples, num_clients: int, split: str, alpha: float, seed: int) -> list[Indices]:
    if split == "iid":
        return partition_iid(len(train["label"]), num_clients, seed)
    return partition_by_dirichlet(train["label"], num_clients, alpha, seed)


def _take(examples: Examples, indices: Indices) -> Examples:
    return collections.OrderedDict((name, array[indices]) for name, array in examples.items())
