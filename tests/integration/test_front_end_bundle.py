"""The JavaScript that stands in the package, in every exported page and in saved notebooks."""

import json
import pathlib

import pytest

from tffsim.views.notebook.page import FRONT_END

MAX_SIZE = 150_000
WIDGETS = pathlib.Path(__file__).parents[2] / "widgets"


def test_the_bundle_is_small():
    assert FRONT_END.stat().st_size <= MAX_SIZE


def test_the_bundle_holds_our_own_code_and_says_so():
    assert "dependencies" not in json.loads((WIDGETS / "package.json").read_text(encoding="utf-8"))
    assert FRONT_END.read_text(encoding="utf-8").startswith("/*! The front end of tffsim. Apache License 2.0. */\n")


@pytest.mark.parametrize("package", ["dagre", "d3-scale", "d3-zoom", "Mike Bostock"])
def test_nothing_of_others_is_in_the_bundle(package):
    assert package not in FRONT_END.read_text(encoding="utf-8")
