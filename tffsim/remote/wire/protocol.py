"""What both ends of a connection agree on."""

PROTOCOL = 4
"""The version of the messages; both ends must have the same."""

MAX_MESSAGE_BYTES = 256 << 20
"""Large buffers follow in pieces; this is for the many small parts of a message."""

TOKEN_KEY = "authorization"
"""The metadata of a call that has the token, after `Bearer `."""
