import contextlib
import importlib.metadata
import os
import re

import pytest
from click.testing import CliRunner

from tffsim.cli.main import main
from tffsim.cli.native_messages import native_messages_hidden


def test_the_version_is_printed():
    assert re.fullmatch(r"tffsim, version \d+\.\d+\.\d+\n", CliRunner().invoke(main, ["--version"]).output)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_the_commands(flag):
    output = CliRunner().invoke(main, [flag]).output
    assert "demo " in output
    assert "run " in output


def test_native_messages_are_hidden(capfd):
    with native_messages_hidden():
        os.write(2, b"noise")
    os.write(2, b"news")
    assert capfd.readouterr().err == "news"


def test_native_messages_are_shown_when_an_import_fails(capfd):
    with contextlib.suppress(ImportError), native_messages_hidden():
        os.write(2, b"the reason")
        raise ImportError
    assert capfd.readouterr().err == "the reason"


def test_the_installed_command_is_this_one():
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="tffsim")
    assert command.load() is main
