"""The still picture of a finished trace."""

import pytest

from tffsim.views.figures.theme import columns
from tffsim.views.notebook.still_picture import in_lines


@pytest.mark.parametrize("word", ["clients", "클라이언트"])
def test_a_sentence_is_broken_where_the_picture_ends(word):
    lines = in_lines(" ".join([word] * 40)).split("\n")
    assert " ".join(lines) == " ".join([word] * 40)
    assert all(90 < columns(line) <= 105 for line in lines[:-1])
