"""Learning which calls are short."""

from tffsim.concurrency.call_duration import SHORT_SECONDS, CallDuration


def duration_after(*seconds):
    duration = CallDuration()
    for each in seconds:
        duration.record(each)
    return duration


def test_the_first_call_tells_nothing():
    assert not duration_after().is_short
    assert not duration_after(0.0).is_short
    assert duration_after(1.0, 0.0).is_short


def test_a_few_interrupted_calls_change_nothing_and_many_long_ones_change_all():
    short, long = 0.1 * SHORT_SECONDS, 4 * SHORT_SECONDS
    assert duration_after(1.0, *[short] * 20, *[1000 * long] * 3).is_short
    assert not duration_after(1.0, *[short] * 20, *[long] * 5).is_short
    assert duration_after(1.0, *[long] * 20, *[short] * 20).is_short


def test_empty_clients_among_long_ones_do_not_make_calls_short():
    assert not duration_after(1.0, *[0.0, 8 * SHORT_SECONDS, 8 * SHORT_SECONDS, 8 * SHORT_SECONDS] * 5).is_short


def test_the_work_of_others_on_the_machine_makes_calls_take_longer_but_not_busier():
    duration = CallDuration()
    for _ in range(9):
        duration.record(40 * SHORT_SECONDS, 2 * SHORT_SECONDS)
    assert duration.busy_seconds == 2 * SHORT_SECONDS
    assert not duration.is_short  # Others would wait for it, whyever it takes long.


def test_what_other_calls_do_meanwhile_is_no_work_of_a_call():
    duration = CallDuration()
    for _ in range(9):
        duration.record(2 * SHORT_SECONDS, 16 * SHORT_SECONDS)
    assert duration.busy_seconds == 2 * SHORT_SECONDS
