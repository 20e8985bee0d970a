"""How far the clock of a worker is ahead."""

from tffsim.remote.clock_offset import ClockOffset


def test_nothing_is_known_before_a_request():
    assert ClockOffset().nanoseconds == 0


def test_a_clock_is_ahead_by_the_mean_of_both_ways():
    clock = ClockOffset()
    # 100 there and 100 back; 1000 of work in between; the other clock shows 5000 more.
    clock.add(sent=0, received=5100, answered=6100, arrived=1200)
    assert clock.nanoseconds == 5000


def test_the_request_that_was_on_its_way_for_the_shortest_time_counts():
    clock = ClockOffset()
    clock.add(sent=0, received=5900, answered=5900, arrived=1000)
    clock.add(sent=2000, received=7010, answered=7010, arrived=2020)
    clock.add(sent=3000, received=8500, answered=8500, arrived=3510)
    assert clock.nanoseconds == 5000


def test_a_clock_that_drifts_is_followed():
    clock = ClockOffset()
    clock.add(sent=0, received=5000, answered=5000, arrived=0)
    for moment in range(1000, 17_000, 1000):
        clock.add(sent=moment, received=moment + 6050, answered=moment + 6050, arrived=moment + 100)
    assert clock.nanoseconds == 6000
