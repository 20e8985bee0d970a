"""An executor whose target runs in another thread."""

import asyncio
import threading

import federated_language as fl
import numpy as np
import pytest

from tests.unit.executors.plain_leaf import PlainLeaf
from tests.unit.executors.running import binary, evaluate
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.executors.thread_delegating_executor import ThreadDelegatingExecutor

_FLOAT = fl.TensorType(np.float32)


_PLUS = binary("generic_plus", np.float32)


class RecordingLeaf(PlainLeaf):
    def __init__(self):
        super().__init__()
        self.calls = 0
        self.threads = set()

    async def create_call(self, comp, arg=None):
        self.calls += 1
        self.threads.add(threading.get_ident())
        return await super().create_call(comp, arg)


def test_a_thread_delegating_executor_runs_its_target_on_one_other_thread():
    leaf = RecordingLeaf()
    executor = ReferenceResolvingExecutor(ThreadDelegatingExecutor(leaf))
    assert asyncio.run(evaluate(executor, _PLUS, (1.0, 2.0))) == 3
    assert asyncio.run(evaluate(executor, _PLUS, (1.0, 2.0))) == 3
    assert len(leaf.threads) == 1 and threading.get_ident() not in leaf.threads


def test_closing_a_thread_delegating_executor_closes_its_target():
    leaf = PlainLeaf()
    executor = ThreadDelegatingExecutor(leaf)
    executor.close()
    assert leaf.is_closed
    with pytest.raises(RuntimeError, match="is closed"):
        asyncio.run(executor.create_value(1.0, _FLOAT))
