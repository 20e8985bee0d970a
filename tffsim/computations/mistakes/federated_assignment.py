"""`x.loss = ...` in federated computations: an error, not a silent nothing.

A `federated_language.Value` stands for a value that nobody knows yet. It is an object of
Python, so an attribute could be set, and the value that it stands for would stay the same.
"""

import federated_language as fl

from tffsim.computations.mistakes.federated_values import described
from tffsim.computations.mistakes.mistake_error import MistakeError, being_defined


def install() -> None:
    """Lets values refuse new attributes, if the language does not do so itself."""
    if fl.Value.__setattr__ is object.__setattr__:
        fl.Value.__setattr__ = _set_attribute  # type: ignore[assignment,method-assign]  # No other hook.


def _set_attribute(self: fl.Value, name: str, value: object) -> None:
    if being_defined.get() is None or name.startswith("_"):
        object.__setattr__(self, name, value)
        return
    raise MistakeError(
        f"A field `{name}` cannot be set: this stands for {described(self.type_signature)}, and nothing can change "
        "it. Make a new value, with a `tf_computation` or as a dict or tuple, and return that."
    )
