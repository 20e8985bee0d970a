"""The sentence on top of a view says what the trace proves, in words that can be translated."""

import contextlib
import dataclasses
import re

import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tests.unit.tracing.traced_programs import (
    AT_CLIENTS,
    AT_SERVER,
    half,
    log_of,
    rounds,
    secure_select,
    secure_sum,
    select,
    sum_of_logs,
    traced,
)  # fmt: skip
from tffsim.tracing.analysis.run_facts import run_facts
from tffsim.tracing.document.snapshot import HostEvent, HostInfo
from tffsim.views.panels.program_summary import program_summary
from tffsim.views.panels.sentence import plain_text, sentence, told

_NUMBERS = tff.SequenceType(np.float32)


def test_who_ran_what_and_what_crossed():
    said = told(rounds())
    assert said.startswith("3 clients × 3 rounds each ran shift on their own temperatures.")
    assert "The server sent everywhere to all (36 B in 3 rounds)." in said
    assert "could read each of 18 open envelopes (9 + 9, 72 B in 3 rounds)" in said
    assert " and combined them by federated_mean and federated_max." in said
    assert said.endswith("Nothing went wrong.")


def test_named_numbers_that_change_over_rounds_are_told():
    said = told(rounds())
    assert "mean rose from 0 to 2." in said
    assert "most" not in said


def test_a_failure_comes_first():
    said = told(traced(sum_of_logs, [1.0, 7.0]))
    assert re.match(r"Client 1 \(of 2\) failed in log_of, traced_programs\.py:\d+: a client sent seven\. ", said)
    assert "It had been given 7." in said
    assert "combined" not in said and "Nothing went wrong" not in said


def test_a_failure_tells_the_numbers_that_were_compared_and_what_else_is_of_all_rounds():
    @tff.tf_computation(tff.SequenceType(np.float32))
    def most(prices):
        tf.debugging.assert_less(prices.reduce(0.0, tf.maximum), 50.0, message="a price above 50")
        return prices.reduce(0.0, tf.maximum)

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS))
    def highest(prices):
        return tff.federated_max(tff.federated_map(most, prices))

    with contextlib.suppress(tff.ExecutionError), tff.trace() as trace:
        highest([[1.0, 2.0]])
        highest([[500.0, *range(40)]])
    said = told(trace.snapshot)
    assert re.match(r"Client 0 \(of 1\) failed in most, .*, in round 2: a price above 50 \(", said)
    assert "(prices.reduce(0.0, tf.maximum) = 500, expected < 50). " in said
    assert "The server could read 1 open envelope (4 B in 2 rounds)" in said


def test_a_failure_tells_values_by_the_names_in_the_source_and_what_the_server_did_not_come_to():
    @tff.tf_computation(tff.SequenceType(np.int32))
    def oldest(ages):
        highest, limit = ages.reduce(0, tf.maximum), tf.constant(120)
        tf.debugging.assert_less(highest, limit, message="ages are wrong")
        return highest

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS))
    def oldest_of_all(ages):
        return tff.federated_max(tff.federated_map(oldest, ages))

    said = told(traced(oldest_of_all, [[1, 2], [3, 1400]]))
    assert "ages are wrong (highest = 1400, expected < 120, which is limit). It had been given <3, 1400>." in said
    assert "So the server finished no federated_max, and there is no result." in said


def test_a_failure_at_the_server_says_that_there_is_no_result():
    at_server = tff.federated_computation(lambda x: tff.federated_map(log_of, x), AT_SERVER)
    assert "a client sent seven. It had been given 7. So there is no result." in told(traced(at_server, 7.0))


def test_of_several_computations_it_is_said_which_one_this_is_about():
    with tff.trace() as trace:
        half(1.0)
        sum_of_logs([1.0, 2.0])
    said = told(trace.snapshot)
    assert said.startswith("2 computations were called; this is the last one, sum_of_logs. 2 clients each ran log_of ")
    assert "computations" not in told(rounds())


def test_what_was_given_is_told_without_what_repeats_or_sums_up_what_is_there():
    given = "<float32[3] [0.1, 2, 3]  min 0.1  mean 1.7  max 3, <float32[4], float32[4], float32[4], …>  norm 500.1>"
    facts = run_facts(traced(sum_of_logs, [1.0, 7.0]))
    assert facts is not None and facts.failure is not None
    facts = dataclasses.replace(facts, failure=dataclasses.replace(facts.failure, given=given))
    shortly = "<float32[3] [0.1, 2, 3], <float32[4], …>, norm 500.1>"
    assert f"It had been given {shortly}." in plain_text(sentence(facts))


def test_a_value_that_is_too_long_for_a_sentence_is_not_told():
    facts = run_facts(traced(sum_of_logs, [1.0, 7.0]))
    assert facts is not None and facts.failure is not None
    given = f"<{', '.join(map(str, range(1000, 1030)))}>"
    facts = dataclasses.replace(facts, failure=dataclasses.replace(facts.failure, given=given))
    assert "been given" not in plain_text(sentence(facts))


@pytest.mark.parametrize(
    ("sizes", "english", "korean"),
    [
        ([1, 1500, 2], "1 + 1,500 + 2 clients in 3 rounds ", "3라운드의 클라이언트 1 + 1,500 + 2개가 "),
        ([1, 1500, 2, 1, 2], "1 to 1,500 clients × 5 rounds ", "클라이언트 1~1,500개 × 5라운드가 "),
    ],
)
def test_rounds_may_have_cohorts_of_several_sizes(sizes, english, korean):
    with tff.trace() as trace:
        for size in sizes:
            sum_of_logs([1.0] * size)
    assert told(trace.snapshot).startswith(f"{english}each ran log_of on their own ")
    assert told(trace.snapshot, "ko").startswith(korean)


def test_of_several_rounds_it_is_said_which_one_has_no_result():
    with tff.trace() as trace, contextlib.suppress(tff.ExecutionError):
        for cohort in ([1.0], [1.0, 7.0]):
            sum_of_logs(cohort)
    assert (
        "So the server finished no federated_sum in round 2, which has no result. 1 + 2 clients in 2 rounds took part."
    ) in told(trace.snapshot)


def test_a_data_set_without_elements_is_called_an_empty_list():
    @tff.tf_computation(_NUMBERS)
    def mean(numbers):
        total, count = numbers.reduce((0.0, 0.0), lambda sums, x: (sums[0] + x, sums[1] + 1.0))
        return total / count

    means = tff.federated_computation(lambda x: tff.federated_map(mean, x), tff.FederatedType(_NUMBERS, tff.CLIENTS))
    assert ": an empty list went in, nan came out." in told(traced(means, [[1.0], []]))


def test_the_first_nan_comes_first():
    said = told(traced(sum_of_logs, [1.0, -1.0]))
    assert re.match(r"First NaN: client 1, in log_of, traced_programs\.py:\d+: -1 went in, nan came out\. ", said)
    assert "Nothing went wrong" not in said


def test_the_first_infinity_says_what_went_in_and_what_came_out():
    said = told(traced(sum_of_logs, [0.0]))
    assert re.match(r"First infinity: client 0, in log_of, traced_programs\.py:\d+: 0 went in, -inf came out\. ", said)


def test_of_an_array_that_became_nan_it_is_said_how_many_and_at_no_placement_none():
    @tff.tf_computation(tff.TensorType(np.float32, [16]))
    def logs(x):
        return tf.math.log(x)

    said = told(traced(logs, np.array([1] * 15 + [-1], np.float32)))
    assert re.match(r"First NaN: in logs, test_sentence\.py:\d+: float32\[16\] \[1, 1, .*, 1 NaN came out\. ", said)


def test_a_failure_says_of_the_others_how_far_they_came_and_nothing_of_those_that_are_none():
    facts = run_facts(traced(sum_of_logs, [1.0, 7.0]))
    assert facts is not None and facts.failure is not None
    run = dataclasses.replace(facts.last_runs[facts.failure.step], done=1, failed=1, cancelled=1)
    facts = dataclasses.replace(facts, last_runs=[run, *facts.last_runs[1:]], num_clients=5)
    assert "Of the others, 1 was done, 1 was cancelled, 2 had not started." in plain_text(sentence(facts))
    alone = dataclasses.replace(facts, last_runs=[dataclasses.replace(run, done=0, cancelled=0)], num_clients=1)
    assert "others" not in plain_text(sentence(alone))


def test_what_is_sealed_is_said_to_be_and_that_one_client_hides_nothing():
    assert "could read only the total of 3 sealed envelopes" in told(traced(secure_sum, [1, 2, 3]))
    assert "A total of one client hides nothing." in told(traced(secure_sum, [1]))


def test_of_one_client_the_server_could_read_one_envelope():
    assert "The server could read 1 open envelope (4 B in all)" in told(traced(sum_of_logs, [1.0]))


def test_a_nan_that_comes_from_no_clients_is_told_after_that():
    mean = tff.federated_computation(lambda values: tff.federated_mean(values), AT_CLIENTS)
    said = told(traced(mean, []))
    assert said.startswith("No clients took part")
    assert said.index("First NaN") > 0 and said.endswith(": nan came out.")


def test_no_clients_and_no_placement():
    assert told(traced(sum_of_logs, [])).startswith("No clients took part")
    assert told(traced(half, 1.0)).startswith("half ran, at no placement. It took ")


def test_the_other_language_tells_the_same_facts():
    assert "클라이언트 3개" in told(rounds(), "ko")


def test_an_interrupt_says_in_which_round_and_how_many_clients_were_done():
    facts = run_facts(rounds())
    assert facts is not None
    stopped = [dataclasses.replace(run, done=min(run.done, 2)) for run in facts.last_runs]
    said = plain_text(sentence(dataclasses.replace(facts, is_cancelled=True, last_runs=stopped)))
    assert said.startswith("Interrupted in round 3; 2 of 3 clients were done.")


def interrupted_after_rounds():
    with contextlib.suppress(KeyboardInterrupt), tff.trace() as trace:
        half(1.0)
        half(2.0)
        raise KeyboardInterrupt
    return trace


def test_an_interrupt_between_two_rounds_says_after_which_and_not_that_nothing_went_wrong(tmp_path):
    trace = interrupted_after_rounds()
    trace.save(tmp_path / "interrupted.tfftrace")
    for known in (trace, tff.load_trace(tmp_path / "interrupted.tfftrace")):
        said = told(known.snapshot)
        assert said.startswith("Interrupted after round 2; ")
        assert "Nothing went wrong" not in said
        summary = program_summary(known.snapshot)
        assert summary is not None and summary["interrupted"].startswith("Interrupted after round 2; ")


def test_while_the_code_goes_on_between_two_rounds_nothing_is_said_to_be_over():
    with tff.trace() as trace:
        half(1.0)
        said = told(trace.snapshot)
    assert "It has run for " in said and "Nothing went wrong" not in said
    assert "It took " in told(trace.snapshot) and told(trace.snapshot).endswith("Nothing went wrong.")


def test_the_single_argument_has_the_name_that_its_author_gave_it():
    assert told(traced(sum_of_logs, [1.0, 2.0])).startswith("2 clients each ran log_of on their own values.")


def test_a_select_says_by_how_many_keys_and_who_could_read_them():
    keys, table = [np.array([0, 1, 2], np.int32)] * 2, np.zeros(10, np.float32)
    said = told(traced(select, keys, table))
    assert "asked the server for parts of its value, by 6 keys, which it could read. It sent them 24 B in all." in said
    assert "by 6 keys, which it could not read." in told(traced(secure_select, keys, table))


def test_a_worker_that_was_lost_is_told_as_made_good():
    snapshot = rounds()
    again = HostEvent(1, 5, "runs again", snapshot.invocations[1].span, 0, 2, 0)
    hosts = [HostInfo("lab:9"), HostInfo("lab:10")]
    said = told(dataclasses.replace(snapshot, hosts=hosts, host_events=[again]))
    assert said.endswith("1 worker was lost, and its clients ran again elsewhere. Apart from that nothing went wrong.")


def test_a_failed_call_with_a_wrong_argument_has_one_full_stop_and_the_name_of_its_error():
    wide = tff.tf_computation(lambda x: x, np.float32)
    told_here = []
    for argument in ([1.0, 2.0], "x"):
        with tff.use(tff.local_executor_factory()), tff.trace() as trace, contextlib.suppress(tff.ArgumentError):
            wide(argument)
        told_here.append(told(trace.snapshot))
    assert "failed: ArgumentError: Expected a value of type float32, found the shape [2]. So there" in told_here[0]
    assert not any(".." in said or "TypeError" in said for said in told_here)
