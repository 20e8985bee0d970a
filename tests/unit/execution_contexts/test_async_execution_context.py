"""The context whose calls are awaited."""

import asyncio

import federated_language as fl

import tffsim as tff
from tests.unit.tracing.traced_runs import double


def test_an_async_context_can_trace_every_invocation_too():
    context = tff.AsyncExecutionContext(tff.local_executor_factory(), trace=True)

    async def main():
        assert await context.invoke(double, 1.0) == 2
        first = context.last_trace
        assert await context.invoke(double, 2.0) == 4
        return first

    first = asyncio.run(main())
    assert first is not context.last_trace
    assert first.invocations.num_rows == context.last_trace.invocations.num_rows == 1


def test_computations_run_side_by_side_in_an_async_context():
    async def main():
        with tff.use(tff.AsyncExecutionContext(tff.local_executor_factory())):
            return await asyncio.gather(*(double(float(n)) for n in range(20)))

    assert asyncio.run(main()) == [2 * n for n in range(20)]


def test_contexts_serve_the_programs_of_the_language():
    context = fl.program.NativeFederatedContext(tff.AsyncExecutionContext(tff.local_executor_factory()))

    async def main():
        with fl.framework.get_context_stack().install(context):
            return await fl.program.materialize_value(double(3.0))

    assert asyncio.run(main()) == 6
