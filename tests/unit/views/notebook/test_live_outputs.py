"""Outputs that show a run while it goes on: they can be displayed anew, and the last ones become what is kept."""

import itertools
from unittest import mock

import pytest

import tffsim as tff
from tests.unit.tracing.traced_runs import mean_of_doubles
from tffsim.views.notebook.live_outputs import LiveOutputs
from tffsim.views.notebook.mime_bundle import Output


@pytest.fixture
def published(monkeypatch):
    """What is published: `display` or `update`, the number of the output, and text."""
    published, numbers = [], itertools.count()

    class Handle:
        def __init__(self):
            self.number = next(numbers)

        def display(self, data, metadata, raw):
            published.append(("display", self.number, data.get("text/plain")))

        def update(self, data, metadata, raw):
            published.append(("update", self.number, data.get("text/plain")))

    monkeypatch.setattr("tffsim.views.notebook.live_outputs.DisplayHandle", Handle)
    return published


def live_outputs(*texts: str) -> LiveOutputs:
    return LiveOutputs(*(Output({"text/plain": text}, {}) for text in texts))


def test_those_that_were_displayed_last_are_updated_from_the_last_to_the_first(published):
    shown = live_outputs("no picture", "view")
    shown.display()
    shown.display()
    shown.update([Output({"text/plain": text}, {}) for text in ("picture", "page")])
    assert published == [
        *[("display", number, text) for number, text in enumerate(["no picture", "view"] * 2)],
        ("update", 3, "page"),
        ("update", 2, "picture"),
    ]


def test_a_view_that_is_displayed_again_becomes_one_page_where_it_was_last(published, monkeypatch):
    monkeypatch.setattr("tffsim.views.notebook.trace_view.is_in_kernel", lambda: True)
    with mock.patch("tffsim.views.notebook.trace_view.outputs", return_value=[Output({}, {})] * 2) as made:
        with tff.trace() as trace:
            view = trace.show()
            view.display_again()  # It was not displayed before.
            assert published == []
            view._ipython_display_()
            view.display_again()
            mean_of_doubles([1.0])
        view.close()
    assert made.call_count == 1
    assert [told[:2] for told in published] == [*(("display", k) for k in range(4)), ("update", 3), ("update", 2)]
