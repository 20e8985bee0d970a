"""The parts of which a computation is made."""

import federated_language as fl
import numpy as np
from federated_language.proto import computation_pb2 as pb

from tffsim.language.proto_parts import parts_of

_FLOAT = fl.TensorType(np.float32)


def test_every_part_is_told_once_with_the_whole_first():
    number = fl.framework.Literal(np.float32(1.0), _FLOAT)
    twice = fl.framework.Struct([number, number])
    called = fl.framework.Call(fl.framework.Lambda("x", _FLOAT, fl.framework.Reference("x", _FLOAT)), number)
    block = fl.framework.Block([("pair", twice)], fl.framework.Struct([called]))
    parts = list(parts_of(fl.framework.Selection(block, index=0).to_proto()))
    kinds = sorted(part.WhichOneof("computation") for part in parts)
    assert parts[0].WhichOneof("computation") == "selection"
    assert kinds == sorted(
        ["selection", "block", "struct", "literal", "literal", "struct", "call", "lambda", "reference", "literal"]
    )


def test_deep_computations_and_empty_ones_are_read():
    deep = pb.Computation(reference=pb.Reference(name="x"))
    for _ in range(30):
        deep = pb.Computation(selection=pb.Selection(source=deep))
    assert len(list(parts_of(deep))) == 31
    assert len(list(parts_of(pb.Computation()))) == 1
