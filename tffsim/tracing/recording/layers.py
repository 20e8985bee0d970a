"""What a trace knows about an executor of the stack."""

import dataclasses


@dataclasses.dataclass(slots=True, eq=False)
class Layer:
    """One executor of a stack, as a traced stack describes it.

    Attributes:
        name: The class of the executor.
        role: What it is there for, such as `server` or `clients 0-19`; may be empty.
        placement: `server`, `clients`, or empty where it is neither.
        first_client: Index of the first client that it serves; -1 if it serves none.
        num_clients: How many clients it serves.
        device: The name of its TensorFlow device; empty if it has no own one.
        parent: The executor above it.
    """

    name: str
    role: str = ""
    placement: str = ""
    first_client: int = -1
    num_clients: int = 0
    device: str = ""
    parent: "Layer | None" = None
