"""Writes `docs/reference/operators.md`, the table of the federated operators: `make operators`."""

import pathlib

from federated_language.compiler import intrinsic_defs
from federated_language.framework import IntrinsicDef

from tffsim.language import intrinsics

TARGET = pathlib.Path(__file__).parents[1] / "reference" / "operators.md"
_HEAD = """# Operators

<!-- Made by `make operators` from tffsim/language/intrinsics.py. -->

What each federated operator takes and gives, what crosses between server and clients, and what the server sees of it.
`trace.traffic()` counts the crossings of a run in the same words.

In a type, `{T}@CLIENTS` is one value for each client, `T@CLIENTS` the same value at all clients, `T@SERVER` a value at
the server, `(T -> U)` a function and `T*` a sequence.

These are the names that a trace shows. You write most of them as they are. Some have a shorter name in a program:
`federated_map` of a server value is `federated_apply` here, `federated_mean` with weights is `federated_weighted_mean`,
and `federated_value`, `federated_eval` and `federated_zip` end with the placement.

| operator | type | what crosses | what the server sees |
|---|---|---|---|
"""
_FOLDED = """
## What is folded

The values of clients are folded two at a time, in the order of the clients. `federated_aggregate` folds with functions
of yours. These fold with an operator that the executor for TensorFlow knows:

| operator | folds with |
|---|---|
"""
_CROSSING = {
    (False, False): "nothing",
    (False, True): "values to the clients",
    (True, False): "values to the server",
    (True, True): "keys to the server, slices to the clients",
}


def page() -> str:
    """Returns the page."""
    folds = [f"| `{uri}` | `{operator}` |\n" for uri, operator in sorted(intrinsics.REDUCTIONS.items())]
    return "".join([_HEAD, *map(_row, federated_uris()), _FOLDED, *folds])


def federated_uris() -> list[str]:
    """Returns the names of all federated intrinsics, of the language and ours."""
    found = [*vars(intrinsic_defs).values(), *vars(intrinsics).values()]
    return sorted({thing.uri for thing in found if isinstance(thing, IntrinsicDef) and "federated_" in thing.uri})


def _row(uri: str) -> str:
    definition = intrinsics.definition_of(uri)
    assert definition is not None
    crossing = _CROSSING[intrinsics.sends_to_server(uri), intrinsics.sends_to_clients(uri)]
    return f"| `{uri}` | `{definition.type_signature.compact_representation()}` | {crossing} | {_seen(uri)} |\n"


def _seen(uri: str) -> str:
    if not intrinsics.sends_to_server(uri):
        return "nothing of a client"
    sent = "key" if intrinsics.sends_to_clients(uri) else "value"
    if not intrinsics.hides_single_values(uri):
        return f"the {sent}s of each client"
    return "only the aggregate" if intrinsics.is_secure_aggregation(uri) else "nothing of a client"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
