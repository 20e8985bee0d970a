"""Small real federated data sets, and a federated training run on them.

`client_data` says what a federated data set is: one set of examples per client;
`derived_client_data` makes one from another. `digits` makes one from handwritten digits that
lie in `data`, `emnist` reads a larger one from disk (`emnist_sqlite`, `emnist_hdf5`,
`packed_files`), `partitioning` deals examples out to clients. `fed_avg` trains a
small network on any of them, written as a user of tffsim would write it.

Called by users, `cli` and the benchmarks. May import the public face, `tffsim`.
"""

import importlib
from typing import Any

_SUBMODULES = ("client_data", "digits", "emnist", "fed_avg", "partitioning")


def __getattr__(name: str) -> Any:
    """Loads what lives here when it is used; names of TensorFlow Federated, such as `datasets`, are answered."""
    if name in _SUBMODULES:
        return importlib.import_module(f"tffsim.simulation.{name}")
    from tffsim.aliases import find

    return find(f"simulation.{name}")
