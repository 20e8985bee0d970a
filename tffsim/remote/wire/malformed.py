"""What a message raises that does not follow the rules of the wire format."""


class MalformedError(ValueError):
    """A message is wrong: no fault of a computation, but of whoever sent it."""
