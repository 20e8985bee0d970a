"""The graph of values and calls as GraphML, for Gephi, yEd, Cytoscape and networkx."""

import pathlib

import networkx as nx

from tffsim.tracing.document.output_files import whole_file
from tffsim.tracing.exports.labelled_graph import labelled_graph
from tffsim.tracing.exports.plain_reader import PlainReader


def write(reader: PlainReader, path: pathlib.Path) -> None:
    """Writes the graph of a trace."""
    with whole_file(path) as file:
        nx.write_graphml(labelled_graph(reader), file, prettyprint=False)
