import importlib.metadata
import re

import pytest
from click.testing import CliRunner

from tffsim.cli.main import main


def test_the_version_is_printed():
    assert re.fullmatch(r"tffsim, version \d+\.\d+\.\d+\n", CliRunner().invoke(main, ["--version"]).output)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_the_commands(flag):
    output = CliRunner().invoke(main, [flag]).output
    assert "demo " in output
    assert "run " in output


def test_the_installed_command_is_this_one():
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="tffsim")
    assert command.load() is main
