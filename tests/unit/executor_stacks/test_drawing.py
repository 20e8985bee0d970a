"""Stacks as text."""

from tests.unit.executors.plain_leaf import PlainLeaf
from tffsim.executor_stacks.drawing import draw
from tffsim.executor_stacks.local import local_executor_factory


def _plain(device):
    return PlainLeaf()


def test_the_drawing_shows_what_is_there():
    drawing = draw(local_executor_factory(leaf_executor_fn=_plain), 20)
    assert drawing.splitlines() == [
        "ReferenceResolvingExecutor ▶ FederatingExecutor",
        "├─ unplaced: ReferenceResolvingExecutor ▶ SequenceExecutor* ▶ PlainLeaf",
        "├─ server: ReferenceResolvingExecutor ▶ SequenceExecutor* ▶ PlainLeaf",
        "└─ clients 0-19: ReferenceResolvingExecutor ▶ SequenceExecutor* ▶ PlainLeaf",
        "* elements: ReferenceResolvingExecutor ▶ back to SequenceExecutor",
    ]


def test_a_wide_tree_is_abridged():
    drawing = draw(local_executor_factory(max_fanout=50, leaf_executor_fn=_plain), 2000)
    assert "more like these" in drawing and len(drawing.splitlines()) < 60
