"""Where the operations of a graph may run: rewrites wishes that cannot be met.

A user can tie an operation to a device (`tf.device`) or to the device of another
operation (`tf.colocate_with`, and many functions of TensorFlow do so). Both are wishes:
in a `tf.function` a device that is not there gives way to one that is (soft placement),
and to be near something that has been cut off means nothing. An imported graph that
keeps such a wish cannot run at all.
"""

from collections.abc import Collection, Iterable

import tensorflow as tf
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef

_COLOCATION = "_class"
_NEAR = b"loc:@"


def forget_missing_neighbours(graph_def: GraphDef) -> None:
    """Drops the wish to be near a node that the graph, or the function, does not have."""
    _forget_except(graph_def.node, {node.name for node in graph_def.node})
    for function in graph_def.library.function:
        arguments = {argument.name for argument in function.signature.input_arg}
        _forget_except(function.node_def, arguments | {node.name for node in function.node_def})


def forget_missing_devices(nodes: Iterable[NodeDef]) -> None:
    """Drops the wish for a device that this machine does not have, if placement is soft.

    TensorFlow then chooses, as in a `tf.function`. Without soft placement the wish
    stays, and the call fails with TensorFlow's message.
    """
    if not tf.config.get_soft_device_placement():
        return
    devices = [tf.DeviceSpec.from_string(device.name) for device in tf.config.list_logical_devices()]
    for node in nodes:
        if node.device and not _is_there(node.device, devices):
            node.device = ""


def _forget_except(nodes: Iterable[NodeDef], names: Collection[str]) -> None:
    for node in nodes:
        if _COLOCATION not in node.attr:
            continue
        wishes = node.attr[_COLOCATION].list.s
        kept = [w for w in wishes if not w.startswith(_NEAR) or w.removeprefix(_NEAR).decode() in names]
        if kept:
            wishes[:] = kept
        else:
            del node.attr[_COLOCATION]


def _is_there(wish: str, devices: Collection[tf.DeviceSpec]) -> bool:
    try:
        wanted = tf.DeviceSpec.from_string(wish)
    except ValueError:
        return True  # Not a name of a device; TensorFlow says so better.
    return any(_matches(wanted, device) for device in devices)


def _matches(wanted: tf.DeviceSpec, device: tf.DeviceSpec) -> bool:
    # A local device has no job, or the one that every process is alone in.
    is_local = wanted.job in (None, "localhost") and not wanted.replica and not wanted.task
    same_type = wanted.device_type in (None, device.device_type)
    return is_local and same_type and wanted.device_index in (None, device.device_index)
