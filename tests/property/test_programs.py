"""What a trace tells of a random program is what the program did."""

import re
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.test_stacks_agree import _CONTEXTS, _REFUSED, _result
from tests.property.typed_federations import Example, examples
from tffsim.traces.trace import Trace
from tffsim.tracing.analysis.run_facts import RunFacts, run_facts
from tffsim.tracing.document.units import data_size
from tffsim.tracing.recording.active import recording
from tffsim.tracing.recording.recorder import Recorder
from tffsim.views.panels.sentence import plain_text, sentence

# Each client is asked for one value in each of these, or none is; what nobody needs is not sent.
_ONE_LETTER_PER_CLIENT = {
    "federated_sum", "federated_mean", "federated_weighted_mean", "federated_min",
    "federated_max", "federated_reduce", "federated_aggregate", "federated_secure_sum_bitwidth",
}  # fmt: skip


_KEYS_GO_UP = ["federated_select", "federated_secure_select"]
_PARAMETERS_GO_DOWN = ["federated_secure_modular_sum"]


@pytest.mark.parametrize("stack", _CONTEXTS)
@given(example=examples())
@settings(
    max_examples=20, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
def test_steps_crossings_and_sentence_agree_with_the_run(stack: str, example: Example):
    recorder = Recorder("all")
    with recording(recorder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = _result(_CONTEXTS[stack], example)
    trace = Trace(recorder)
    facts = run_facts(trace.snapshot)
    assert facts is not None
    said = plain_text(sentence(facts)), plain_text(sentence(facts, "ko"))
    assert all(said)
    _assert_flows_forward(facts)
    if result == _REFUSED:
        return
    _assert_has_all_crossings(facts, trace)
    _assert_tells_the_ledger(said[0], trace, example.num_clients)
    assert facts.failure is None
    assert facts.num_clients == example.num_clients
    for step, run in zip(facts.program.steps, facts.runs, strict=True):
        assert run.failed == run.cancelled == run.running == 0
        if step.intrinsic in _ONE_LETTER_PER_CLIENT:
            assert run.letters in (0, example.num_clients)


def _assert_flows_forward(facts: RunFacts) -> None:
    program = facts.program
    for number, step in enumerate(program.steps):
        assert all(-len(program.inputs) <= source < number for source in step.sources)
    for _, sources in program.results:
        assert all(-len(program.inputs) <= source < len(program.steps) for source in sources)


def _assert_has_all_crossings(facts: RunFacts, trace: Trace) -> None:
    for place, direction, others in (
        ("server", "clients to server", _KEYS_GO_UP),
        ("clients", "server to clients", _PARAMETERS_GO_DOWN),
    ):
        ledger = trace.traffic()
        crossed = ledger.where((ledger["direction"] == direction) & ~np.isin(ledger["intrinsic"], others))
        told = [
            run
            for step, run in zip(facts.program.steps, facts.runs, strict=True)
            if step.crosses_to == place and step.intrinsic not in others
        ]
        assert sum(run.letters for run in told) == crossed["copies"].sum()
        assert sum(run.size for run in told) == (crossed["copies"] * crossed["size"]).sum()
        sealed = crossed.where(crossed["visibility"] == "aggregate")["copies"].sum()
        assert sum(run.letters for run in told if run.is_sealed) == sealed


def _assert_tells_the_ledger(said: str, trace: Trace, num_clients: int) -> None:
    """Compares the numbers in a sentence with what crossed, without what the program says of its steps."""
    told = re.search(r"(\d+) clients? (?:each |ran |took part)|No clients", said)
    assert told is not None and int(told[1] or 0) == num_clients, said
    ledger = trace.traffic()
    up = ledger.where((ledger["direction"] == "clients to server") & ~np.isin(ledger["intrinsic"], _KEYS_GO_UP))
    for visibility, letters in (("individual", "open"), ("aggregate", "sealed")):
        crossed = up.where(visibility=visibility)
        count, size = int(crossed["copies"].sum()), int((crossed["copies"] * crossed["size"]).sum())
        told = re.search(rf"(\d+) {letters} envelopes? \((?:([\d +]+), )?(.+?) in all\)", said)
        assert (int(told[1]), told[3]) == (count, data_size(size)) if told is not None else count == 0, said
        if told is not None and told[2]:
            assert sum(map(int, told[2].split(" + "))) == count, said
