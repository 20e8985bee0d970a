"""A value inside an executor."""

import abc

from federated_language.types import typed_object

class ExecutorValue(typed_object.TypedObject, abc.ABC):
    @property
    @abc.abstractmethod
    def reference(self) -> object: ...
    @abc.abstractmethod
    async def compute(self) -> object: ...
