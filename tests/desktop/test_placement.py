"""Where a window opens: where it stood, as far as that can still be seen."""

import pytest

from ampsm_app.desktop.placement import Area, Placement, fit

WIDE = Area(0, 0, 1920, 1080)
RIGHT = Area(1920, 0, 1280, 1024)
SMALL = Area(0, 27, 1024, 741)


def test_the_first_window_stands_in_the_middle_of_the_primary_screen() -> None:
    assert fit(None, [RIGHT, WIDE]) == Placement(1920, 112, 1280, 800)


def test_the_first_window_is_no_larger_than_its_screen() -> None:
    assert fit(None, [SMALL]) == Placement(0, 27, 1024, 741)


def test_a_window_comes_back_where_it_stood() -> None:
    saved = Placement(2000, 40, 900, 700, maximized=True)

    assert fit(saved, [WIDE, RIGHT]) == saved


@pytest.mark.parametrize(
    ("saved", "screens", "expected"),
    [
        (Placement(2000, 40, 900, 700), [WIDE], Placement(1020, 40, 900, 700)),
        (Placement(-500, -300, 900, 700), [WIDE], Placement(0, 0, 900, 700)),
        (Placement(100, 100, 1800, 1000), [SMALL], Placement(0, 27, 1024, 741)),
        (Placement(10, 10, 5, 5), [WIDE], Placement(10, 10, 720, 480)),
        (Placement(1800, 0, 900, 700), [WIDE, RIGHT], Placement(1920, 0, 900, 700)),
    ],
)
def test_a_window_is_moved_and_shrunk_until_a_screen_shows_it_whole(
    saved: Placement, screens: list[Area], expected: Placement
) -> None:
    assert fit(saved, screens) == expected


def test_a_placement_survives_being_written_down() -> None:
    placement = Placement(1, 2, 900, 700, maximized=True)

    assert Placement.read(placement.as_dict()) == placement


@pytest.mark.parametrize("saved", [None, 3, "x", {}, {"x": 1, "y": 2, "width": "900", "height": 700}])
def test_what_is_no_placement_is_forgotten(saved: object) -> None:
    assert Placement.read(saved) is None
