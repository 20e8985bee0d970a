"""What a worker can forget, and when."""

from tffsim.remote.remote_session import RemoteSession, Upload
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.tensors import Buffers


def upload(session, **options):
    return Upload(session, 7, None, messages.Value(), Buffers(), **options)


def test_what_was_uploaded_is_forgotten_when_nobody_has_it():
    session = RemoteSession("s")
    made = upload(session)
    assert session.take_freed() == []
    del made
    assert session.take_freed() == [7]
    assert session.take_freed() == []


def test_what_its_program_takes_away_is_not_forgotten_before_it_comes():
    session = RemoteSession("s")
    upload(session, is_taken=True)
    assert session.take_freed() == []


def test_a_session_that_is_lost_has_nothing_to_forget():
    session = RemoteSession("s")
    session.is_lost = True
    upload(session)
    assert session.take_freed() == []
