"""What a program holds, what a worker keeps, and what it may forget."""

import collections

import federated_language as fl
import numpy as np

from tffsim.concurrency.random_streams import Place, current_place
from tffsim.remote.program import Node, Program
from tffsim.remote.remote_session import RemoteSession

INT = fl.TensorType(np.int32)


def node(*sources):
    """Returns a node with one handle."""

    def write(step, program):
        step.struct.elements.extend(source.number for source in sources)

    made = Node(INT, sources, write)
    made.num_handles = 1
    return made


def program(target, session):
    return Program(target, session, (0, 1, 1), wants_result=True, watches_numbers=False)


def steps(made):
    return [(list(step.struct.elements), step.keep) for step in made.request.steps]


def numbers(made):
    return [step.id for step in made.request.steps]


def test_a_program_makes_what_is_needed_sources_first():
    a, session = node(), RemoteSession("s")
    b = node(a)
    made = program(node(a, b), session)
    first, second, third = numbers(made)
    assert [list(step.struct.elements) for step in made.request.steps] == [[], [first], [first, second]]
    assert made.request.compute == third


def test_what_a_worker_has_is_not_made_again():
    a, session = node(), RemoteSession("s")
    program(a, session)
    made = program(node(a), session)
    assert len(made.request.steps) == 1
    assert list(made.request.steps[0].struct.elements) == [a.number]


def test_only_what_somebody_holds_is_kept():
    a, session = node(), RemoteSession("s")
    b = node(a)
    a.released()
    assert [keep for _, keep in steps(program(b, session))] == [False, True]


def test_what_another_value_needs_later_is_kept_until_that_is_made():
    a, session = node(), RemoteSession("s")
    b, c = node(a), node(a)
    a.released()
    assert [keep for _, keep in steps(program(b, session))] == [True, True]
    made = program(c, session)
    assert list(made.request.steps[0].struct.elements) == [a.number]
    assert a.number in made.request.dispose
    assert a.session is None


def test_a_worker_forgets_what_nobody_holds_any_more():
    a, session = node(), RemoteSession("s")
    program(a, session)
    a.released()
    assert session.take_freed() == [a.number]
    assert session.take_freed() == []


def test_what_has_died_is_forgotten():
    a, session = node(), RemoteSession("s")
    program(a, session)
    number = a.number
    del a
    assert session.take_freed() == [number]


def test_another_session_gets_everything_again_under_new_numbers():
    a, old, new = node(), RemoteSession("old"), RemoteSession("new")
    b = node(a)
    before = numbers(program(b, old))
    old.is_lost = True
    after = numbers(program(b, new))
    assert len(after) == 2
    assert not set(before) & set(after)


def test_what_a_failed_program_should_have_made_is_made_again():
    a, session = node(), RemoteSession("s")
    program(a, session).failed()
    assert len(program(a, session).request.steps) == 1


def test_what_a_program_that_failed_may_have_left_is_forgotten():
    a, session = node(), RemoteSession("s")
    session.free(77)
    failed = program(node(a), session)
    failed.failed()
    assert list(failed.request.dispose) == [77]
    assert sorted(program(a, session).request.dispose) == sorted([77, *numbers(failed)])


def test_places_say_which_calls_are_counted_together():
    place = Place((3, 4), (1, 2), collections.Counter())
    token = current_place.set(place)
    try:
        a, b = node(), node()
        current_place.set(place.from_the_start())
        c = node()
    finally:
        current_place.reset(token)
    session = RemoteSession("s")
    sent = [program(n, session).request.steps[0].place for n in (a, b, c)]
    assert [(p.seed, p.number_of_run, list(p.path)) for p in sent] == [(3, 4, [1, 2])] * 3
    assert sent[0].counter == sent[1].counter != sent[2].counter


def test_without_seeds_nothing_is_said_of_places():
    assert not program(node(), RemoteSession("s")).request.steps[0].HasField("place")
