"""Types and computations as TensorFlow Federated spells them: short forms of what the language has."""

import federated_language as fl
from federated_language.framework import ConcreteComputation
from federated_language.proto import computation_pb2 as pb

from tffsim.computations.context_stack import context_stack
from tffsim.language.type_kinds import function_type_of


def type_at_clients(type_spec: object, all_equal: bool = False) -> fl.FederatedType:
    """Returns the type of a value at the clients.

    Args:
        type_spec: The type of each member; whatever `tffsim.to_type` takes.
        all_equal: Whether all clients have the same member.
    """
    return fl.FederatedType(type_spec, fl.CLIENTS, all_equal)


def type_at_server(type_spec: object) -> fl.FederatedType:
    """Returns the type of a value at the server.

    Args:
        type_spec: The type of the value; whatever `tffsim.to_type` takes.
    """
    return fl.FederatedType(type_spec, fl.SERVER)


def is_tensorflow_compatible_type(type_spec: fl.Type | None) -> bool:
    """Whether a `tf_computation` can have a parameter of this type; None stands for no parameter."""
    kinds = (fl.SequenceType, fl.StructType, fl.TensorType)
    return type_spec is None or fl.framework.type_contains_only(type_spec, lambda t: isinstance(t, kinds))


def serialize_type(type_spec: fl.Type) -> pb.Type:
    """Returns a type as a protocol buffer."""
    return type_spec.to_proto()


def deserialize_type(proto: pb.Type) -> fl.Type:
    """Returns the type in a protocol buffer."""
    return fl.Type.from_proto(proto)


def serialize_computation(computation: ConcreteComputation) -> pb.Computation:
    """Returns a computation as a protocol buffer."""
    return computation.to_proto()


def deserialize_computation(proto: pb.Computation) -> ConcreteComputation:
    """Returns the computation in a protocol buffer, which can be called."""
    return ConcreteComputation(
        computation_proto=proto,
        context_stack=context_stack,  # type: ignore[arg-type]
        annotated_type=function_type_of(fl.Type.from_proto(proto.type)),
    )
