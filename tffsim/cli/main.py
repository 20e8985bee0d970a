"""The `tffsim` command and its sub-commands."""

import click

import tffsim
from tffsim.cli.demo import demo
from tffsim.cli.export_trace import export_trace
from tffsim.cli.info import info
from tffsim.cli.run import run
from tffsim.cli.show import show
from tffsim.cli.view import view
from tffsim.cli.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tffsim.__version__, prog_name="tffsim")
def main() -> None:
    """Run federated computations on a local execution stack."""


main.add_command(demo)
main.add_command(run)
main.add_command(show)
main.add_command(export_trace)
main.add_command(view)
main.add_command(info)
main.add_command(worker)
