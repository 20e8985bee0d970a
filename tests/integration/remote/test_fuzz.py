"""A short run of `make fuzz`."""

from tests.fuzz.campaign import run_campaign


def test_nonsense_and_wrong_order_get_a_proper_status_and_leave_nothing_behind():
    campaign, left = run_campaign(count=400, seed=1)
    assert campaign.improper == []
    assert left == 0
    assert campaign.answers["OK"] > 40
    assert campaign.answers["INVALID_ARGUMENT"] > 2
