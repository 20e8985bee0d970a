"""The interface that every executor implements, re-exported, and its error checks.

`federated_language` defines the interface. Ours adds what tells those who watch a stack
why work runs (`activity`) and why it failed (`failure_reason`). The checks here give
every executor the same words for the same mistakes.
"""

import functools
from collections.abc import Callable, Mapping

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorFactory, ExecutorValue

from tffsim.concurrency.activity import current_client, current_node, offload_observer
from tffsim.failures.failure_reason import describe_failure
from tffsim.federation.number_watch import current_notices
from tffsim.language import building_blocks
from tffsim.language.building_blocks import to_building_block
from tffsim.language.provenance import provenance_of

__all__ = [
    "Executor",
    "ExecutorFactory",
    "ExecutorValue",
    "PassThroughExecutor",
    "check_argument",
    "check_open",
    "current_client",
    "current_node",
    "current_notices",
    "describe_failure",
    "named_elements",
    "offload_observer",
    "provenance_of",
    "resolve_type",
    "select_element_type",
    "takes_whole_of",
    "to_building_block",
]


class PassThroughExecutor(Executor):
    """Base of executors that change one thing and leave the rest to their target.

    Handles are those of the target executor.

    Args:
        target: Receives every request.
    """

    def __init__(self, target: Executor) -> None:
        self._target = target

    @property
    def target(self) -> Executor:
        """The executor below."""
        return self._target

    def close(self) -> None:
        self._target.close()

    @property
    def takes_whole(self) -> Callable[[object], bool]:
        """Tells which structs the target takes in one piece: see `takes_whole_of`."""
        return takes_whole_of(self._target)

    async def create_value(self, value: object, type_spec: object = None) -> ExecutorValue:
        """Embeds a value in the target."""
        return await self._target.create_value(value, type_spec)

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> ExecutorValue:
        """Calls a function in the target."""
        return await self._target.create_call(comp, arg)

    async def create_struct(self, elements: object) -> ExecutorValue:
        """Makes a struct in the target."""
        return await self._target.create_struct(elements)

    async def create_selection(self, source: ExecutorValue, index: int) -> ExecutorValue:
        """Selects from a struct in the target."""
        return await self._target.create_selection(source, index)


def takes_whole_of(executor: Executor) -> Callable[[object], bool]:
    """Returns what tells of a struct whether an executor wants it in one piece, and not one value for each leaf.

    An executor says so in an optional method `takes_whole(value)`. Without it, structs are taken apart.

    Args:
        executor: Any executor.
    """
    takes_whole: Callable[[object], bool] = getattr(executor, "takes_whole", _takes_nothing_whole)
    return takes_whole


def _takes_nothing_whole(value: object) -> bool:
    return False


def resolve_type(value: object, type_spec: object) -> fl.Type:
    """Returns the type under which `value` is to be embedded.

    Args:
        value: A computation, a typed object or a payload.
        type_spec: A type, something convertible to it, or None if `value` knows its own.

    Returns:
        The given type, otherwise the value's own.

    Raises:
        TypeError: If neither is known, or the value's own type does not fit the given one.
    """
    given = _to_type(type_spec) if type_spec is not None else None
    if building_blocks.is_computation(value):
        own = building_blocks.type_of(value)
    elif given is not None:
        return given
    elif isinstance(value, fl.TypedObject):
        return value.type_signature
    else:
        raise TypeError(f"A {type(value).__name__} does not know its own type. Pass its type as well.")
    if given is None or given is own:
        return own
    if not given.is_assignable_from(own):
        raise TypeError(f"Expected a value of type {given}, found a {_described(value)} of type {own}.")
    return given


def _to_type(type_spec: object) -> fl.Type:
    return type_spec if _is_type_class(type(type_spec)) else fl.to_type(type_spec)  # type: ignore[return-value, arg-type]


@functools.cache
def _is_type_class(cls: type) -> bool:
    return issubclass(cls, fl.Type)


def check_argument(function_type: fl.Type, argument_type: fl.Type | None, name: str = "") -> fl.FunctionType:
    """Checks that a function of this type can be called with such an argument.

    Args:
        function_type: Type of what is called.
        argument_type: Type of the argument; None for a call without one.
        name: What is called, for the message.

    Returns:
        The type of the function.

    Raises:
        TypeError: If it is no function, or the argument is missing, unexpected or of
            the wrong type.
    """
    name = f" `{name}`" if name else ""
    if not isinstance(function_type, fl.FunctionType):
        raise TypeError(f"Only functions can be called, found a value of type {function_type}.")
    parameter = function_type.parameter
    if parameter is argument_type:
        return function_type
    if parameter is None:
        raise TypeError(f"The function{name} takes no argument, found one of type {argument_type}.")
    if argument_type is None:
        raise TypeError(f"The function{name} needs an argument of type {parameter}. Call it with one.")
    if not parameter.is_assignable_from(argument_type):
        raise TypeError(f"The function{name} needs an argument of type {parameter}, found type {argument_type}.")
    return function_type


def check_open(is_closed: bool, executor: Executor) -> None:
    """Raises RuntimeError if the executor was closed."""
    if is_closed:
        raise RuntimeError(
            f"This {type(executor).__name__} is closed. Ask its factory for a new one with `create_executor`."
        )


def named_elements(elements: object) -> tuple[list[str | None], list[ExecutorValue]]:
    """Returns the names and the handles of what `create_struct` accepts."""
    if isinstance(elements, (list, tuple)):
        return [None] * len(elements), list(elements)
    if isinstance(elements, Mapping):
        return list(elements), list(elements.values())
    struct: structure.Struct[ExecutorValue] = structure.from_container(elements)
    return structure.name_list_with_nones(struct), list(struct)


def select_element_type(source_type: fl.Type, index: int) -> fl.Type:
    """Returns the type of one element of a struct.

    Raises:
        TypeError: If `source_type` is no struct.
        IndexError: If there is no element at `index`.
    """
    if not isinstance(source_type, fl.StructType):
        raise TypeError(f"Only structs have elements to select, found type {source_type}.")
    if not 0 <= index < len(source_type):
        raise IndexError(f"Selected element {index}, but type {source_type} has {len(source_type)} elements.")
    return source_type[index]


def _described(value: object) -> str:
    if building_blocks.is_computation(value):
        return f"`{building_blocks.kind_of(building_blocks.to_proto(value))}` computation"
    return type(value).__name__
