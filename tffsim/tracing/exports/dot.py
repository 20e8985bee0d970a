"""The graph of values and calls in the DOT language of Graphviz.

Written here and not by networkx, which needs pydot for it.
"""

import pathlib

from tffsim.tracing.document.output_files import whole_text_file
from tffsim.tracing.exports.labelled_graph import LabelledAttributes, labelled_graph
from tffsim.tracing.exports.plain_reader import PlainReader

_EDGE_STYLES = {"input": "solid", "carry": "dashed", "output": "solid", "delegation": "dashed", "alias": "dotted"}
_COLORS = {"clients": "#f6d7b0", "server": "#c9dcf2", "": "#eeeeee"}
_ERROR_COLOR = "#c62828"


def write(reader: PlainReader, path: pathlib.Path) -> None:
    """Writes the graph of a trace: calls are boxes, values are ellipses."""
    graph = labelled_graph(reader)
    with whole_text_file(path) as file:
        file.write('digraph trace {\n  node [fontname="sans-serif", style=filled];\n')
        for node, attributes in graph.nodes(data=True):
            file.write(f"  {quoted(node)} [{_listed(_node_style(attributes))}];\n")
        for node, other, told in graph.edges(data=True):
            kind = told["kind"]
            style = {"style": _EDGE_STYLES[kind], "tooltip": kind}
            file.write(f"  {quoted(node)} -> {quoted(other)} [{_listed(style)}];\n")
        file.write("}\n")


def quoted(text: str) -> str:
    """Returns a text as a quoted DOT string that is drawn as it is."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "\\n".join(escaped.splitlines()) + '"'


def _node_style(attributes: LabelledAttributes) -> dict[str, str]:
    style = {
        "label": attributes["label"],
        "shape": "box" if attributes["kind"] == "call" else "ellipse",
        "fillcolor": _COLORS.get(attributes["placement"], _COLORS[""]),
    }
    if attributes.get("outcome") == "error":
        style["color"] = _ERROR_COLOR
    return style


def _listed(style: dict[str, str]) -> str:
    return ", ".join(f"{name}={quoted(value)}" for name, value in style.items())
