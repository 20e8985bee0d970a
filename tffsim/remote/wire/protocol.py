"""What both ends of a connection agree on."""

PROTOCOL = 7
"""The version of the messages; both ends must have the same."""

SERVICE = "tffsim.remote.Executor"
"""What gRPC calls the service."""

MAX_MESSAGE_BYTES = 256 << 20
"""Large buffers follow in pieces; this is for the many small parts of a message."""

MEMORY_KEY_VARIABLE = "TFFSIM_MEMORY_KEY"
"""Where a worker finds the key of the process that starts it: arguments of processes can be read by others."""

TOKEN_KEY = "authorization"
"""The metadata of a call that has the token, after `Bearer `."""
