"""Where two types differ: the part and its two types, not two lists of 150 fields."""

from collections.abc import Iterator, Sequence

import federated_language as fl

_MAX_WHOLE = 60


def short(type_spec: fl.Type | None, limit: int = _MAX_WHOLE) -> str:
    """Returns the notation of a type, cut if it is long."""
    text = type_spec.compact_representation() if type_spec is not None else "nothing"
    return text if len(text) <= limit else text[:limit] + " ..."


def listed(names: Sequence[object], most: int = 5) -> str:
    """Returns names as a list for a message: the first few, and how many there are besides."""
    shown = ", ".join(f"`{name}`" if name is not None else "one without a name" for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def difference(expected: fl.Type, found: fl.Type) -> str:
    """Returns where a type differs from the one that was expected, such as "expected float32, found int32"."""
    parts = list(_differences(expected, found, ""))
    if not parts:
        return f"expected {short(expected)}, found {short(found)}"
    path, what = parts[0]
    others = f" ({len(parts) - 1} more differ{'s' * (len(parts) == 2)})" if len(parts) > 1 else ""
    return (f"field `{path.removeprefix('.')}`: {what}" if path else what) + others


def _differences(expected: fl.Type, found: fl.Type, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(expected, fl.StructType) and isinstance(found, fl.StructType):
        yield from _differences_of_structs(expected, found, path)
    elif isinstance(expected, fl.FederatedType) and isinstance(found, fl.FederatedType):
        if expected.placement is not found.placement:
            yield path, f"expected a value at {expected.placement}, found one at {found.placement}"
        yield from _differences(expected.member, found.member, path)
    elif isinstance(expected, fl.SequenceType) and isinstance(found, fl.SequenceType):
        yield from _differences(expected.element, found.element, path)
    elif not expected.is_assignable_from(found):
        yield path, f"expected {short(expected)}, found {short(found)}"


def _differences_of_structs(expected: fl.StructType, found: fl.StructType, path: str) -> Iterator[tuple[str, str]]:
    wanted, given = dict(expected.items()), dict(found.items())
    if None in wanted or None in given:
        yield from _differences_by_position(expected, found, path)
        return
    yield from ((f"{path}.{name}", "it is missing") for name in wanted if name not in given)
    yield from ((f"{path}.{name}", "it was not expected") for name in given if name not in wanted)
    for name in wanted:
        if name in given:
            yield from _differences(wanted[name], given[name], f"{path}.{name}")
    if set(wanted) == set(given) and list(wanted) != list(given):
        names, others = list(wanted), list(given)
        first = next(k for k, name in enumerate(names) if name != others[k])
        order = f"expected {listed(names[first:])}, found {listed(others[first:])}"
        yield f"{path}.{names[first]}", f"the fields come in another order from here on: {order}"


def _differences_by_position(expected: fl.StructType, found: fl.StructType, path: str) -> Iterator[tuple[str, str]]:
    if len(expected) != len(found):
        yield path, f"expected {len(expected)} fields, found {len(found)}"
        return
    for position, ((name, wanted), (other, given)) in enumerate(zip(expected.items(), found.items(), strict=True)):
        if None not in (name, other) and name != other:
            yield f"{path}[{position}]", f"expected the name `{name}`, found `{other}`"
        yield from _differences(wanted, given, f"{path}[{position}]" if name is None else f"{path}.{name}")
