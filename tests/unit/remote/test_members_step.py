"""Members of clients are sent piece by piece, and no piece is made before its turn."""

import functools
import weakref

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf

from tffsim.failures.failure_location import current_argument_path, location_of
from tffsim.language.clients_on_demand import ClientOnDemand
from tffsim.remote.members_step import MembersStep
from tffsim.remote.program import Node, Program
from tffsim.remote.remote_session import RemoteSession
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.pieces import read_piece
from tffsim.remote.wire.types import type_bytes
from tffsim.remote.wire.values import read_value

SEQUENCES = fl.FederatedType(fl.SequenceType(fl.TensorType(np.float32, [100_000])), fl.CLIENTS)
FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)
ROWS = fl.FederatedType(fl.TensorType(np.float32, [500]), fl.CLIENTS)


def program_of(members, type_spec):
    step = MembersStep(members, type_spec, type_bytes(type_spec), 10, 90)
    return Program(Node(type_spec, (), step.write), RemoteSession("s"), (10, len(members), 90),
                   wants_result=True, watches_numbers=False)  # fmt: skip


def all_pieces(program):
    (stream,) = program.streams
    return [(upload.number, *_arrived(upload)) for upload in stream]


def _arrived(upload):
    header, *chunks = upload.requests()
    content = np.frombuffer(b"".join(map(read_piece, chunks)), np.uint8)
    return messages.CreateValueRequest.FromString(header).header.value, content


def examples(client, read):
    def make():
        read.append(client)
        yield np.full(100_000, client, np.float32)

    return make


def test_a_client_is_read_when_the_piece_before_has_gone():
    read = []
    program = program_of([examples(client, read) for client in range(20)], SEQUENCES)
    first = sorted(set(read))
    assert first == [0, 1, 2]
    (stream,) = program.streams
    next(stream)
    assert sorted(set(read)) == first
    next(stream)
    assert sorted(set(read)) == [0, 1, 2, 3, 4, 5]


def test_the_program_names_the_pieces_in_client_order():
    program = program_of([examples(client, []) for client in range(7)], SEQUENCES)
    numbers = [number for number, _, _ in all_pieces(program)]
    (step,) = program.request.steps
    assert list(step.value.value.federated.payloads) == numbers
    assert len(numbers) == 3


def test_rows_of_many_clients_are_cut_into_pieces_too():
    members = [np.full(500, client, np.float32) for client in range(1200)]
    pieces = all_pieces(program_of(members, ROWS))
    assert len(pieces) == 3
    read = [read_value(message, ROWS, iter([content])) for _, message, content in pieces]
    assert [float(row[0]) for piece in read for row in piece] == list(range(1200))


def test_few_small_members_stand_in_the_message():
    program = program_of([1.0, 2.0], FLOATS)
    assert not program.streams
    (step,) = program.request.steps
    assert read_value(step.value.value, FLOATS) == [1.0, 2.0]


def test_a_wrong_member_of_a_later_piece_is_located_in_the_argument():
    token = current_argument_path.set(("data",))
    try:
        program = program_of([*(examples(client, []) for client in range(5)), 7], SEQUENCES)
    finally:
        current_argument_path.reset(token)
    with pytest.raises(TypeError, match="Expected a sequence") as caught:
        all_pieces(program)
    location = location_of(caught.value)
    assert (location.client, location.num_clients) == (15, 90)
    assert list(location.argument_path) == ["data"]


def test_a_client_on_demand_is_made_when_its_piece_is_and_not_kept():
    alive, most = weakref.WeakSet(), []

    def make(client):
        dataset = tf.data.Dataset.from_tensor_slices(np.full([1, 100_000], client, np.float32))
        alive.add(dataset)
        most.append(len(alive))
        return dataset

    members = [ClientOnDemand(functools.partial(make, client)) for client in range(20)]
    pieces = all_pieces(program_of(members, SEQUENCES))
    assert len(most) >= 20
    assert max(most) <= 2
    assert sum(len(message.federated.members) for _, message, _ in pieces) == 20


def test_rows_on_demand_are_made_too():
    members = [ClientOnDemand(functools.partial(np.full, 500, client, np.float32)) for client in range(3)]
    (step,) = program_of(members, ROWS).request.steps
    assert [float(row[0]) for row in read_value(step.value.value, ROWS)] == [0, 1, 2]


def test_a_client_that_cannot_be_made_is_named():
    def fail():
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone") as caught:
        program_of([ClientOnDemand(fail)], SEQUENCES)
    assert (location_of(caught.value).client, location_of(caught.value).num_clients) == (10, 90)


def test_a_client_whose_data_set_fails_is_named():
    def fail():
        yield np.zeros(100_000, np.float32)
        raise OSError("the disk is gone")

    broken = tf.data.Dataset.from_generator(fail, output_signature=tf.TensorSpec([100_000], tf.float32))
    with pytest.raises(Exception, match="the disk is gone") as caught:
        all_pieces(program_of([examples(0, []), broken], SEQUENCES))
    assert (location_of(caught.value).client, location_of(caught.value).num_clients) == (11, 90)


def test_pieces_that_were_sent_stay_at_the_worker_until_the_program_takes_them():
    program = program_of([examples(client, []) for client in range(7)], SEQUENCES)
    numbers = [number for number, _, _ in all_pieces(program)]
    assert program.session.take_freed() == []
    program.failed()
    assert program.session.take_freed() == [*(step.id for step in program.request.steps), *numbers]
