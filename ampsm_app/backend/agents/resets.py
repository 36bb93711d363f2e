"""When a limit resets, read from the words that an agent says about it."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
_UNIT = r"(?:d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)(?![a-z])"
_PARTS = rf"(?:\d+(?:\.\d+)?\s*{_UNIT}[\s,]*(?:and\s+)?)+"
_HALF = r"(?:\s*(?P<half>[ap]\.?m\b\.?))?"
_ZONE = r"(?:\s*\(?(?P<zone>[A-Za-z]+(?:/\w+)*)\)?)?"
_CLOCK = rf"(?P<hour>\d{{1,2}})(?::(?P<minute>\d\d))?(?::\d\d)?{_HALF}{_ZONE}"
_AGAIN = r"(?:try again|available(?: again)?)\s+(?:at|in|after)"
_LEAD = rf"(?:resets?(?:\s+(?:at|in|on))?|retry[\s-]after|{_AGAIN})\s*:?\s*"

_AT_MOMENT = re.compile(rf"{_LEAD}(?P<iso>{_ISO})", re.IGNORECASE)
_AT_EPOCH = re.compile(rf"(?:{_LEAD}|\|)(?P<epoch>1\d{{9}})(?:\d{{3}})?\b", re.IGNORECASE)
_AFTER = re.compile(rf"{_LEAD}(?P<parts>{_PARTS})", re.IGNORECASE)
_AFTER_SECONDS = re.compile(r"retry[\s-]after\s*:?\s*(?P<seconds>\d{1,6})\b(?!:)", re.IGNORECASE)
_AT_CLOCK = re.compile(rf"{_LEAD}{_CLOCK}", re.IGNORECASE)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([dhms])", re.IGNORECASE)


def reset_time(words: str, now: datetime) -> datetime | None:
    """The moment after "resets at|in …" or "retry after …", in UTC; None where none is given.

    A time of day without a zone is the machine's own; one that has passed today means tomorrow.
    """
    if found := _AT_MOMENT.search(words):
        return _moment(found["iso"], now)
    if found := _AT_EPOCH.search(words):
        return datetime.fromtimestamp(int(found["epoch"]), UTC)
    if found := _AFTER.search(words):
        return (now + _duration(found["parts"])).astimezone(UTC)
    if found := _AFTER_SECONDS.search(words):
        return (now + timedelta(seconds=int(found["seconds"]))).astimezone(UTC)
    if found := _AT_CLOCK.search(words):
        return _clock(found, now)
    return None


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=now.astimezone().tzinfo)).astimezone(UTC)


def _duration(parts: str) -> timedelta:
    seconds = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    found = _PART.findall(parts)
    return timedelta(seconds=min(sum(float(n) * seconds[unit.lower()] for n, unit in found), 366 * 86400))


def _clock(found: re.Match[str], now: datetime) -> datetime | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "").lower()
    if not half and found["minute"] is None:
        return None
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59:
        return None
    there = now.astimezone(_zone(found["zone"]))
    moment = there.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (moment if moment > there else moment + timedelta(days=1)).astimezone(UTC)


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    if name.upper() in {"UTC", "GMT", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None
