"""Work of a stack for a worker, recorded for another process."""

import asyncio

import federated_language as fl
import numpy as np
import pytest

from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.language import federated_lambdas
from tffsim.tracing.recording.reports import NodeMarks, ReportParts, reporting

FLOATS = fl.FederatedType(np.float32, fl.CLIENTS)


def report_of_identity(**options):
    """Returns the report of a stack for clients 4 and 5 of 9, which embeds and computes two numbers."""

    async def work():
        handle = await stack.create_value([1.5, 2.5], FLOATS)
        assert await handle.compute() == [1.5, 2.5]
        with pytest.raises(TypeError):
            await stack.create_call(await stack.create_value(federated_lambdas.identity(FLOATS).to_proto()), None)

    stack = WorkerStacks().make(2, 4, 9, True)
    with reporting(NodeMarks()) as recorder:
        asyncio.run(work())
    ((_, report),) = ReportParts(recorder, **{"has_values": True, "has_left_clients": True, **options}).rest()
    return report
