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


def test_no_summary_in_the_help_is_cut():
    output = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    (commands,) = re.findall(r"^Commands:\n(.*)", output, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^  (\w+)  ", commands, re.MULTILINE)) == set(main.commands)
    assert "..." not in commands
    assert len(commands.splitlines()) == len(main.commands)


def test_the_installed_command_is_this_one():
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="tffsim")
    assert command.load() is main
