"""The outer values that a computation uses without defining them itself."""

from collections.abc import Mapping
from typing import TypeAlias

from federated_language.framework import Block, ComputationBuildingBlock, Lambda, Reference, Selection

from tffsim.language.identity_cache import IdentityCache

Path: TypeAlias = tuple[int, ...]
"""The fields selected one after the other; empty for the whole value."""


def _find(block: ComputationBuildingBlock) -> Mapping[str, frozenset[Path]]:
    source, path = _peel(block)
    if isinstance(source, Reference):
        return {source.name: frozenset({path})}
    if isinstance(source, Lambda):
        return _without(source.parameter_name, free_references(source.result))
    if isinstance(source, Block):
        found = free_references(source.result)
        for name, value in reversed(source.locals):
            found = _merged(_without(name, found), free_references(value))
        return found
    found = {}
    for child in source.children():
        found = _merged(found, free_references(child))
    return found


def _peel(block: ComputationBuildingBlock) -> tuple[ComputationBuildingBlock, Path]:
    path: Path = ()
    while isinstance(block, Selection):
        path = (block.as_index(), *path)
        block = block.source
    return block, path


def _without(name: str | None, found: Mapping[str, frozenset[Path]]) -> Mapping[str, frozenset[Path]]:
    return {n: paths for n, paths in found.items() if n != name}


def _merged(
    first: Mapping[str, frozenset[Path]], second: Mapping[str, frozenset[Path]]
) -> Mapping[str, frozenset[Path]]:
    nothing: frozenset[Path] = frozenset()
    return {name: first.get(name, nothing) | second.get(name, nothing) for name in (*first, *second)}


free_references: IdentityCache[ComputationBuildingBlock, Mapping[str, frozenset[Path]]] = IdentityCache(
    _find, max_size=10_000
)
"""Maps each outer name that a building block uses to the parts of it that are used."""
