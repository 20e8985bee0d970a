import re

import pytest
from click.testing import CliRunner

from tffsim.cli.main import main


@pytest.fixture(scope="module")
def full_demo():
    return CliRunner().invoke(main, ["demo"], catch_exceptions=False)


def accuracies(output):
    return [float(percent) for percent in re.findall(r"^round .* accuracy +([\d.]+)%", output, re.MULTILINE)]


def test_the_demo_learns_to_read_digits(full_demo):
    assert full_demo.exit_code == 0
    assert len(accuracies(full_demo.output)) == 10
    assert accuracies(full_demo.output)[-1] > 85.0


def test_the_demo_tells_the_seconds_of_each_round(full_demo):
    assert len(re.findall(r"^round .* \d+\.\d\d s$", full_demo.output, re.MULTILINE)) == 10


def test_the_demo_draws_the_stack_that_it_uses(full_demo):
    assert "clients 0-19: " in full_demo.output
    assert "EagerTFExecutor" in full_demo.output


def test_the_same_seed_gives_the_same_run():
    options = ["demo", "--clients", "3", "--rounds", "2", "--split", "dirichlet", "--seed", "5"]
    first, again = (accuracies(CliRunner().invoke(main, options).output) for _ in range(2))
    assert len(first) == 2
    assert first == again


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--clients", "0"], "0 is not in the range"),
        (["--clients", "5000"], "1438 examples are not enough for 5000 clients"),
        (["--rounds", "none"], "'none' is not a valid integer"),
        (["--learning-rate", "0"], "not in the range"),
        (["--split", "mine"], "not one of 'iid', 'dirichlet'"),
    ],
)
def test_options_without_a_meaning_are_refused(options, message):
    result = CliRunner().invoke(main, ["demo", *options])
    assert result.exit_code == 2
    assert message in result.output
