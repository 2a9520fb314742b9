"""Spans of time as people write them: 2026-01-31, 2026-01, 2026, today, 7d."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta

DAYS_AGO = re.compile(r"(\d{1,6})d")
MONTH = re.compile(r"(\d{4})-(\d{2})")
YEAR = re.compile(r"\d{4}")
# The end of the calendar, which some name where they mean none.
LAST = datetime.max.replace(tzinfo=UTC)
FORMS = "give 2026-01-31, 2026-01, 2026, today, yesterday, or 7d for seven days ago"


@dataclass(frozen=True, slots=True)
class Span:
    """A day, a month or a year, in UTC."""

    start: datetime
    end: datetime
    """The first moment after it."""


def span(text: str, now: datetime) -> Span:
    """Return the day, month or year that text means at the time now; ValueError if it means none."""
    text = text.strip().lower()
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if text in ("today", "yesterday"):
        return _day(today if text == "today" else today - timedelta(days=1))
    if ago := DAYS_AGO.fullmatch(text):
        return _day(today - timedelta(days=int(ago[1])))
    if month := MONTH.fullmatch(text):
        year, number = int(month[1]), int(month[2])
        return Span(datetime(year, number, 1, tzinfo=UTC), _first(year + number // 12, number % 12 + 1))
    if YEAR.fullmatch(text):
        return Span(datetime(int(text), 1, 1, tzinfo=UTC), _first(int(text) + 1, 1))
    return _day(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC))


def _day(start: datetime) -> Span:
    return Span(start, LAST if start.date() == date.max else start + timedelta(days=1))


def _first(year: int, month: int) -> datetime:
    return LAST if year > MAXYEAR else datetime(year, month, 1, tzinfo=UTC)
