"""Where Ray starts actors."""

class NodeAffinitySchedulingStrategy:
    def __init__(self, node_id: str, soft: bool) -> None: ...
