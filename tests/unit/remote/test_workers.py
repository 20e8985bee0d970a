"""Which workers are ready, and what is told of the others."""

import asyncio

import grpc
import pytest

from tffsim.remote import workers as workers_of_a_factory
from tffsim.remote.transport import CallError
from tffsim.remote.worker_errors import NoWorkerError


def test_a_worker_that_answers_is_ready(worker, make_workers):
    workers = make_workers(worker.address)
    ready = asyncio.run(workers.prepare())
    assert [connection.address for connection in ready] == [worker.address]
    assert "process" in ready[0].description


def test_those_that_answer_are_used_without_those_that_do_not(worker, make_workers):
    workers = make_workers("127.0.0.1:9", worker.address)
    assert [connection.address for connection in asyncio.run(workers.prepare())] == [worker.address]
    assert "refused" in workers.connections[0].last_failure


def test_without_any_the_error_has_each_address_and_reason(make_workers):
    with pytest.raises(
        NoWorkerError, match=r"(?s)127\.0\.0\.1:9: .*refused.*127\.0\.0\.1:10: .*refused.*tffsim worker"
    ):
        asyncio.run(make_workers("127.0.0.1:9", "127.0.0.1:10", connect_timeout=0.1).prepare())


def test_who_waits_when_they_end_for_good_is_told_at_once(make_workers):
    workers = make_workers("127.0.0.1:9", connect_timeout=60)

    async def main():
        waiting = asyncio.create_task(workers.prepare())
        await asyncio.sleep(0.05)
        workers.end("They were sent home.")
        with pytest.raises(NoWorkerError, match="They were sent home"):
            await asyncio.wait_for(waiting, 30)
        with pytest.raises(NoWorkerError, match="They were sent home"):
            await workers.prepare()

    asyncio.run(main())


def test_a_session_that_was_lost_begins_anew(worker, make_workers):
    workers = make_workers(worker.address)
    (connection,) = asyncio.run(workers.prepare())
    before = connection.session
    connection.lose(before, "a test")
    (connection,) = asyncio.run(workers.prepare())
    assert connection.session.name != before.name


def test_closing_ends_the_session_at_the_worker_too(worker, make_workers):
    workers = make_workers(worker.address)
    (connection,) = asyncio.run(workers.prepare())
    name = connection.session.name
    assert name in worker.service.sessions
    asyncio.run(workers.close())
    assert name not in worker.service.sessions


def test_closing_waits_for_a_worker_that_does_not_answer_for_a_bounded_time(worker, make_workers, monkeypatch):
    workers = make_workers(worker.address)
    (connection,) = asyncio.run(workers.prepare())
    name, transport = connection.session.name, connection._transport
    ended = []

    async def late(method, request, timeout):
        ended.append((method.name, request.session, timeout))
        raise CallError(grpc.StatusCode.DEADLINE_EXCEEDED)

    monkeypatch.setattr(transport, "call", late)
    asyncio.run(workers.close())
    ((method, session, timeout),) = ended
    assert (method, session) == ("EndSession", name)
    assert 0 < timeout <= 5


def test_there_are_two_more_tries_than_workers(make_workers):
    assert make_workers("a:1", "b:1").max_tries == 4


def test_where_some_suffice_those_that_are_lost_are_waited_for_once(worker, make_workers, monkeypatch):
    workers = make_workers("127.0.0.1:9", worker.address, connect_timeout=60)
    needed = [connection.address for connection in workers.connections]
    asyncio.run(workers.prepare([worker.address]))
    monkeypatch.setattr(workers, "_connect_timeout", 0.1)
    with pytest.raises(NoWorkerError, match="1 of the 2 workers"):
        asyncio.run(workers.prepare(needed))
    monkeypatch.setattr(workers, "_connect_timeout", 1e9)  # Whoever waits now, waits for ever.
    ready = asyncio.run(workers.prepare(needed, some_suffice=True))
    assert [connection.address for connection in ready] == [worker.address]


def test_where_some_suffice_none_of_them_does_not(worker, make_workers):
    workers = make_workers("127.0.0.1:9", worker.address, connect_timeout=0.1)
    for _ in range(2):
        with pytest.raises(NoWorkerError, match="1 of the 1 workers"):
            asyncio.run(workers.prepare(["127.0.0.1:9"], some_suffice=True))


def test_one_that_never_answers_is_waited_for_once(worker, make_workers, monkeypatch):
    async def never_ends(timeout):
        await asyncio.Event().wait()

    silent = make_workers("127.0.0.1:9", worker.address)
    monkeypatch.setattr(silent.connections[0], "open", never_ends)
    monkeypatch.setattr(workers_of_a_factory, "_SECONDS_FOR_OTHERS", 0.05)
    for _ in range(2):
        assert [connection.address for connection in asyncio.run(silent.prepare())] == [worker.address]
        monkeypatch.setattr(workers_of_a_factory, "_SECONDS_FOR_OTHERS", 1e9)  # Whoever waits now, waits for ever.


def test_of_many_workers_not_all_reasons_are_told(make_workers):
    workers = make_workers(*(f"127.0.0.1:{port}" for port in range(1, 13)), connect_timeout=0.1)
    with pytest.raises(NoWorkerError) as caught:
        asyncio.run(workers.prepare())
    lines = str(caught.value).splitlines()
    assert len(lines) == 12 and lines[-2] == "and 3 more" and "tffsim worker" in lines[-1]
