"""Below which cell a text is shown that comes from nobody's thread."""

import contextvars
import threading

import pytest

from tests.unit.fake_time import FakeClock
from tffsim.magics import cell_text
from tffsim.magics.cell_text import CellCallbacks, TextOfNobody

_cell = contextvars.ContextVar("_cell", default="the one in front")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def background(clock):
    """Makes cells that run in the background."""

    def background(name):
        context = contextvars.copy_context()
        context.run(_cell.set, name)
        return CellCallbacks(context, clock)

    return background


@pytest.fixture
def asked(monkeypatch):
    """Returns below which cell a kernel shows what its thread has read from the process."""

    class Stream:
        watch_fd_thread = None

        @property
        def parent_header(self):
            return _cell.get()

    stream = Stream()
    monkeypatch.setattr(cell_text, "_streams_of_kernel", lambda: [stream])

    def asked():
        found = []
        stream.watch_fd_thread = threading.Thread(target=lambda: found.append(stream.parent_header))
        stream.watch_fd_thread.start()
        stream.watch_fd_thread.join(60)
        assert stream.parent_header == _cell.get()  # This thread is somebody's.
        return found[0]

    return asked


def test_a_cell_may_be_heard_while_a_function_of_its_clients_runs_and_a_moment_after(background, clock):
    cell = background("a")
    assert not cell.may_be_heard
    assert cell.call(lambda: cell.may_be_heard)
    assert cell.may_be_heard
    clock.advance(0.09)
    assert cell.may_be_heard
    clock.advance(0.02)
    assert not cell.may_be_heard


def test_a_cell_is_heard_as_long_as_one_of_several_functions_runs(background, clock):
    cell = background("a")

    def outer():
        cell.call(int)
        clock.advance(3600)
        return cell.may_be_heard

    assert cell.call(outer)
    clock.advance(1)
    assert not cell.may_be_heard


def test_a_function_that_fails_ends_too_and_runs_in_the_context_of_its_cell(background, clock):
    cell = background("a")
    with pytest.raises(ZeroDivisionError):
        cell.call(lambda: 1 // 0)
    clock.advance(1)
    assert not cell.may_be_heard
    assert cell.call(_cell.get) == "a"


def test_while_nothing_runs_in_front_text_belongs_to_the_cell_in_the_background(asked, background, clock):
    text = TextOfNobody(lambda: True)
    with text.shown_for(background("a")):
        assert asked() == "a"
    assert asked() == "the one in front"


def test_of_two_cells_in_the_background_nobody_knows_whose_text_it_is(asked, background, clock):
    text = TextOfNobody(lambda: True)
    with text.shown_for(background("a")):
        with text.shown_for(background("b")):
            assert asked() == "the one in front"
        assert asked() == "a"


def test_while_a_cell_runs_in_front_only_text_of_clients_belongs_to_another(asked, background, clock):
    text, cell = TextOfNobody(lambda: False), background("a")
    with text.shown_for(cell):
        assert asked() == "the one in front"
        assert cell.call(asked) == "a"
        clock.advance(0.05)
        assert asked() == "a"
        clock.advance(0.06)
        assert asked() == "the one in front"


def test_of_two_cells_the_one_whose_client_runs_is_heard(asked, background, clock):
    text, cell, other = TextOfNobody(lambda: False), background("a"), background("b")
    with text.shown_for(cell), text.shown_for(other):
        assert other.call(asked) == "b"
        clock.advance(1)
        assert cell.call(asked) == "a"
