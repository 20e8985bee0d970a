"""`tffsim show`: what a trace file tells, as tables of text."""

import click

from tffsim.cli.trace_files import load


@click.command(short_help="Show a summary of a trace.")
@click.argument("file", type=click.Path())
def show(file: str) -> None:
    """Show a summary of FILE, a trace that `tffsim run --trace` or `Trace.save` wrote."""
    trace = load(file)

    from tffsim.tracing.document.plain_text import plain

    # A file from elsewhere must not steer the terminal.
    click.echo(plain(trace.summary()))
