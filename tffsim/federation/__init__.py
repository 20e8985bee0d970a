"""Values at the server and at the clients, and what the federated operators do with them.

A federating executor leaves to a strategy where values live: `federated_resolving_strategy` has one executor per
participant, `federated_composing_strategy` a tree of federations. `client_work` describes what clients do, once for
all of them; the `..._fold` modules aggregate, in the shape of `fold_shape`.
"""
