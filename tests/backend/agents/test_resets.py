"""When a limit resets."""

from datetime import UTC, datetime, timedelta

import pytest

from ampsm_app.backend.agents.resets import reset_time

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("resets at 2026-11-20T15:30:00Z", NOW.replace(hour=15, minute=30)),
        ("resets at 2026-11-20 15:30+02:00", NOW.replace(hour=13, minute=30)),
        ("Retry-After: 120", NOW + timedelta(seconds=120)),
        ("retry after 30s", NOW + timedelta(seconds=30)),
        ("retry after 1.5 minutes.", NOW + timedelta(seconds=90)),
        ("Your limit resets in 2 hours and 5 minutes", NOW + timedelta(hours=2, minutes=5)),
        ("resets in 1h5m", NOW + timedelta(hours=1, minutes=5)),
        ("resets in 3 days", NOW + timedelta(days=3)),
        ("limit reached; resets at 3pm (UTC)", NOW.replace(hour=15)),
        ("resets 9:30 AM UTC", NOW.replace(day=21, hour=9, minute=30)),
        ("resets at 12 am UTC", NOW.replace(day=21, hour=0)),
        ("resets at 14:05 UTC", NOW.replace(hour=14, minute=5)),
        ("resets 3pm (America/New_York)", NOW.replace(hour=20)),
        ("usage limit reached|1795174200", datetime.fromtimestamp(1795174200, UTC)),
        ("resets at 1795174200000", datetime.fromtimestamp(1795174200, UTC)),
        ("please try again in 20 seconds", NOW + timedelta(seconds=20)),
    ],
)
def test_it_is_read(words: str, moment: datetime) -> None:
    assert reset_time(words, NOW) == moment


@pytest.mark.parametrize(
    "words",
    [
        "429",
        "rate limit",
        "resets soon",
        "resets at 5",
        "resets at 99:99",
        "reset the branch",
        "resets at 2026-99-99T00:00",
    ],
)
def test_nothing_is_made_up(words: str) -> None:
    assert reset_time(words, NOW) is None


def test_a_time_of_day_without_a_zone_is_the_next_one_here() -> None:
    moment = reset_time("resets at 3:15pm", NOW)

    assert moment is not None
    here = moment.astimezone()
    assert (here.hour, here.minute) == (15, 15)
    assert timedelta(0) < moment - NOW <= timedelta(days=1)
