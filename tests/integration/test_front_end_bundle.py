"""The JavaScript that stands in the package, in every exported page and in saved notebooks."""

import pathlib

import pytest

from tests.unit.tracing.traced_runs import mean_of_doubles, traced
from tffsim.views.notebook.page import FRONT_END, page

MAX_SIZE = 150_000
LICENSES = (FRONT_END.parent / "THIRD_PARTY_LICENSES.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def exported():
    return page(traced(mean_of_doubles, [1.0, 2.0])[1].snapshot)


def test_the_bundle_is_small():
    assert FRONT_END.stat().st_size <= MAX_SIZE


def test_the_bundle_begins_with_the_licenses_of_what_it_contains():
    assert FRONT_END.read_text(encoding="utf-8").startswith(f"/*!\n{LICENSES}*/\n")


def test_an_exported_page_carries_the_licenses_too(exported):
    assert LICENSES in exported


@pytest.mark.parametrize(
    "words",
    [
        "d3-zoom",
        "d3-ease",
        "Mike Bostock",
        "Robert Penner",
        "Permission to use, copy, modify",
        "Redistribution and use in source and binary forms",
    ],
)
def test_the_licenses_name_packages_holders_and_terms(words):
    assert words in LICENSES


@pytest.mark.parametrize("package", ["dagre", "d3-scale"])
def test_what_python_does_is_not_in_the_bundle(package):
    assert package not in FRONT_END.read_text(encoding="utf-8")


def test_the_licenses_lie_where_the_wheel_takes_them_from():
    root = pathlib.Path(__file__).parents[2]
    assert "THIRD_PARTY_LICENSES.txt" in (root / "pyproject.toml").read_text(encoding="utf-8")
