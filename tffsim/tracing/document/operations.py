"""What a span did, and how it ended: the words that the numbers in its columns stand for."""

from typing import Final

OPERATIONS: Final = ("invoke", "create_value", "create_call", "create_struct", "create_selection", "compute")
INVOKE, CREATE_VALUE, CREATE_CALL, CREATE_STRUCT, CREATE_SELECTION, COMPUTE = range(6)

OUTCOMES: Final = ("ok", "error", "cancelled")
OK, ERROR, CANCELLED = range(3)

ALL_OUTCOMES: Final = (*OUTCOMES, "running")
RUNNING: Final = len(OUTCOMES)

PLACEMENTS: Final = ("", "server", "clients")
"""Where an executor, or a value, is; the empty word is nowhere."""

HOST_EVENTS: Final = ("serving", "rejoined", "draining", "lost", "runs", "runs again")
"""What happens to a host; the last two: what it is given to do."""
HEALTH: Final = HOST_EVENTS[:4]
