"""Boxes of a program stand in their lanes, in order, and in nobody's way."""

import itertools

from tests.unit.tracing.traced_programs import half, logs_of_halves, rounds, send_back, traced
from tffsim.tracing.analysis.program import build_program
from tffsim.views.panels.program_layout import ProgramLayout, program_layout


def layout_of(snapshot) -> ProgramLayout:
    return program_layout(build_program(snapshot, snapshot.invocations[-1].root))


def all_layouts() -> list[ProgramLayout]:
    others = (traced(half, 1.0), traced(logs_of_halves, [1.0]), traced(send_back, 1.0, [1.0]))
    return [layout_of(snapshot) for snapshot in (rounds(), *others)]


def test_no_two_boxes_stand_in_one_place():
    for layout in all_layouts():
        boxes = [*layout.inputs, *layout.gives, *layout.results]
        boxes += [take for take, give in zip(layout.takes, layout.gives, strict=True) if take != give]
        assert all(one != other for one, other in itertools.combinations(boxes, 2))


def test_a_bridge_has_a_half_in_each_lane_of_one_column():
    layout = layout_of(rounds())
    takes, gives = layout.takes[3], layout.gives[3]
    assert (takes.lane, gives.lane) == ("clients", "server")
    assert takes.column == gives.column


def test_the_order_of_the_program_goes_to_the_right():
    layout = layout_of(rounds())
    assert [place.column for place in layout.gives] == [1, 2, 3, 4, 5]
    assert {place.column for place in layout.results} == {layout.num_columns - 1}


def test_the_first_of_several_bridges_up_stands_highest():
    layout = layout_of(rounds())
    assert layout.gives[3].row < layout.gives[4].row
    assert layout.takes[3].row < layout.takes[4].row


def test_what_has_no_placement_has_a_lane_of_its_own():
    assert layout_of(traced(half, 1.0)).num_rows == (0, 0, 1)
