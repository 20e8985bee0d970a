"""Spans of a worker as messages: rows of numbers as bytes, and what they refer to as JSON."""

import dataclasses
import json
from typing import Any

import numpy as np

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.types import type_bytes, type_of
from tffsim.tracing.document.snapshot import ExecutorInfo, Place, ThreadInfo
from tffsim.tracing.recording.reports import Report
from tffsim.tracing.recording.span_rows import SPAN_DTYPE


def write_report(report: Report, message: messages.Spans, program: int, part: int) -> None:
    """Writes a report into a message.

    Args:
        report: The report.
        message: The message.
        program: The number by which the controller follows the program.
        part: The number of the part that the report is of all spans of the program.
    """
    message.program, message.part = program, part
    message.under_way = report.under_way.tobytes()
    message.rows = report.rows.tobytes()
    message.types.extend(map(type_bytes, report.types))
    lists = {
        "executors": [dataclasses.astuple(executor) for executor in report.executors],
        "threads": [dataclasses.astuple(thread) for thread in report.threads],
        "errors": report.errors,
        "places": {number: dataclasses.astuple(place) for number, place in report.places.items()},
        "long_inputs": report.long_inputs,
        "num_dropped": report.num_dropped,
    }
    message.lists = json.dumps(lists).encode()


def read_report(message: messages.Spans) -> Report:
    """Returns the report in a message.

    Raises:
        MalformedError: If there is none.
    """
    try:
        lists: dict[str, Any] = json.loads(message.lists)
        return Report(
            np.frombuffer(message.rows, SPAN_DTYPE),
            [ExecutorInfo(*fields) for fields in lists["executors"]],
            [ThreadInfo(*fields) for fields in lists["threads"]],
            [type_of(content) for content in message.types],
            {int(number): str(text) for number, text in lists["errors"].items()},
            {int(number): Place(*fields) for number, fields in lists["places"].items()},
            {int(number): tuple(map(int, inputs)) for number, inputs in lists["long_inputs"].items()},
            int(lists["num_dropped"]),
            np.frombuffer(message.under_way, SPAN_DTYPE),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise MalformedError("The spans of a worker cannot be read.") from None
