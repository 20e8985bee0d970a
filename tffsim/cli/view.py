"""`tffsim view`: a trace file in a browser."""

import pathlib
import tempfile
import webbrowser

import click

from tffsim.cli.trace_files import load


@click.command(short_help="Open a trace in a browser.")
@click.argument("file", type=click.Path())
@click.option("--no-open", is_flag=True, help="Write the page and say where, but open no browser.")
def view(file: str, no_open: bool) -> None:
    """Open FILE, a trace, in a browser. The page needs no network."""
    trace = load(file)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tffsim-"))
    page = folder / f"{pathlib.Path(file).stem}.html"
    trace.to_html(page)
    click.echo(f"The page is {page}")
    if not no_open and not webbrowser.open(page.as_uri()):
        raise click.ClickException("No browser was found. Open the page yourself.")
