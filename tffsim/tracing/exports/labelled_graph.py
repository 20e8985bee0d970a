"""The graph of values and calls in a form that drawing tools read."""

from typing import Any

import networkx as nx

from tffsim.tracing.analysis.graph import build_graph
from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.exports.plain_reader import PlainReader


def labelled_graph(reader: PlainReader) -> "nx.MultiDiGraph":
    """Returns the graph of a trace with texts as nodes, such as `call 3`.

    Nodes have the attributes that `Trace.graph` gives them, and a `label`.
    """
    graph = build_graph(reader.snapshot)
    labelled = nx.MultiDiGraph()
    for (kind, number), attributes in graph.nodes(data=True):
        label = _value_label(reader, number, attributes) if kind == "value" else _call_label(attributes)
        labelled.add_node(f"{kind} {number}", label=plain(label), **_plain_attributes(attributes))
    for (kind, number), (kind_after, number_after), attributes in graph.edges(data=True):
        labelled.add_edge(f"{kind} {number}", f"{kind_after} {number_after}", **_plain_attributes(attributes))
    return labelled


def _call_label(attributes: dict[str, Any]) -> str:
    return f"{attributes['executor']}\n{attributes['operation']}{_participant(attributes)}"


def _value_label(reader: PlainReader, number: int, attributes: dict[str, Any]) -> str:
    shown = reader.shown_value(number)
    return attributes["type"] + (f"\n{shown}" if shown else "") + _participant(attributes)


def _participant(attributes: dict[str, Any]) -> str:
    return f"\nclient {attributes['client']}" if attributes["client"] >= 0 else ""


def _plain_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) if isinstance(value, str) else value for name, value in attributes.items()}
