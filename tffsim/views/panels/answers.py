"""What a view answers before anybody clicks: a few words on each tab, and the whole run in the drawer."""

from tffsim.tracing.analysis.program import CLIENTS, SERVER
from tffsim.tracing.analysis.run_facts import RunFacts
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size, duration
from tffsim.views.panels.value_words import of_result
from tffsim.views.panels.words import say

Fact = list[str]
"""A name and a text."""


def answers(facts: RunFacts, snapshot: Snapshot) -> dict[str, str]:
    """Returns a few words for the tab of each panel that has some."""
    return {
        "program": say("n steps", count=len(facts.program.steps)),
        "source": say("n functions", count=len(snapshot.functions)),
        "rounds": _trend(facts) or say("n calls", count=len(facts.invocations)),
        "stack": say("n executors", count=len(snapshot.executors)),
        "clients": _clients(facts),
        "timeline": duration(facts.phases.total),
        "ast": say("n nodes", count=len(snapshot.nodes)),
        "traffic": " ".join(_crossed(facts)) or "–",
    }


def whole_run(facts: RunFacts, snapshot: Snapshot) -> list[Fact]:
    """Returns what is told of the whole run while nothing is selected: what came out, and where the time went."""
    spent = facts.phases
    calls = [snapshot.invocations[row].span for row in facts.invocations]
    starts, ends = (snapshot.columns[name][calls] for name in ("start", "end"))
    between = max(int(ends.max()) - int(starts.min()) - spent.total, 0)
    in_calls = "" if len(calls) == 1 else say("in calls", count=len(calls), between=duration(between))
    told = [[say("time"), duration(spent.total) + in_calls]]
    if facts.has_ended and facts.results:
        told.insert(0, [say("result"), ", ".join(map(of_result, facts.results[-1]))])
    for name, part, what in (
        ("clients at work", spent.clients, ""),
        ("server", spent.server, say("server is")),
        ("preparing", spent.preparing, say("preparing is")),
    ):
        if spent.total and part:
            told.append([say(name), f"{duration(part)} · {100 * part / spent.total:.0f} %{what}"])
    if starts.min() > 0:
        told.append([say("before"), say("before is", time=duration(int(starts.min())))])
    return told


def _clients(facts: RunFacts) -> str:
    """Returns how the clients of the last call are, what is wrong first."""
    steps = zip(facts.program.steps, facts.last_runs, strict=True)
    runs = [run for step, run in steps if step.placement == CLIENTS and not step.crosses_to]
    # A client whose one step failed may have done another.
    begun = [run for run in runs if run.done + run.failed + run.cancelled + run.running]
    failed, done = max((run.failed for run in begun), default=0), min((run.done for run in begun), default=0)
    wrong = len({value.client for value in facts.wrong if value.client >= 0})
    marks = [f"✕ {failed}" if failed else "", f"◆ {wrong}" if wrong else ""]
    told = say("n done", count=done) if done or failed else say("n clients", count=max(facts.num_clients, 0))
    return " · ".join(filter(None, [*marks, told]))


def _crossed(facts: RunFacts) -> list[str]:
    sizes = {
        arrow: sum(run.size for step, run in zip(facts.program.steps, facts.runs, strict=True) if step.crosses_to == to)
        for arrow, to in (("↓", CLIENTS), ("↑", SERVER))
    }
    return [f"{arrow} {data_size(size)}" for arrow, size in sizes.items()] if any(sizes.values()) else []


def _trend(facts: RunFacts) -> str:
    """Returns how the first number that the calls returned changed."""
    numbers = next(iter(facts.numbers.values()), [])
    return f"{numbers[0]:.3g} → {numbers[-1]:.3g}" if len(numbers) > 1 else ""
