"""The graph of values and calls in a form that drawing tools read."""

from collections.abc import Mapping
from typing import Required, TypeAlias

import networkx as nx

from tffsim.tracing.analysis.graph import EdgeAttributes, NodeAttributes, build_graph
from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.exports.plain_reader import PlainReader


class LabelledAttributes(NodeAttributes):
    """What is known of a call or of a value, and the text that stands for it."""

    label: Required[str]


LabelledGraph: TypeAlias = "nx.MultiDiGraph[str, LabelledAttributes, EdgeAttributes]"


def labelled_graph(reader: PlainReader) -> LabelledGraph:
    """Returns the graph of a trace with texts as nodes, such as `call 3`.

    Nodes have the attributes that `Trace.graph` gives them, and a `label`.
    """
    graph = build_graph(reader.snapshot)
    labelled: LabelledGraph = nx.MultiDiGraph()
    for (kind, number), attributes in graph.nodes(data=True):
        label = _value_label(reader, number, attributes) if kind == "value" else _call_label(attributes)
        labelled.add_node(f"{kind} {number}", label=plain(label), **_plain_attributes(attributes))
    for (kind, number), (kind_after, number_after), told in graph.edges(data=True):
        labelled.add_edge(f"{kind} {number}", f"{kind_after} {number_after}", **_plain_attributes(told))
    return labelled


def _call_label(attributes: NodeAttributes) -> str:
    return f"{attributes['executor']}\n{attributes['operation']}{_participant(attributes)}"


def _value_label(reader: PlainReader, number: int, attributes: NodeAttributes) -> str:
    shown = reader.shown_value(number)
    return attributes["type"] + (f"\n{shown}" if shown else "") + _participant(attributes)


def _participant(attributes: NodeAttributes) -> str:
    return f"\nclient {attributes['client']}" if attributes["client"] >= 0 else ""


def _plain_attributes(attributes: Mapping[str, object]) -> dict[str, object]:
    return {name: plain(value) if isinstance(value, str) else value for name, value in attributes.items()}
