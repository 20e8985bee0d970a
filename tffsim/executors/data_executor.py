"""The executor that knows `data`: values that are fetched where they are needed."""

import abc

import federated_language as fl
from federated_language.proto import computation_pb2 as pb

from tffsim.executors.executor_base import Executor, ExecutorValue, PassThroughExecutor, resolve_type
from tffsim.failures.failure_location import locate
from tffsim.language import building_blocks


class DataBackend(abc.ABC):
    """Fetches the payloads that `data` nodes of the AST stand for."""

    @abc.abstractmethod
    async def materialize(self, data: pb.Data, type_spec: fl.Type) -> object:
        """Returns the payload.

        Args:
            data: Describes the payload: `data.content`, in a form the backend knows.
            type_spec: The type that the payload must have.

        Returns:
            A payload that the executor below can embed.
        """


class DataExecutor(PassThroughExecutor):
    """Fetches data and embeds it in the target; passes everything else on.

    Handles are those of the target executor.

    Args:
        target: Receives the payloads.
        backend: Fetches them.
    """

    def __init__(self, target: Executor, backend: DataBackend) -> None:
        super().__init__(target)
        self._backend = backend

    async def create_value(self, value: object, type_spec: object = None) -> ExecutorValue:
        """Embeds a value; `data` is fetched first."""
        if not building_blocks.is_computation(value):
            return await self._target.create_value(value, type_spec)
        proto = building_blocks.to_proto(value)
        if building_blocks.kind_of(proto) != "data":
            return await self._target.create_value(value, type_spec)
        type_signature = resolve_type(proto, type_spec)
        try:
            payload = await self._backend.materialize(proto.data, type_signature)
            return await self._target.create_value(payload, type_signature)
        except Exception as error:
            locate(error, node="data")
            raise
