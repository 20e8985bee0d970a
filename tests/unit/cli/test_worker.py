"""The options of `tffsim worker`; what it does is tested with real processes in `tests/integration/remote`."""

import importlib.util

import pytest
from click.testing import CliRunner

from tffsim.cli.main import main


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--bind", "0.0.0.0"], "needs TLS"),
        (["--allow-ops", "some"], "strict"),
        (["--token-file", "nowhere"], "does not exist"),
        (["--tls-cert", __file__], "--tls-key"),
        (["--tls-cert", __file__, "--tls-key", __file__], "are no certificate and its private key, as PEM"),
        (["--port", "70000"], "not in the range"),
        (["--lease-seconds", "-3"], "not in the range"),
        (["--lease-seconds", "nan"], "nan is no time"),
        (["--drain-seconds", "inf"], "inf is no time"),
        (["--max-value-bytes", "-1"], "not in the range"),
    ],
)
def test_options_that_do_not_fit_are_told_in_one_line(options, text):
    result = CliRunner().invoke(main, ["worker", *options])
    assert result.exit_code in (1, 2)
    assert text in result.output
    assert "Traceback" not in result.output


def test_a_short_token_is_refused(tmp_path):
    (tmp_path / "token").write_text("short")
    result = CliRunner().invoke(main, ["worker", "--token-file", str(tmp_path / "token")])
    assert "has 5 characters" in result.output


@pytest.mark.parametrize(("content", "text"), [("", "is empty"), ("one\ntwo", "one token"), ("ключ" * 8, "one token")])
def test_a_file_without_a_token_is_named(tmp_path, content, text):
    (tmp_path / "token").write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["worker", "--token-file", str(tmp_path / "token")])
    assert str(tmp_path / "token") in result.output and text in result.output


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["worker"])
    assert result.exit_code == 1
    assert "pip install 'tffsim[remote]'" in result.output
