"""Clients' values that are folded into one must have one shape, also where their type leaves dimensions open.

TensorFlow would repeat the numbers of a smaller array, and the result would be wrong unseen.
"""

from collections.abc import Iterator

import federated_language as fl
from federated_language.common_libs import structure

from tffsim.concurrency.activity import current_client
from tffsim.federation.client_payloads import Check


def same_shape_check(member_type: fl.Type) -> Check | None:
    """Returns what must be told the value of each client; None if the type says the shapes.

    It raises a `ValueError` at the first value that has another shape than the value it was told first.

    Args:
        member_type: The type of the values.
    """
    paths = list(_leaf_types(member_type, "value"))
    num_open = sum(not fl.array_shape_is_fully_defined(leaf.shape) for _, leaf in paths)
    if not num_open:
        return None
    first: tuple[int, list[str]] | None = None

    async def check(value: object) -> None:
        nonlocal first
        shapes = list(_shapes(value))
        if first is None:
            first = current_client.get(), shapes
        if shapes == first[1]:
            return
        differing = zip(paths, shapes, first[1], strict=True)
        (path, leaf), found, known = next(place for place in differing if place[1] != place[2])
        raise ValueError(
            f"{f'`{path}`' if num_open > 1 else 'The value'} of this client has the shape {found}, and that of client "
            f"{first[0]} has {known}. Values that are folded into one must have one shape; their type, {leaf}, leaves "
            "it open. Let all clients return the same shape, by padding for example."
        )

    return check


def _leaf_types(type_spec: fl.Type, path: str) -> Iterator[tuple[str, fl.TensorType]]:
    if isinstance(type_spec, fl.TensorType):
        yield path, type_spec
    elif isinstance(type_spec, fl.StructType):
        for number, (name, element_type) in enumerate(type_spec.items()):
            yield from _leaf_types(element_type, f"{path}.{name}" if name is not None else f"{path}[{number}]")


def _shapes(value: object) -> Iterator[str]:
    if isinstance(value, (structure.Struct, tuple, list)):
        for element in value:
            yield from _shapes(element)
    else:
        # That of a tensor has a text of its own.
        yield f"[{', '.join(map(str, getattr(value, 'shape', ())))}]"
