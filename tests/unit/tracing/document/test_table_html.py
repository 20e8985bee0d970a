"""Tables as notebooks show them."""

import re

import numpy as np
import pytest

from tffsim.tracing.document.table import Table


@pytest.fixture
def fruits():
    columns = {"fruit": np.array([1, 0, -1]), "weight": np.array([200, 100, 0]), "start": np.array([-1, 60, 7_000_000])}
    return Table(columns, {"fruit": ["pear", "apple"]}, {"weight": "bytes", "start": "ns"})


def cells_of(page):
    """Returns the texts of the cells, row by row."""
    rows = re.findall("<tr.*?</tr>", page)
    return [[re.sub("<.*?>", "", cell) for cell in re.findall("<td.*?</td>", row)] for row in rows]


def test_all_cells_are_there_as_people_read_them(fruits):
    page = fruits._repr_html_()
    assert cells_of(page) == [
        ["fruit", "weight", "start"],
        ["apple", "200&nbsp;B", "–"],
        ["pear", "100&nbsp;B", "60&nbsp;ns"],
        ["", "0&nbsp;B", "7.00&nbsp;ms"],
    ]
    assert page.endswith("<div>3 rows</div>")


def test_texts_are_escaped_and_keep_the_blanks_before_them():
    page = Table({"<b>": np.array([0])}, {"<b>": ["  <script>&"]})._repr_html_()
    assert "<b>" not in page and "<script" not in page
    assert cells_of(page)[1] == ["&nbsp;&nbsp;&lt;script&gt;&amp;"]


def test_numbers_stand_to_be_sorted_beside_what_is_shown(fruits):
    assert re.findall('data-v="(.*?)"', fruits._repr_html_()) == ["200.0", "-1.0", "100.0", "60.0", "0.0", "7000000.0"]


def test_amounts_have_bars_and_moments_have_none(fruits):
    assert re.findall(r"(\d+)%", fruits._repr_html_()) == ["100", "50"]


def test_a_long_table_shows_its_first_and_last_rows_and_how_many_there_are():
    page = Table({"number": np.arange(1234)})._repr_html_()
    rows = cells_of(page)
    assert [row[0] for row in rows[1:]] == [*map(str, range(40)), "…", *map(str, range(1224, 1234))]
    assert page.endswith("<div>1,234 rows: the first 40 and the last 10</div>")


def test_a_table_without_rows_shows_its_columns(fruits):
    page = fruits.where([])._repr_html_()
    assert cells_of(page) == [["fruit", "weight", "start"]] and "0 rows" in page and "onclick" not in page


def test_what_makes_pages_safe_leaves_the_rows_and_nothing_else(fruits):
    strings = pytest.importorskip("nbconvert.filters.strings")
    # Its parser adds a tag to every table, which it then shows as text.
    page = re.sub("&lt;/?tbody&gt;", "", strings.clean_html(fruits._repr_html_()))
    assert "&lt;" not in page and "function" not in page and "style" not in page
    assert cells_of(page)[1] == ["apple", "200&nbsp;B", "–"]


def test_a_picture_of_nothing_but_the_table_needs_no_other_file(fruits):
    assert not re.search("https?:|src=|<script|<style|<link", fruits._repr_html_())
