"""Computations cross the wire by their content, with what is known of their source."""

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

import tffsim as tff
from tffsim.language import provenance
from tffsim.remote.wire.computations import learn_provenance, read_computation, sent_computation
from tffsim.remote.wire.malformed import MalformedError


@tff.tf_computation(np.float32)
def half(x):
    return x / 2


def test_a_computation_arrives_as_it_was():
    sent = sent_computation(half.to_proto())
    assert read_computation(sent.content, sent.digest) == half.to_proto()


def test_the_same_computation_has_the_same_digest_wherever_it_is_made():
    assert sent_computation(half.to_proto()).digest == sent_computation(type(half.to_proto()).FromString(
        half.to_proto().SerializeToString())).digest  # fmt: skip


def test_the_lines_of_the_user_arrive(monkeypatch):
    sent = sent_computation(half.to_proto())
    monkeypatch.setattr(provenance, "_graphs", provenance._Entries(10))
    assert provenance.provenance_of(half.to_proto()) is None
    learn_provenance(sent.provenance)
    assert provenance.provenance_of(half.to_proto()).name == "half"


def test_the_calls_of_a_federated_computation_arrive(monkeypatch):
    @tff.federated_computation(fl.FederatedType(np.float32, fl.CLIENTS))
    def mean(x):
        halves = fl.federated_map(half, x)
        return fl.federated_mean(halves)

    sent = sent_computation(mean.to_proto())
    before = provenance.entries_of(mean.to_proto())
    for registry in ("_graphs", "_sources", "_calls"):
        monkeypatch.setattr(provenance, registry, provenance._Entries(10))
    learn_provenance(sent.provenance)
    assert provenance.entries_of(mean.to_proto()) == before


def test_python_in_a_graph_stays_here():
    @tff.tf_computation(np.float32)
    def python(x):
        return tf.ensure_shape(tf.py_function(lambda y: y, [x], tf.float32), [])

    with pytest.raises(TypeError, match="`python` calls Python functions"):
        sent_computation(python.to_proto())


@pytest.mark.parametrize("content", [b"", b"\xff\xff", b"{"])
def test_other_bytes_than_those_of_the_digest_are_malformed(content):
    with pytest.raises(MalformedError):
        read_computation(content, b"digest")


@pytest.mark.parametrize("text", [b"{", b"[1]", b'[["graph", 1, {}]]', b'[["nothing", 1, {}]]'])
def test_a_source_that_cannot_be_read_is_malformed(text):
    with pytest.raises(MalformedError):
        learn_provenance(text)


def test_nothing_known_is_nothing_to_learn():
    learn_provenance(b"")
