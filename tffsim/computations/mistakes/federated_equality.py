"""`==` and `!=` of values in federated computations: an error, not a silent False.

Where a federated computation is defined, a `federated_language.Value` stands for values
that nobody knows yet. Python compares objects that do not say otherwise by identity, so
`x == 3` would be False, and so would `x in [1, 3]`, whatever the clients hold. All other
operators are errors already.

The operators are replaced only if the language does not define them itself, and refuse
only in a function that tffsim makes into a computation; elsewhere, and where the language
itself compares values, they are those of any object. Hashing stays as it is.
"""

import functools
import sys
from collections.abc import Callable
from typing import Any

import federated_language as fl

from tffsim.computations.mistakes.federated_values import not_a_number
from tffsim.computations.mistakes.mistake_error import MistakeError, being_defined


def install() -> None:
    """Replaces the operators."""
    for operator, symbol in (("__eq__", "=="), ("__ne__", "!=")):
        by_identity = getattr(object, operator)
        if getattr(fl.Value, operator) is by_identity:
            setattr(fl.Value, operator, _refusing(by_identity, symbol))


def _refusing(by_identity: Callable[[object, object], object], symbol: str) -> Callable[[object, object], object]:
    @functools.wraps(by_identity)
    def compare(self: Any, other: object) -> object:
        if being_defined.get() is None or other is None or _is_internal():
            return by_identity(self, other)
        raise MistakeError(not_a_number(f"`{symbol}`", {"": self}))

    return compare


def _is_internal() -> bool:
    module = str(sys._getframe(2).f_globals.get("__name__"))
    return module.split(".")[0] in ("federated_language", "tffsim")
