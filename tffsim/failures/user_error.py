"""Errors that are for the user: the message says all, the traceback shows the user's lines only.

Python adds a frame to a traceback when an error leaves it. What a library calls inside can
be removed there, and a bare `raise` adds nothing for the frame that it is in. So a function
that the user calls can let an error out as if it had been raised in the user's own line.
"""

import functools
from collections.abc import Callable
from typing import TypeVar

from tffsim.failures.notebook_traceback import lines_for_notebook
from tffsim.failures.source_places import is_library, only_user_frames, walk

_F = TypeVar("_F", bound=Callable[..., object])


class UserError(Exception):
    """An error that a user can understand without the frames of libraries."""

    # AutoGraph, which converts `tf.function`s, would put its own words around the message.
    ag_pass_through = True

    def _render_traceback_(self) -> list[str]:
        """Returns what IPython shows: it asks an error for this."""
        return lines_for_notebook(self)


def user_facing(function: _F) -> _F:
    """Removes the frames of libraries from the errors that leave a function which users call.

    An error without any line of the user, and that is not for the user, is a fault of ours: it stays whole.
    """

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if isinstance(error, UserError) or passed_user(error):
                error.__traceback__ = only_user_frames(error.__traceback__)
            raise

    return call  # type: ignore[return-value]


def as_cause(error: BaseException | None) -> BaseException | None:
    """Returns an error, to be shown as what another one arose from: it and those before it lose frames of libraries."""
    earlier, seen = error, set[int]()
    while earlier is not None and id(earlier) not in seen:
        seen.add(id(earlier))
        earlier.__traceback__ = only_user_frames(earlier.__traceback__)
        earlier = earlier.__cause__ or earlier.__context__
    return error


def passed_user(error: Exception) -> bool:
    """Whether an error came out of a line of the user."""
    return not all(is_library(entry.tb_frame.f_code.co_filename) for entry in walk(error.__traceback__))
