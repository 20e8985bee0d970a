"""Small real federated data sets, and a federated training run on them.

`client_data` says what a federated data set is, one set of `examples` per client, and how
one is made from another. `digits` makes one from handwritten digits that
lie in `data`, `emnist` reads a larger one from disk (`emnist_sqlite`, `emnist_hdf5`,
`packed_files`), `partitioning` deals examples out to clients. `fed_avg` trains a
small network on any of them, written as a user of tffsim would write it.

Called by users, `cli` and the benchmarks. Only `fed_avg` imports the public face, as its readers would.
"""

from collections.abc import Callable
from typing import Any

_elsewhere: list[Callable[[str], object]] = []


def __getattr__(name: str) -> Any:
    """Asks the public face: it loads what lives here when it is used, and knows names of TensorFlow Federated."""
    for find in _elsewhere:
        return find(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def look_elsewhere(find: Callable[[str], object]) -> None:
    """Lets the public face answer for names that are not here, such as `digits` or `datasets`."""
    _elsewhere[:] = [find]
