"""Deal examples out to clients: evenly, or with skewed labels.

Both functions are pure NumPy and seeded, and both make a partition: every example goes
to exactly one client, and every client gets at least one.
"""

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]
"""Positions of one client's examples in the whole data set, in ascending order."""


def partition_iid(num_examples: int, num_clients: int, seed: int = 0) -> list[Indices]:
    """Deals examples out at random, in parts of almost equal size.

    Args:
        num_examples: How many examples there are.
        num_clients: Among how many clients.
        seed: The same seed gives the same partition.

    Returns:
        The indices of each client's examples. Sizes differ by at most one.

    Raises:
        ValueError: If there are no clients, or fewer examples than clients.
    """
    _check_counts(num_examples, num_clients)
    order = np.random.default_rng(seed).permutation(num_examples)
    return [np.sort(part) for part in np.array_split(order, num_clients)]


def partition_by_dirichlet(labels: npt.ArrayLike, num_clients: int, alpha: float = 0.5, seed: int = 0) -> list[Indices]:
    """Deals examples out so that clients have different mixtures of labels.

    Each label is shared among the clients in proportions drawn from a symmetric
    Dirichlet distribution, as in Hsu et al., "Measuring the Effects of Non-Identical
    Data Distribution for Federated Visual Classification", 2019. The sizes of the
    clients differ too. A client that would get nothing takes an example from the largest.

    Args:
        labels: The label of each example, of shape [num_examples].
        num_clients: Among how many clients.
        alpha: The concentration. Near 0 a client has one or two labels; 100 is almost i.i.d.
        seed: The same seed gives the same partition.

    Returns:
        The indices of each client's examples.

    Raises:
        ValueError: If `alpha` is not positive, `labels` is not one-dimensional, there are
            no clients, or fewer examples than clients.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"`labels` must have one dimension, found the shape {labels.shape}.")
    if not (alpha > 0 and np.isfinite(alpha)):
        raise ValueError(f"`alpha` must be a positive number, found {alpha}.")
    _check_counts(labels.size, num_clients)
    random = np.random.default_rng(seed)
    owners = np.empty(labels.size, np.int64)
    for label in np.unique(labels):
        examples = random.permutation(np.flatnonzero(labels == label))
        owners[examples] = _owners_in_proportion(examples.size, _proportions(random, num_clients, alpha))
    _give_to_empty_clients(owners, num_clients)
    return [np.flatnonzero(owners == client) for client in range(num_clients)]


def _proportions(random: np.random.Generator, num_clients: int, alpha: float) -> npt.NDArray[np.float64]:
    proportions = random.dirichlet(np.full(num_clients, alpha))
    if np.isfinite(proportions).all():
        return proportions
    # For a tiny alpha all of the underlying gamma draws may be zero. The limit of the
    # distribution is then a single client that gets everything.
    return np.eye(num_clients)[random.integers(num_clients)]


def _owners_in_proportion(num_examples: int, proportions: npt.NDArray[np.float64]) -> Indices:
    """Returns a client for each example, clients in ascending order."""
    ends = np.round(np.cumsum(proportions) * num_examples).astype(np.int64)
    ends[-1] = num_examples  # The sum of the proportions may miss 1 by rounding.
    return np.repeat(np.arange(proportions.size), np.diff(ends, prepend=0))


def _give_to_empty_clients(owners: Indices, num_clients: int) -> None:
    sizes = np.bincount(owners, minlength=num_clients)
    for client in np.flatnonzero(sizes == 0):
        largest = int(sizes.argmax())
        owners[np.flatnonzero(owners == largest)[0]] = client
        sizes[largest] -= 1
        sizes[client] += 1


def _check_counts(num_examples: int, num_clients: int) -> None:
    if num_clients < 1:
        raise ValueError(f"There must be at least one client, found `num_clients` = {num_clients}.")
    if num_examples < num_clients:
        raise ValueError(
            f"{num_examples} examples are not enough for {num_clients} clients: each needs at least one. "
            "Use fewer clients."
        )
