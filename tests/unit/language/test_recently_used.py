"""What was used recently is kept, within bounds."""

import pytest
from federated_language.proto import computation_pb2 as pb

from tffsim.language import identity_cache
from tffsim.language.identity_cache import IdentityCache, size_of_computation
from tffsim.language.recently_used import RecentlyUsed


def kept(entries, keys):
    return [key for key in keys if key in entries]


def test_what_was_used_long_ago_is_forgotten():
    entries = RecentlyUsed(3)
    for number in range(3):
        entries.put(number, str(number))
    assert entries.get(0) == "0"
    entries.put(3, "3")
    assert kept(entries, range(4)) == [0, 2, 3]
    assert entries.get(1) is None


def test_of_large_values_fewer_are_kept_but_always_some():
    entries = RecentlyUsed(100, max_bytes=50)
    for number in range(20):
        entries.put(number, number, 5)
    assert kept(entries, range(20)) == list(range(10, 20))
    for number in range(20, 40):
        entries.put(number, number, 1000)
    assert kept(entries, range(40)) == list(range(32, 40))
    for number in range(40, 60):
        entries.put(number, number)
    assert len(entries) == 20 and kept(entries, range(40)) == []


def test_a_value_in_place_of_another_counts_once():
    entries = RecentlyUsed(100, max_bytes=50)
    for number in range(10):
        entries.put(number, number, 5)
    for _ in range(100):
        entries.put(0, 0, 5)
    assert kept(entries, range(10)) == list(range(10))


@pytest.mark.parametrize("kind", ["tensorflow", "lambda"])
def test_a_memo_does_not_keep_many_large_computations(kind, monkeypatch):
    def computation():
        proto = pb.Computation()
        if kind == "tensorflow":
            proto.tensorflow.graph_def.value = bytes(1000)
        else:
            getattr(proto, "lambda").result.tensorflow.graph_def.value = bytes(1000)
        return proto

    assert 1000 <= size_of_computation(computation()) < 1100
    called = []
    monkeypatch.setattr(identity_cache, "RecentlyUsed", lambda max_size: RecentlyUsed(max_size, max_bytes=20_000))
    memo = IdentityCache(lambda proto: called.append(proto) or len(called))
    protos = [computation() for _ in range(30)]
    assert [memo(proto) for proto in protos] == list(range(1, 31))
    assert [memo(proto) for proto in protos[-15:]] == list(range(16, 31))
    assert memo(protos[0]) == 31
