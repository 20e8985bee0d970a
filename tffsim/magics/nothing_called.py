"""One line for a cell in which no computation was called: why there is nothing to see."""

import re
from collections.abc import Mapping

from federated_language.framework import Computation, PolymorphicComputation

_COMPUTATIONS = (Computation, PolymorphicComputation)
_COMMENT = re.compile(r"#.*")


def why_nothing(code: str, variables: Mapping[str, object], purpose: str = "show") -> str:
    """Returns a sentence, and the computation that the cell names last, as it is called.

    Args:
        code: The cell.
        variables: Those of the user, after the cell.
        purpose: What would have been done with a trace.
    """
    words = re.findall(r"\w+", _COMMENT.sub("", code))
    name = next((word for word in reversed(words) if isinstance(variables.get(word), _COMPUTATIONS)), None)
    sentence = f"No computation was called in this cell, so there is nothing to {purpose}."
    if name is None:
        return sentence
    function_type = getattr(variables[name], "type_signature", None)
    argument = "" if function_type is not None and function_type.parameter is None else "..."
    return f"{sentence} `{name}` is a computation: call it, `{name}({argument})`."
