"""The names that a computation uses without defining them itself."""

from collections.abc import Mapping

import federated_language as fl
from federated_language.framework import Block, ComputationBuildingBlock, Lambda, Reference

from tffsim.computations.identity_cache import IdentityCache


def _find(block: ComputationBuildingBlock) -> Mapping[str, fl.Type]:
    if isinstance(block, Reference):
        return {block.name: block.type_signature}
    if isinstance(block, Lambda):
        return {n: t for n, t in free_references(block.result).items() if n != block.parameter_name}
    if isinstance(block, Block):
        found = dict(free_references(block.result))
        for name, value in reversed(block.locals):
            found.pop(name, None)
            found.update(free_references(value))
        return found
    return {n: t for child in block.children() for n, t in free_references(child).items()}


free_references: IdentityCache[ComputationBuildingBlock, Mapping[str, fl.Type]] = IdentityCache(_find, max_size=10_000)
