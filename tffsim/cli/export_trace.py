"""`tffsim export`: a trace file in the format of another tool."""

import pathlib
from typing import TYPE_CHECKING

import click

from tffsim.cli.trace_files import load

if TYPE_CHECKING:
    from tffsim.traces.trace import Trace

_ENDINGS = {"perfetto": ".json", "graphml": ".graphml", "dot": ".dot", "html": ".html", "csv": "-csv"}


@click.command("export", short_help="Write a trace in the format of another tool.")
@click.argument("file", type=click.Path())
@click.option("--to", "format_", required=True, type=click.Choice(list(_ENDINGS)), help="The format.")
@click.option(
    "--output",
    type=click.Path(),
    help="The file to write, for csv the folder.  [default: the name of FILE with the format's ending]",
)
@click.option("--source/--no-source", "has_source", default=True, help="Whether a page holds your functions' source.")
def export_trace(file: str, format_: str, output: str | None, has_source: bool) -> None:
    """Write FILE, a trace, in the format of another tool.

    \b
    perfetto  a timeline; open it in https://ui.perfetto.dev
    graphml   the graph of values and calls, for Gephi or networkx
    dot       the same graph, for Graphviz
    html      a page with the views of a notebook, for any browser
    csv       a folder of tables, for spreadsheets
    """  # noqa: D301 (\b keeps the lines in the help)
    source = pathlib.Path(file)
    target = pathlib.Path(output) if output is not None else _default_output(source, format_)
    if target.resolve() == source.resolve():
        raise click.ClickException(f"{target} is the trace itself. Choose another --output.")
    trace = load(file)
    try:
        _write(trace, target, format_, has_source)
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror or error}.") from error
    click.echo(f"Wrote {target}")


def _default_output(source: pathlib.Path, format_: str) -> pathlib.Path:
    return source.with_name(source.stem + _ENDINGS[format_])


def _write(trace: "Trace", target: pathlib.Path, format_: str, has_source: bool) -> None:
    if format_ != "html":
        trace.export(target, format_)
        return
    trace.to_html(target, source=has_source)
