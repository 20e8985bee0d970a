"""What calls of a leaf have in common that take time, whatever is called.

By itself it loads nothing. A leaf knows such functions by it, and loads those which import graphs or build
blocks when the first is needed: a first round that only adds numbers needs none.
"""

from tffsim.concurrency.call_duration import CallDuration


class LeafFunction:
    """A function of the user, or a block of calls.

    Attributes:
        duration: How long its calls take.
        draws_without_seed: Whether it needs seeds where there are some.
        may_call_python: Whether Python code of the user may run in it.
    """

    duration: CallDuration
    draws_without_seed: bool
    may_call_python: bool
