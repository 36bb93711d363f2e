"""Where the window stood, and where it can stand now."""

from dataclasses import asdict, dataclass
from typing import Any, Self

WIDTH, HEIGHT = 1280, 800
SMALLEST = (720, 480)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the desktop, in its own pixels."""

    x: int
    y: int
    width: int
    height: int

    def shared_with(self, other: "Area") -> int:
        """How many pixels both cover."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0, across) * max(0, down)


@dataclass(frozen=True, slots=True)
class Placement(Area):
    """The window's area while it is not maximised, and whether it is."""

    maximized: bool = False

    @classmethod
    def read(cls, saved: object) -> Self | None:
        """What `as_dict` wrote; None for anything else: the database may hold another version's."""
        if not isinstance(saved, dict):
            return None
        numbers = [saved.get(name) for name in ("x", "y", "width", "height")]
        whole = [number for number in numbers if type(number) is int]
        if len(whole) != len(numbers):
            return None
        x, y, width, height = whole
        return cls(x, y, width, height, maximized=saved.get("maximized") is True)

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def fit(saved: Placement | None, screens: list[Area]) -> Placement:
    """The placement to open with: the saved one, moved and shrunk until one of `screens` shows it whole.

    A screen may have gone since, or become smaller. `screens` begins with the primary one.
    """
    primary = screens[0]
    if saved is None:
        width, height = min(WIDTH, primary.width), min(HEIGHT, primary.height)
        x, y = primary.x + (primary.width - width) // 2, primary.y + (primary.height - height) // 2
        return Placement(x, y, width, height)
    screen = max(screens, key=saved.shared_with)
    width = min(max(saved.width, SMALLEST[0]), screen.width)
    height = min(max(saved.height, SMALLEST[1]), screen.height)
    x = min(max(saved.x, screen.x), screen.x + screen.width - width)
    y = min(max(saved.y, screen.y), screen.y + screen.height - height)
    return Placement(x, y, width, height, saved.maximized)
