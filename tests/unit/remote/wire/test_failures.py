"""Errors cross the wire whole: class, text, place, traceback, notes."""

import tensorflow as tf

from tffsim.failures.failure_location import locate, locate_argument, location_of
from tffsim.failures.source_places import SourceLine
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.failures import RemoteError, read_failure, write_failure


def crossed(error):
    message = messages.Failure()
    write_failure(error, message)
    return read_failure(messages.Failure.FromString(message.SerializeToString()), "here:1 (process 7)")


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


def test_an_error_of_python_keeps_its_class_text_and_notes():
    error = ValueError("too long")
    error.add_note("a note")
    found = crossed(error)
    assert type(found) is ValueError
    assert str(found) == "too long"
    assert found.__notes__ == ["a note"]


def test_an_error_of_tensorflow_keeps_its_class_and_message():
    found = crossed(tf.errors.InvalidArgumentError(None, None, "shapes {{node x/y}}"))
    assert type(found) is tf.errors.InvalidArgumentError
    assert found.message == "shapes {{node x/y}}"


def test_an_error_of_a_class_that_is_not_here_keeps_its_name():
    class BrokenError(Exception):
        pass

    found = crossed(BrokenError("so"))
    assert isinstance(found, RemoteError)
    assert type(found).__name__ == "BrokenError"
    assert str(found) == "so"


def test_a_class_that_takes_something_else_than_a_text_keeps_its_name():
    found = crossed(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"))
    assert type(found).__name__ == "UnicodeDecodeError"


def test_the_place_arrives_with_the_worker():
    error = locate(
        ValueError("no"),
        node="federated_map",
        client=17,
        num_clients=40,
        line=SourceLine("m.py", 3, "x / y"),
        given="x = 1",
    )
    location = location_of(crossed(error))
    assert (location.node, location.client, location.num_clients) == ("federated_map", 17, 40)
    assert location.lines()[-1] == "  worker:   here:1 (process 7)"
    assert location.line == SourceLine("m.py", 3, "x / y")
    assert location.given == "x = 1"


def test_the_path_in_an_argument_arrives():
    error = locate_argument(locate_argument(ValueError("no"), 2), "x")
    assert location_of(crossed(error)).argument_path == ("x", 2)


def test_the_traceback_of_the_other_process_is_the_cause():
    found = crossed(raised(KeyError("k")))
    assert "at worker here:1" in str(found.__cause__)
    assert "in raised" in str(found.__cause__)


def test_a_message_with_nonsense_is_an_error_all_the_same():
    found = read_failure(messages.Failure(type="builtins.SystemExit", message="m", location="[1"), "w")
    assert isinstance(found, RemoteError)
    assert str(found) == "m"


def test_text_that_is_no_unicode_arrives():
    assert crossed(ValueError("\udc80")).args
