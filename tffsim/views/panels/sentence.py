"""The sentence on top of a view: what a teacher would say about a run.

It is made of facts only. It is also what a screen reader says first, the text of pictures, and the plain
text of a view. Its words stand in `words.json`.
"""

import dataclasses
import math
import string
from collections.abc import Iterable
from typing import TypeAlias

from tffsim.tracing.analysis.assertions import Assertion
from tffsim.tracing.analysis.births import Birth
from tffsim.tracing.analysis.program import CLIENTS, SERVER, ProgramStep
from tffsim.tracing.analysis.program_runs import StepRun
from tffsim.tracing.analysis.run_facts import Failure, RunFacts, run_facts
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size, duration
from tffsim.views.panels.value_words import shortened
from tffsim.views.panels.words import filled, texts_about


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence; `kind` says how it is set: `server`, `clients`, `code`, `wrong`, or "" for plain text."""

    text: str
    kind: str = ""


_MAX_SUMMANDS = 4
# Of a longer value the drawer tells.
_MAX_GIVEN = 60
# How a preview shows a data set without elements.
_EMPTY = "<>"
_Part: TypeAlias = "str | Phrase | Iterable[Phrase]"
Sentence: TypeAlias = tuple[Phrase, ...]


def sentence(facts: RunFacts, language: str | None = None) -> Sentence:
    """Says what happened.

    Args:
        facts: The facts of a run.
        language: `en` or `ko`; by default the one that was chosen.
    """
    speech = _Speech(facts, language)
    wrong = speech.wrong()
    # A failure has said already who ran what, if all rounds were alike.
    who = speech.who_ran_what() if facts.failure is None else speech.other_cohorts()
    crossed = [*speech.what_crossed(), *speech.what_the_server_ran()]
    happened = [*speech.which_computation(), *who, *crossed, *speech.time(), *speech.trend()]
    if wrong and facts.num_clients == 0:
        return _joined([*happened, *wrong])  # That is what it comes from.
    if wrong or facts.is_running:
        return _joined([*wrong, *happened])
    return _joined([*happened, speech.nothing_wrong()])


def plain_text(phrases: Sentence) -> str:
    """Returns a sentence as plain text."""
    return "".join(phrase.text for phrase in phrases)


def told(snapshot: Snapshot, language: str | None = None) -> str:
    """Returns the sentence about a trace as plain text; empty if no computation was called."""
    facts = run_facts(snapshot)
    return "" if facts is None else plain_text(sentence(facts, language))


def told_interrupt(snapshot: Snapshot, language: str | None = None) -> str:
    """Returns how far the last call had come, as plain text; empty if no computation was called."""
    facts = run_facts(snapshot)
    return "" if facts is None else how_far(facts, language)


def how_far(facts: RunFacts, language: str | None = None) -> str:
    """Returns the same of the facts of a run."""
    return plain_text(_Speech(facts, language).interrupted())


def _joined(sentences: list[Sentence]) -> Sentence:
    return tuple(
        phrase for number, parts in enumerate(sentences) for phrase in ((Phrase(" "), *parts) if number else parts)
    )


def _summands(crossings: list[tuple[ProgramStep, StepRun]]) -> str:
    """Returns of how many letters each crossing was, as they stand in the picture, if there are several."""
    counts = [f"{run.letters:,}" for _, run in crossings]
    return f"{' + '.join(counts)}, " if 1 < len(counts) <= _MAX_SUMMANDS else ""


def _is_function_at_clients(step: ProgramStep) -> bool:
    return step.placement == CLIENTS and not step.crosses_to


class _Speech:
    """Makes the sentences about a run, one fact each."""

    def __init__(self, facts: RunFacts, language: str | None) -> None:
        self._facts = facts
        self._words = texts_about("sentence", language)
        self._steps = list(zip(facts.program.steps, facts.runs, strict=True))

    def say(self, key: str, **parts: _Part) -> Sentence:
        """Fills a template of `words.json`."""
        template = self._words[key]
        found: list[Phrase] = []
        for text, name, _, _ in string.Formatter().parse(str(template)):
            found.append(Phrase(text))
            if name:
                part = parts[name]
                found.extend([Phrase(part)] if isinstance(part, str) else [part] if isinstance(part, Phrase) else part)
        return tuple(phrase for phrase in found if phrase.text)

    def who_ran_what(self) -> list[Sentence]:
        facts = self._facts
        at_clients = [step for step, _ in self._steps if _is_function_at_clients(step)]
        if facts.num_clients == 0:
            return [self.say("no clients", computation=Phrase(facts.name, "code"))]
        if facts.num_clients < 0:
            ran = [step for step, _ in self._steps]
            key = "ran" if any(step.placement == SERVER for step in ran) else "ran nowhere"
            return [self.say(key, functions=self._titles(ran), server=self._server())] if ran else []
        if not at_clients:
            return [self.say("clients took part", clients=self._clients())]
        own = self._own_argument(at_clients[0])
        return [
            self.say(
                "clients ran own" if own else "clients ran",
                clients=self._those_that_ran(),
                each=str(self._words["each"]) if max(facts.cohort_sizes) > 1 else "",
                functions=self._titles(at_clients),
                argument=Phrase(own, "code"),
            )
        ]

    def other_cohorts(self) -> list[Sentence]:
        """Says how many clients took part, where that was not the same in all rounds."""
        sizes = self._facts.cohort_sizes
        return [self.say("clients took part", clients=self._clients())] if min(sizes) < max(sizes) else []

    def which_computation(self) -> list[Sentence]:
        """Says of which computation all this is, where several were called."""
        count = self._facts.num_computations
        return [self.say("of the last", count=str(count), computation=Phrase(self._facts.name, "code"))] * (count > 1)

    def what_crossed(self) -> list[Sentence]:
        down = [(step, run) for step, run in self._steps if step.crosses_to == CLIENTS and run.letters]
        up = [(step, run) for step, run in self._steps if step.crosses_to == SERVER and run.letters]
        opened = [(step, run) for step, run in up if not run.is_sealed]
        sealed = [(step, run) for step, run in up if run.is_sealed]
        told = [self._sent(step, run) for step, run in down]
        has_ended = self._facts.failure is None and not self._facts.is_cancelled
        told += [self._seen("server saw" if has_ended else "server saw only", "open", opened)] if opened else []
        told += [self._seen("server saw total", "sealed", sealed)] if sealed else []
        if sealed and self._facts.num_clients == 1:
            told.append(self.say("total of one"))
        return told

    def what_the_server_ran(self) -> list[Sentence]:
        """Says which of the user's functions ran at the server, beside what it did with what the clients sent."""
        steps = [
            s for s, run in self._steps if s.placement == SERVER and not s.crosses_to and s.function >= 0 and run.done
        ]
        if not steps or self._facts.num_clients <= 0:
            return []  # Without clients it has been said already.
        return [self.say("ran", functions=self._titles(steps), server=self._server())]

    def time(self) -> list[Sentence]:
        spent = self._facts.phases
        if not spent.clients + spent.server:
            key = "so far shortly" if self._facts.is_running else "took shortly"
            return [self.say(key, time=duration(spent.total))] if spent.total else []
        where, part = max(
            ("at the clients", spent.clients), ("at the server", spent.server), ("preparing", spent.preparing),
            key=lambda share: share[1],
        )  # fmt: skip
        percent = f"{100 * part / spent.total:.0f}"
        key = "so far" if self._facts.is_running else "took"
        return [self.say(key, time=duration(spent.total), percent=percent, where=str(self._words[where]))]

    def trend(self) -> list[Sentence]:
        told = []
        for name, numbers in self._facts.numbers.items():
            first, last = numbers[0], numbers[-1]
            if len(numbers) > 1 and math.isfinite(first) and math.isfinite(last) and first != last:
                subject = Phrase(name, "code") if name else str(self._words["the result"])
                key = "fell" if last < first else "rose"
                told.append(self.say(key, name=subject, first=f"{first:.3g}", last=f"{last:.3g}"))
        return told[:2]

    def nothing_wrong(self) -> Sentence:
        """Says that all is well, and what has been made good."""
        num_lost = self._facts.num_hosts_lost
        return (Phrase(self._counted("workers lost", num_lost)),) if num_lost else self.say("nothing wrong")

    def wrong(self) -> list[Sentence]:
        facts = self._facts
        told: list[Sentence] = []
        if facts.num_dropped:
            told.append((Phrase(self._counted("dropped out", facts.num_dropped)), Phrase(".")))
        if facts.failure is not None:
            told.append(self._failed(facts.failure))
            if not facts.has_ended:
                told += [*self._left_undone(facts.failure), *self._not_combined(facts.failure)]
        elif facts.is_interrupted or facts.is_cancelled:
            told.append(self.interrupted())
        if facts.first_wrong is not None:
            told.append(self._first_wrong(facts.first_wrong))
        return told

    def _failed(self, failure: Failure) -> Sentence:
        step = self._facts.program.steps[failure.step] if failure.step >= 0 else None
        function = Phrase(step.title if step is not None else self._facts.name, "code")
        given = shortened(failure.given)
        # A long message stands in lines of its own, so the full stop of the sentence, which it ends, is in it.
        text = failure.message.removesuffix(".") + self._compared(failure.assertion, given)
        message = Phrase(f"{text}.", "wrong")
        place = self._where(failure)
        if failure.client < 0:
            said = self.say("failed in", function=function, place=place, message=message)
        else:
            client = Phrase(plain_text(self.say("client", number=str(failure.client))), "wrong")
            count = str(self._facts.num_clients)
            said = self.say(
                "client failed", client=client, count=count, function=function, place=place, message=message
            )
        told = self.say("given", given=self._value(given)) if 0 < len(given) <= _MAX_GIVEN else ()
        return (*said, *told)

    def _compared(self, assertion: Assertion | None, given: str) -> str:
        """Says what an assertion found, unless that is what had been given, and what it expected."""
        if assertion is None or assertion.found == given:
            return ""
        found = f"{assertion.name} = {assertion.found}" if assertion.name else assertion.found
        key = "compared with" if assertion.limit else "compared"
        return plain_text(self.say(key, found=found, expected=assertion.expected, limit=assertion.limit))

    def _where(self, failure: Failure) -> Sentence:
        """Says in which line it failed, and in which round if there are several."""
        has_rounds = len(self._facts.invocations) > 1
        if failure.place is None:
            return self.say("in round", round=str(failure.round)) if has_rounds else ()
        key = "at place in round" if has_rounds else "at place"
        return self.say(key, place=str(failure.place), round=str(failure.round))

    def interrupted(self) -> Sentence:
        steps = zip(self._facts.program.steps, self._facts.last_runs, strict=True)
        done = max((run.done for step, run in steps if step.placement == CLIENTS), default=0)
        calls = len(self._facts.invocations)
        key = "cancelled" if calls == 1 else "cancelled in round"
        return self.say(
            "cancelled after round" if self._facts.has_ended and not self._facts.is_cancelled else key,
            round=str(calls), done=str(done), count=str(max(self._facts.num_clients, 0)),
        )  # fmt: skip

    def _left_undone(self, failure: Failure) -> list[Sentence]:
        run = self._facts.last_runs[failure.step] if failure.step >= 0 else None
        if run is None or failure.client < 0:
            return []
        seen = run.done + run.failed + run.cancelled + run.running
        counts = {
            "done": run.done,
            "failed": run.failed - 1,
            "cancelled": run.cancelled,
            "running": run.running,
            "not started": max(self._facts.num_clients - seen, 0),
        }
        states = [self._counted(f"others {state}", count) for state, count in counts.items() if count > 0]
        return [self.say("others", states=", ".join(states))] if states else []

    def _not_combined(self, failure: Failure) -> list[Sentence]:
        """Says what the server did not come to, since what it needs is not there."""
        missing = {failure.step}
        for number, (step, _) in enumerate(self._steps):
            if missing & {*step.sources}:
                missing.add(number)
        steps = [step for number, (step, _) in enumerate(self._steps) if number in missing - {failure.step}]
        combining = [step for step in steps if step.crosses_to == SERVER]
        if failure.step < 0 or not combining:
            return [self.say("no result")]
        key = "not combined in round" if len(self._facts.invocations) > 1 else "not combined"
        intrinsics = self._titles(combining)
        return [self.say(key, server=self._server(), intrinsics=intrinsics, round=str(failure.round))]

    def _first_wrong(self, birth: Birth) -> Sentence:
        value = birth.value
        what = Phrase(str(self._words["nan" if value.is_nan else "inf"]), "wrong")
        who = str(value.client)
        if value.is_given:
            return self.say("nan given" if value.client >= 0 else "nan given server", what=what, client=who)
        function = Phrase(birth.function, "code")
        place = self.say("at place", place=str(birth.place)) if birth.place is not None else ()
        given, made = (self._value(shortened(text)) for text in (birth.given, birth.made))
        key = "went in" if given.text and self._facts.num_clients != 0 else "came out"
        values = self.say(key, given=given, made=made) if made.text else ()
        where = "" if value.client >= 0 else " at server" if birth.placement == SERVER else " nowhere"
        return self.say(
            f"nan made{where}",
            what=what, client=who, function=function, place=place, values=values,
        )  # fmt: skip

    def _value(self, text: str) -> Phrase:
        return Phrase(str(self._words["empty"])) if text == _EMPTY else Phrase(text, "code")

    def _sent(self, step: ProgramStep, run: StepRun) -> Sentence:
        size = self._in_all(run.size)
        if run.keys:
            readable = str(self._words["keys hidden" if run.are_keys_hidden else "keys seen"])
            keys = self._counted("keys", run.keys)
            return self.say("server was asked", server=self._server(), keys=keys, readable=readable, size=size)
        name = step.variable or self._name_of_source(step)
        if not name:
            return self.say("server sent something", server=self._server(), size=size)
        return self.say("server sent", server=self._server(), value=Phrase(name, "code"), size=size)

    def _in_all(self, size: int) -> str:
        """Says how large values are together: those of all rounds."""
        calls = len(self._facts.invocations)
        return plain_text(self.say("in all" if calls == 1 else "in all rounds", size=data_size(size), count=str(calls)))

    def _seen(self, key: str, letters: str, crossings: list[tuple[ProgramStep, StepRun]]) -> Sentence:
        return self.say(
            key,
            server=self._server(),
            letters=self._counted(letters, sum(run.letters for _, run in crossings)),
            size=f"{_summands(crossings)}{self._in_all(sum(run.size for _, run in crossings))}",
            intrinsics=self._titles([step for step, _ in crossings]),
        )

    def _clients(self) -> Sentence:
        calls, sizes = len(self._facts.invocations), self._facts.cohort_sizes
        if min(sizes) < max(sizes) and calls <= _MAX_SUMMANDS:
            told = " + ".join(f"{size:,}" for size in sizes)
            return (Phrase(filled(self._words["clients of rounds"], sizes=told, count=calls), "clients"),)
        key = "clients" if min(sizes) == max(sizes) else "clients between"
        clients = Phrase(filled(self._words[key], count=max(sizes), least=min(sizes)), "clients")
        return (clients, *self.say("rounds", count=str(calls))) if calls > 1 else (clients,)

    def _those_that_ran(self) -> Sentence:
        """The clients; of a single call that has not ended well, those that began."""
        facts = self._facts
        began = max(
            run.done + run.failed + run.cancelled + run.running
            for step, run in self._steps
            if _is_function_at_clients(step)
        )
        if facts.has_ended or len(facts.invocations) > 1 or not 0 < began < facts.num_clients:
            return self._clients()
        return (Phrase(filled(self._words["some clients"], count=began, all=facts.num_clients), "clients"),)

    def _server(self) -> Phrase:
        return Phrase(str(self._words["server"]), "server")

    def _counted(self, key: str, count: int) -> str:
        return filled(self._words[key], count=count)

    def _titles(self, steps: list[ProgramStep]) -> Sentence:
        """Names steps, each once, with how often it stands in the program."""
        counts: dict[str, int] = {}
        kinds: dict[str, str] = {}
        for step in steps:
            counts[step.title] = counts.get(step.title, 0) + 1
            kinds[step.title] = "server" if step.placement == SERVER else "clients"
        named: list[Phrase] = []
        for number, (title, count) in enumerate(counts.items()):
            if number:
                named.append(Phrase(str(self._words["and"]) if number == len(counts) - 1 else ", "))
            text = title if count == 1 else plain_text(self.say("times", name=title, count=str(count)))
            named.append(Phrase(text, kinds[title]))
        return tuple(named)

    def _own_argument(self, step: ProgramStep) -> str:
        inputs = [self._facts.program.inputs[~end] for end in step.sources if end < 0]
        return next((value.name for value in inputs if value.placement == CLIENTS), "")

    def _name_of_source(self, step: ProgramStep) -> str:
        names = [
            self._facts.program.inputs[~end].name if end < 0 else self._facts.program.steps[end].variable
            for end in step.sources
        ]
        return next(iter(filter(None, names)), "")
