"""What a view answers before anybody clicks."""

import dataclasses

import tffsim as tff
from tests.unit.tracing.traced_programs import AT_CLIENTS, half, log_of, rounds, sum_of_logs, traced
from tffsim.tracing.analysis.run_facts import run_facts
from tffsim.views.panels.answers import answers, whole_run


def answers_of(snapshot):
    facts = run_facts(snapshot)
    assert facts is not None
    return answers(facts, snapshot)


def whole_of(snapshot):
    facts = run_facts(snapshot)
    assert facts is not None
    return dict(whole_run(facts, snapshot))


def test_each_tab_has_a_few_words():
    said = answers_of(rounds())
    assert (said["program"], said["clients"], said["traffic"]) == ("5 steps", "3 done", "↓ 36 B ↑ 72 B")
    assert all(len(text) <= 24 for text in said.values())


def test_rounds_tell_how_a_number_changed_and_one_call_that_it_is_one():
    assert answers_of(rounds())["rounds"] == "0 → 2"
    assert answers_of(traced(sum_of_logs, [1.0]))["rounds"] == "1 call"


def test_clients_tell_first_what_is_wrong():
    assert answers_of(traced(sum_of_logs, [1.0, 7.0]))["clients"].startswith("✕ 1")
    assert answers_of(traced(sum_of_logs, [1.0, -1.0]))["clients"] == "◆ 1 · 2 done"


def test_a_client_of_which_one_step_failed_is_not_done_though_another_step_was():
    @tff.federated_computation(AT_CLIENTS)
    def two_sums(values):
        return tff.federated_sum(tff.federated_map(half, values)), tff.federated_sum(tff.federated_map(log_of, values))

    assert answers_of(traced(two_sums, [1.0, 7.0]))["clients"] == "✕ 1 · 1 done"


def test_the_whole_run_tells_its_result_and_parts_of_the_time_that_add_up():
    snapshot = rounds()
    facts = run_facts(snapshot)
    assert facts is not None
    told = whole_of(snapshot)
    assert told["result"] == "2, 3"
    assert " in 3 calls, and " in told["time"]
    shares = [int(told[name].split(" · ")[1].split(" %")[0]) for name in ("clients at work", "server", "preparing")]
    assert 99 <= sum(shares) <= 101


def test_a_run_without_a_result_tells_none():
    snapshot = rounds()
    facts = run_facts(snapshot)
    assert facts is not None
    assert "result" not in dict(whole_run(dataclasses.replace(facts, has_ended=False), snapshot))
