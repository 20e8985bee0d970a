import federated_language as fl
import numpy as np
import pytest

from tffsim.federation.places_at_work import NUM_AHEAD, PlacesAtWork

_SMALL = fl.TensorType(np.float32, [999_999])
_LARGE = fl.TensorType(np.float32, [1_000_000])


def _places(member_type, first_client=0, limit=2 + NUM_AHEAD):
    places = PlacesAtWork(limit, member_type, first_client)
    return [places.at(client) for client in range(0, 320, 32)]


def test_small_updates_always_have_all_places():
    assert _places(_SMALL) == [4] * 10


def test_updates_of_unknown_size_always_have_all_places():
    assert _places(fl.TensorType(np.float32, [None])) == [4] * 10


def test_sums_take_the_places_of_large_updates_but_not_of_threads():
    # Whole blocks: 0, 1, 10, 11, 100, 101, 110, 111, 1000, 1001 in the binary system.
    assert _places(_LARGE) == [4, 4, 4, 3, 4, 3, 3, 2, 4, 3]


def test_the_sums_of_clients_before_these_count():
    assert _places(_LARGE, first_client=7 * 32)[:2] == [2, 4]


@pytest.mark.parametrize("limit", [1, 2])
def test_there_is_always_a_place(limit):
    assert min(_places(_LARGE, limit=limit)) == 1
