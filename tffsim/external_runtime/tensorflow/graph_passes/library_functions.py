"""Writes library functions by hand: signature, results and effects."""

from collections.abc import Sequence

from tensorflow.core.framework.function_pb2 import FunctionDef


def new_function(name: str, types: Sequence[int]) -> tuple[FunctionDef, list[str]]:
    """Makes a function without nodes.

    Args:
        name: Its name.
        types: The dtypes of its arguments.

    Returns:
        The function, and the names of its arguments.
    """
    function = FunctionDef()
    function.signature.name = name
    names = [f"given_{position}" for position in range(len(types))]
    for argument, dtype in zip(names, types, strict=True):
        function.signature.input_arg.add(name=argument, type=dtype)
    return function, names


def set_results(function: FunctionDef, tensors: Sequence[str], types: Sequence[int]) -> None:
    """Says which tensors a function returns, with their dtypes."""
    for position, (tensor, dtype) in enumerate(zip(tensors, types, strict=True)):
        function.signature.output_arg.add(name=f"returned_{position}", type=dtype)
        function.ret[f"returned_{position}"] = tensor


def set_effects(function: FunctionDef, nodes: Sequence[str]) -> None:
    """Says which nodes run even if no result needs them."""
    function.signature.is_stateful = True
    function.signature.control_output.extend(nodes)
    function.control_ret.update({name: name for name in nodes})
