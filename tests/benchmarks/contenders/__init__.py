"""Who does the work: tffsim, and the ways that a person would write it by hand.

Each contender has `round_of(workload, num_clients)`, which prepares the data and returns a
function from weights to new weights. Where there is nothing to train it ignores them, and
returns the result.
"""

from collections.abc import Callable
from typing import Any

RoundFn = Callable[[Any], Any]
