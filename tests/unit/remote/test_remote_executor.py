"""The executor for clients at a worker: it sends programs, and sends them again to another worker."""

import asyncio
import weakref

import federated_language as fl
import numpy as np
import pytest
import tensorflow as tf
from federated_language import framework

import tffsim as tff
from tffsim.concurrency.random_streams import current_place
from tffsim.executors.eager_tf_executor import EagerTFExecutor
from tffsim.external_runtime.tensorflow.eager_execution import TENSOR_ALIGNMENT
from tffsim.language import federated_lambdas
from tffsim.remote.remote_executor import RemoteExecutor
from tffsim.remote.wire import computations
from tffsim.remote.worker_connection import WorkerConnection
from tffsim.remote.worker_errors import NoWorkerError

TABLE = np.arange(50_000, dtype=np.int32)
INTS = fl.FederatedType(np.int32, fl.CLIENTS)
SUM = framework.Intrinsic("federated_sum", fl.FunctionType(INTS, fl.FederatedType(np.int32, fl.SERVER))).to_proto()


@pytest.fixture
def run(worker, make_workers):
    """Returns a function that runs a coroutine function with an executor for three clients."""

    def run_with_executor(body):
        workers = make_workers(worker.address)

        async def main():
            (connection,) = await workers.prepare()
            return await body(RemoteExecutor(workers, connection, 0, 3, 3))

        return asyncio.run(main())

    return run_with_executor


async def total(executor, members=(1, 2, 3)):
    return await executor.create_call(
        await executor.create_value(SUM), await executor.create_value(list(members), INTS)
    )


def test_nothing_is_sent_before_somebody_needs_a_result(run, worker):
    async def body(executor):
        before = len(worker.service.sessions)
        handle = await total(executor)
        assert handle.reference.session is None
        assert len(worker.service.sessions) == before
        return await handle.compute()

    assert run(body) == 6


def test_structs_and_selections_are_made_at_the_worker(run):
    async def body(executor):
        pair = await executor.create_struct({"a": await total(executor), "b": await total(executor, (4, 5, 6))})
        return await (await executor.create_selection(pair, 1)).compute()

    assert run(body) == 15


def test_a_large_result_for_the_server_is_closed_and_large_results_of_clients_are_not(run):
    large = fl.TensorType(np.float32, [100_000])
    at_clients, at_server = fl.FederatedType(large, fl.CLIENTS), fl.FederatedType(large, fl.SERVER)
    members = [np.full(100_000, client, np.float32) for client in range(3)]
    intrinsic = framework.Intrinsic("federated_sum", fl.FunctionType(at_clients, at_server)).to_proto()

    async def body(executor):
        value = await executor.create_value(members, at_clients)
        total = await executor.create_call(await executor.create_value(intrinsic), value)
        return await total.compute(), await value.compute()

    total, returned = run(body)
    # A tensor of the server has this memory.
    assert total[0] == 3 and not total.flags.writeable and total.ctypes.data % TENSOR_ALIGNMENT == 0
    assert all(member.flags.writeable for member in returned)


def test_a_value_is_computed_again_after_its_session_was_lost(run):
    async def body(executor):
        handle = await total(executor)
        first = await handle.compute()
        connection = executor._worker
        connection.lose(connection.session, "a test")
        return first, await handle.compute()

    assert run(body) == (6, 6)


def test_a_worker_that_is_lost_again_and_again_is_an_error(run):
    async def body(executor):
        handle = await total(executor)
        connection = executor._worker

        async def lose(program, what):
            connection.lose(program.session, "a test")
            return await type(connection).run(connection, program, what)

        connection.run = lose
        await handle.compute()

    with pytest.raises(NoWorkerError, match=r"clients 0-2 \(of 3\) was tried 3 times.*a test"):
        run(body)


def test_a_failure_is_raised_as_at_the_worker_and_does_not_break_the_executor(run):
    async def body(executor):
        bad = federated_lambdas.identity(fl.TensorType(np.int32)).to_proto()
        handle = await executor.create_call(
            await executor.create_value(bad), await executor.create_value(np.int32(1), np.int32)
        )
        assert await handle.compute() == 1
        return await (await total(executor)).compute()

    assert run(body) == 6


def test_members_that_only_a_sum_needs_are_not_kept_at_the_worker(worker, monkeypatch):
    sent = []

    async def run_and_note(connection, program, what):
        sent.append(program.request)
        return await run_as_before(connection, program, what)

    run_as_before = WorkerConnection.run
    monkeypatch.setattr(WorkerConnection, "run", run_and_note)
    double = tff.tf_computation(lambda x: x * 2, np.int32)
    total = tff.federated_computation(lambda x: fl.federated_sum(fl.federated_map(double, x)), INTS)
    factory = tff.remote_executor_factory([worker.address])
    try:
        assert tff.SyncExecutionContext(factory).invoke(total, [1] * 70) == 140
    finally:
        factory.close()
    assert len(sent) >= 2
    assert not any(step.keep for request in sent for step in request.steps[:-1])


def test_the_data_of_one_piece_is_here_at_a_time(worker, monkeypatch):
    alive, most = weakref.WeakSet(), []

    async def upload_and_count(connection, session, upload, what):
        alive.add(upload)
        most.append(len(alive))
        return await upload_as_before(connection, session, upload, what)

    upload_as_before = WorkerConnection._upload
    monkeypatch.setattr(WorkerConnection, "_upload", upload_and_count)
    rows = fl.SequenceType(fl.TensorType(np.float32, [300_000]))
    count = tff.tf_computation(lambda data: data.reduce(0, lambda n, _: n + 1), rows)
    counts = tff.federated_computation(
        lambda data: fl.federated_sum(fl.federated_map(count, data)), fl.FederatedType(rows, fl.CLIENTS)
    )
    factory = tff.remote_executor_factory([worker.address])
    try:
        examples = [lambda: iter([np.zeros(300_000, np.float32)] * 2)] * 12
        assert tff.SyncExecutionContext(factory).invoke(counts, examples) == 24
    finally:
        factory.close()
    assert most == [1] * 12


def test_without_clients_a_value_that_all_would_share_is_there(worker):
    copies = tff.federated_computation(lambda x: fl.federated_broadcast(x), fl.FederatedType(np.int32, fl.SERVER))
    factory = tff.remote_executor_factory([worker.address])
    try:
        assert tff.SyncExecutionContext(factory).invoke(copies, 5) == 5
    finally:
        factory.close()


def test_a_computation_that_no_message_can_carry_says_so_and_what_to_do(run, monkeypatch):
    @tff.tf_computation(np.int32)
    def with_table(x):
        return x + tf.constant(TABLE)[0]

    monkeypatch.setattr(computations, "MAX_MESSAGE_BYTES", 100_000)

    async def body(executor):
        proto = with_table.to_proto()
        function = await executor.create_value(proto, with_table.type_signature)
        argument = await executor.create_value(3, fl.TensorType(np.int32))
        with pytest.raises(
            ValueError, match=r"^`with_table` is too large .* has 20\d kB of .*Pass large arrays as arg"
        ):
            await (await executor.create_call(function, argument)).compute()
        return await (await total(executor)).compute()

    assert run(body) == 6


def test_a_function_has_no_value(run):
    async def body(executor):
        await (await executor.create_value(SUM)).compute()

    with pytest.raises(TypeError, match="call it"):
        run(body)


def test_a_wrong_argument_and_a_stranger_s_handle_are_refused(run):
    async def body(executor):
        function = await executor.create_value(SUM)
        with pytest.raises(TypeError, match="needs an argument"):
            await executor.create_call(function, await executor.create_value(1, np.int32))
        with pytest.raises(TypeError, match="Expected a value embedded in this RemoteExecutor"):
            await executor.create_call(function, await EagerTFExecutor().create_value(1, np.int32))

    run(body)


def test_a_closed_executor_says_so(run):
    async def body(executor):
        executor.close()
        executor.close()
        await executor.create_value(1, np.int32)

    with pytest.raises(RuntimeError, match="is closed"):
        run(body)


def test_no_place_is_left_behind(run):
    async def body(executor):
        await (await total(executor)).compute()
        return current_place.get()

    assert run(body) is None
