"""What makes executors."""

import abc
from collections.abc import MutableMapping
from typing import TypeAlias

from federated_language.executor.executor_base import Executor
from federated_language.types.placements import PlacementLiteral

CardinalitiesType: TypeAlias = MutableMapping[PlacementLiteral, int]

class ExecutorFactory(abc.ABC):
    @abc.abstractmethod
    def create_executor(self, cardinalities: CardinalitiesType) -> Executor: ...
    @abc.abstractmethod
    def clean_up_executor(self, cardinalities: CardinalitiesType) -> None: ...
