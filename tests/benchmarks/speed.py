"""How fast rounds are, as ratios to the best that can be done by hand."""

import dataclasses
from collections.abc import Iterator, Sequence

from tests.benchmarks.first_rounds import first_seconds
from tests.benchmarks.turns import Contender, Ratio, measure, ratio


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """How long one contender may take, at most, compared with another.

    Attributes:
        contender: Who is measured.
        reference: Whom it is compared with.
        limit: The largest ratio that is acceptable; None where there is none.
    """

    contender: str
    reference: str
    limit: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One workload for a number of clients, and who is compared in it."""

    workload: str
    num_clients: int
    budgets: Sequence[Budget]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """What came out of one comparison.

    Attributes:
        workload: What was done.
        num_clients: By how many clients.
        budget: Who was compared, and the limit.
        found: How many times longer it took.
        microseconds: Per client, the median.
        first_seconds: How long the first round of a new process takes.
    """

    workload: str
    num_clients: int
    budget: Budget
    found: Ratio
    microseconds: float
    first_seconds: float


_LOOP, _LOW, _DATA, _NUMPY = "natural loop", "lowlevel", "loop over data sets", "numpy"

CASES = [
    Case("W1", 10, [Budget("tffsim", _LOW), Budget("tffsim", _NUMPY)]),
    Case("W1", 1000, [Budget("tffsim", _LOW, 1.0), Budget("tffsim", _LOOP), Budget("tffsim", _NUMPY)]),
    Case("W2", 10, [Budget("tffsim", _LOOP), Budget("tffsim", _LOW)]),
    Case("W2", 100, [*(Budget("tffsim", other) for other in (_LOW, _DATA, _NUMPY)), Budget("tffsim", _LOOP, 0.5)]),
    Case("W2s", 100, [Budget("tffsim", _LOOP, 0.5)]),
    Case("W2k", 100, [Budget("tffsim", _LOOP, 0.8)]),
    Case("W3", 10, [Budget("tffsim", _LOOP, 1.05), Budget("tffsim", "natural loop, 2 threads", 1.10)]),
    Case("W4", 100, [Budget("tffsim", _LOW, 1.5), Budget("tffsim", _NUMPY)]),
    Case("W40", 100, [Budget("tffsim", _LOW, 1.2), Budget("tffsim", _NUMPY)]),
    Case("EMNIST", 10, [Budget("tffsim", _LOOP, 1.1)]),
    Case("W1", 1000, [Budget("tffsim, traced", "tffsim, one by one", 2.0)]),
    Case("W2", 100, [Budget("tffsim, traced", "tffsim, one by one", 1.4)]),
]


def lines(num_turns: int, workloads: Sequence[str] = ()) -> Iterator[Line]:
    """Measures the cases, one after the other.

    Args:
        num_turns: How often each contender runs.
        workloads: Their names; empty means all.
    """
    contenders: dict[str, Contender] = {}
    try:
        for case in CASES:
            if workloads and case.workload not in workloads:
                continue
            names = dict.fromkeys(name for b in case.budgets for name in (b.reference, b.contender))
            for name in names:
                if name not in contenders:
                    contenders[name] = Contender(name)
            found = measure([contenders[name] for name in names], case.workload, case.num_clients, num_turns)
            ours_once = dict.fromkeys(budget.contender for budget in case.budgets)
            first = {name: first_seconds(name, case.workload, case.num_clients) for name in ours_once}
            for budget in case.budgets:
                ours = found[budget.contender]
                yield Line(
                    case.workload,
                    case.num_clients,
                    budget,
                    ratio(ours, found[budget.reference]),
                    1e6 * sorted(ours.seconds)[len(ours.seconds) // 2] / case.num_clients,
                    first[budget.contender],
                )
    finally:
        for contender in contenders.values():
            contender.close()
