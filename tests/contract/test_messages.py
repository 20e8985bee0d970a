"""The file from which the front end's tests read what Python says is what Python says."""

import base64
import json
import zlib

import pytest

from tests.contract.messages import FIXTURE, as_text, contract


def unpacked(found):
    """Returns a contract with pages as they are before they are deflated, which differs between versions of zlib."""
    columns = dict(found["page"]["columns"])
    for name in ("whole", "optional"):
        columns[name] = zlib.decompress(base64.b64decode(columns[name])).hex()
    return {**found, "page": {**found["page"], "columns": columns}}


@pytest.fixture(scope="module")
def said():
    return json.loads(as_text(contract()))


def test_the_front_end_reads_what_python_says_today(said):
    told = json.loads(FIXTURE.read_text(encoding="utf-8"))
    assert unpacked(told) == unpacked(said), "Run `make schema`."


def test_there_is_something_to_be_found(said):
    sums = said["sums"]
    assert sums["num_nan"] and sums["num_infinite"] and sums["outcomes"]["error"]
    assert all(sums["bytes_per_direction"].values()) and sum(sums["milliseconds_per_executor"]) > 0
    assert len(said["all_at_once"]) > 2 and said["live"][0]["content"]["running"]
    assert len(said["durations"]) > 500
