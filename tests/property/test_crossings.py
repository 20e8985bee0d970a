"""What the privacy cut shows of a random federation is what crossed: by the ledger, and by the oracle."""

import collections
import warnings

import federated_language as fl
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.property.oracle import Oracle, OutOfBoundsError
from tests.property.tensorflow_leaves import TWINS
from tests.property.test_stacks_agree import _CONTEXTS, _REFUSED, _result
from tests.property.typed_federations import Example, examples
from tffsim.tracing.analysis.privacy_cut import DOWN, UP, privacy_cut
from tffsim.tracing.analysis.traffic import traffic
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.recording.active import recording
from tffsim.tracing.recording.reading import take_snapshot
from tffsim.tracing.recording.recorder import Recorder
from tffsim.views.panels.crossings import Crossings, crossings

# Each client sends one value in these, of the type of the operand; the bounds of secure sums stay at the server.
_SENDS_ITS_OPERAND = (
    "federated_sum", "federated_min", "federated_max", "federated_aggregate", "federated_secure_sum",
    "federated_secure_sum_bitwidth", "federated_secure_modular_sum",
)  # fmt: skip
_SEALED = ("federated_secure_sum", "federated_secure_sum_bitwidth", "federated_secure_modular_sum")


class _Postman(Oracle):
    """Notes what crosses: for each intrinsic that is called, how many letters of how many bytes, and their total."""

    def __init__(self, num_clients: int) -> None:
        super().__init__(num_clients, TWINS)
        self.num_clients = num_clients
        self.up: collections.Counter[tuple[str, int]] = collections.Counter()
        self.down: collections.Counter[tuple[str, int]] = collections.Counter()

    def _intrinsic(self, block, scope):
        run = super()._intrinsic(block, scope)
        if block.uri in _SENDS_ITS_OPERAND:
            parameter = block.type_signature.parameter
            operand = parameter if isinstance(parameter, fl.FederatedType) else parameter[0]
            return self._noted(self.up, block.uri, _bytes_of(operand.member), run)
        if block.uri == "federated_broadcast":
            return self._noted(self.down, block.uri, _bytes_of(block.type_signature.parameter.member), run)
        return run

    def _noted(self, counter, uri, size, run):
        def noted(argument):
            counter[uri, size] += self.num_clients
            return run(argument)

        return noted


def _bytes_of(type_spec: fl.Type) -> int:
    if isinstance(type_spec, fl.StructType):
        return sum(map(_bytes_of, type_spec))
    return int(type_spec.dtype.itemsize * np.prod(type_spec.shape, dtype=int))


@pytest.mark.parametrize("stack", _CONTEXTS)
@given(example=examples())
@settings(
    max_examples=25, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
def test_crossings_of_the_panel_are_those_of_the_ledger_and_of_the_oracle(stack: str, example: Example):
    recorder = Recorder("all")
    with recording(recorder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = _result(_CONTEXTS[stack], example)
    snapshot = take_snapshot(recorder)
    panel = crossings(snapshot)
    _assert_is_the_ledger(panel, snapshot)
    if result != _REFUSED:
        _assert_is_what_the_oracle_sends(snapshot, example)


def _assert_is_the_ledger(panel: Crossings, snapshot: Snapshot) -> None:
    ledger = traffic(snapshot)
    for direction in ("server to clients", "clients to server", "caller to clients", "clients to caller"):
        rows, bars = ledger.where(ledger["direction"] == direction), _bars(panel, direction)
        assert sum(bar["letters"] for bar in bars) == rows["copies"].sum()
        assert sum(bar["size"] for bar in bars) == (rows["copies"] * rows["size"]).sum()
        assert all(sum(bar["sizes"]) == bar["size"] for bar in bars)
        assert {bar["visibility"] for bar in bars} == set(rows["visibility"])
    (scene,) = panel["scenes"]
    told = [letter["span"] for row in scene["rows"] for letter in row["letters"]]
    is_shared = np.isin(privacy_cut(snapshot).letters["kind"], [letter["kind"] for letter in scene["shared"]])
    is_from_caller = ledger["direction"] == "caller to clients"
    assert sorted(told) == sorted(ledger["span"][~is_shared & ~is_from_caller].tolist())
    assert scene["up"] == sum(bar["size"] for bar in _bars(panel, UP))
    assert scene["down"] == sum(bar["size"] for bar in _bars(panel, DOWN))


def _bars(panel: Crossings, direction: str):
    return [bar for bar in panel["bars"] if bar["direction"] == direction]


def _assert_is_what_the_oracle_sends(snapshot: Snapshot, example: Example) -> None:
    postman = _Postman(example.num_clients)
    try:
        postman.evaluate(example.block, {})(example.argument)
    except OutOfBoundsError:
        return
    for kind in privacy_cut(snapshot).kinds:
        (letters,), (size,) = kind.letters, kind.sizes
        # What nobody needs is not sent; the oracle computes it all the same.
        if kind.intrinsic == "federated_broadcast":
            assert letters <= postman.down[kind.intrinsic, size // letters]
        elif kind.intrinsic in _SENDS_ITS_OPERAND and kind.direction == UP:
            assert letters % example.num_clients == 0
            assert letters <= postman.up[kind.intrinsic, size // letters]
            assert kind.is_sealed == (kind.intrinsic in _SEALED)
