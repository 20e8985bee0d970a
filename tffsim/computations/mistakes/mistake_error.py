"""The errors of mistakes that tffsim itself found, and the definition in which they are made."""

import contextvars

from tffsim.failures.user_error import UserError


class MistakeError(TypeError):
    """A mistake that tffsim itself found, with what to do about it; it is told with its place."""


class SpecificationError(UserError, TypeError):
    """What was written for a type is none."""


SpecificationError.__module__ = "tffsim"


being_defined: contextvars.ContextVar[str | None] = contextvars.ContextVar("tffsim_being_defined", default=None)
"""The name of the federated computation that is being defined in this thread."""
