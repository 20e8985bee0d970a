"""A process: a computation that makes a state, and one that makes the next."""

import dataclasses

import federated_language


@dataclasses.dataclass(frozen=True)
class IterativeProcess:
    initialize: federated_language.framework.Computation
    next: federated_language.framework.Computation
