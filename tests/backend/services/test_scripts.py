"""What a check script prints is kept as it was printed."""

from tests.support.world import World


def test_the_lines_of_a_check_stay_lines(world: World) -> None:
    session = world.done("Say hello", script="echo one; echo; echo two >&2; printf three")
    check = world.core.iterations.check(session.id)
    assert sorted(check.output.split("\n")) == ["", "one", "three", "two"]


def test_the_middle_of_a_long_output_is_left_out(world: World) -> None:
    session = world.new("Say hello", script="seq 1 200000")
    lines = world.core.iterations.check(session.id).output.split("\n")
    assert lines[:3] == ["1", "2", "3"]
    assert lines[-1] == "200000"
    assert any("bytes left out" in line for line in lines)
