"""Tables as notebooks show them, in a real browser."""

import numpy as np
import pytest

from tests.browser.lab import CHROMIUM
from tffsim.tracing.document.table import Table

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; see `make tools`")


def shown(page, table):
    page.set_content(f"<!doctype html><html lang='en'><title>t</title>{table._repr_html_()}")
    return page


def column(page, number):
    """Returns what stands in a column, below its name."""
    return page.eval_on_selector_all(
        "tr", "(rows, k) => rows.slice(1).map(row => (row.cells[k] ?? row.cells[0]).textContent)", number
    )


@pytest.fixture
def fruits():
    columns = {
        "fruit": np.array([1, 0, 2]),
        "took": np.array([2000, 30, 1_000_000]),
        "mean": np.array([np.nan, 2.0, 10.0]),
    }
    return Table(columns, {"fruit": ["pear", "apple", "fig"]}, {"took": "ns"})


def test_a_click_on_a_name_sorts_by_what_is_meant_and_not_by_its_letters(page, fruits):
    shown(page, fruits)
    page.click("td:has-text('took')")
    assert column(page, 1) == ["1.00\u00a0ms", "2.00\u00a0µs", "30\u00a0ns"]
    page.click("td:has-text('took')")
    assert column(page, 1) == ["30\u00a0ns", "2.00\u00a0µs", "1.00\u00a0ms"]
    page.click("td:has-text('fruit')")
    assert column(page, 0) == ["apple", "fig", "pear"]
    page.click("td:has-text('mean')")
    assert column(page, 2) == ["10", "2", "nan"]
    order = page.eval_on_selector_all("[aria-sort]", "cells => cells.map(cell => cell.getAttribute('aria-sort'))")
    assert order == ["none", "none", "descending"]
    assert page.problems == []


def test_keys_sort_too(page, fruits):
    shown(page, fruits)
    page.focus("td:has-text('took')")
    page.keyboard.press("Enter")
    assert column(page, 1) == ["1.00\u00a0ms", "2.00\u00a0µs", "30\u00a0ns"]
    page.keyboard.press("Space")
    assert column(page, 1) == ["30\u00a0ns", "2.00\u00a0µs", "1.00\u00a0ms"]


def test_the_row_of_dots_goes_to_the_end_of_a_sorted_table(page):
    shown(page, Table({"number": np.arange(1000)}))
    page.click("td:has-text('number')")
    assert column(page, 0) == [*map(str, [*range(999, 989, -1), *range(39, -1, -1)]), "…"]


def test_without_scripts_all_rows_are_there(new_page, fruits):
    page = shown(new_page(java_script_enabled=False), fruits)
    assert page.locator("tr").all_inner_texts()[1:] == [
        "apple\t2.00\u00a0µs\tnan",
        "pear\t30\u00a0ns\t2",
        "fig\t1.00\u00a0ms\t10",
    ]
