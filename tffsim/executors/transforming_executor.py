"""An executor that rewrites computations before another one runs them."""

from collections.abc import Callable

from federated_language.framework import ComputationBuildingBlock

from tffsim.executors.executor_base import Executor, ExecutorValue, PassThroughExecutor
from tffsim.language import building_blocks
from tffsim.language.identity_cache import IdentityCache


class TransformingExecutor(PassThroughExecutor):
    """Applies a transformation to every computation, and passes everything on.

    Handles are those of the target executor. Computations inside structs of payloads
    are not transformed.

    Args:
        transformation: Returns an equivalent building block of the same type.
        target: Receives the transformed computations.
    """

    def __init__(
        self, transformation: Callable[[ComputationBuildingBlock], ComputationBuildingBlock], target: Executor
    ) -> None:
        self._transform: IdentityCache[ComputationBuildingBlock, ComputationBuildingBlock] = IdentityCache(
            transformation
        )
        super().__init__(target)

    async def create_value(self, value: object, type_spec: object = None) -> ExecutorValue:
        """Embeds a value; a computation is transformed first.

        Raises:
            TypeError: If the transformation returns something else than a building block.
        """
        if not building_blocks.is_computation(value):
            return await self._target.create_value(value, type_spec)
        transformed = self._transform(building_blocks.to_building_block(value))
        if not isinstance(transformed, ComputationBuildingBlock):
            raise TypeError(f"The transformation must return a building block, found a {type(transformed).__name__}.")
        return await self._target.create_value(transformed.to_proto(), type_spec)
