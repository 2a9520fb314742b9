"""The time that an address speaks of: the months of a sitemap, the day of a story."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

YEAR = r"(?P<year>199\d|20\d\d)"
MONTH_NAMES = "|".join(name.lower() for name in calendar.month_name[1:])
MONTH = rf"(?:(?P<month>1[0-2]|0?[1-9])(?!\d)|(?P<name>{MONTH_NAMES}))"
DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"
# What stands between the numbers, a parameter's name and its "=" included: "yyyy=2020&mm=03".
BREAK = r"(?:[-/_.]|[&?;]?[a-z]+=)"
# 2020, 2020-03, 2020/march/14, yyyy=2020&mm=03&dd=14
APART = re.compile(rf"(?<!\d){YEAR}(?!\d)(?:{BREAK}{MONTH}(?:{BREAK}{DAY})?)?")
# 20200314, 202003
TOGETHER = re.compile(
    r"(?<!\d)(?P<year>199\d|20\d\d)(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])?(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, in UTC."""

    start: datetime
    end: datetime
    """The first moment after it."""

    def touches(self, other: "Period") -> bool:
        """Whether the two have any moment in common."""
        return self.start < other.end and other.start < self.end


def period_of_sitemap(url: str) -> Period | None:
    """Return the years, months or days that the address of a sitemap names, from the first to the last, or None.

    "/sitemaps/2020/03.xml" and "/sitemap.xml?yyyy=2020&mm=03" name March 2020, "/sitemap-2020.xml" that year.
    """
    periods = list(_periods(url))
    if not periods:
        return None
    return Period(min(period.start for period in periods), max(period.end for period in periods))


def day_of_story(url: str) -> Period | None:
    """Return the day or month that a story's address begins with, "/2020/03/14/flood" or "/n/20200314.htm", or None.

    A year alone is rather what the story is about, and so are six figures its number.
    """
    address = _readable(url)
    day = timedelta(days=1)
    for match in APART.finditer(address):
        if match["month"] and (period := _period(match)) is not None:
            return period
    for match in TOGETHER.finditer(address):
        if match["day"] and (period := _period(match)) is not None and period.end - period.start == day:
            return period
    return None


def _periods(url: str) -> Iterator[Period]:
    address = _readable(url)
    for pattern in (APART, TOGETHER):
        for match in pattern.finditer(address):
            if (period := _period(match)) is not None:
                yield period


def _readable(url: str) -> str:
    """Return what of an address may name a time: no host, in lower case."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}".lower()


def _period(match: re.Match[str]) -> Period | None:
    found = match.groupdict()
    month = found.get("month") or _number_of(found.get("name"))
    try:
        start = datetime(int(found["year"]), int(month or 1), int(found.get("day") or 1), tzinfo=UTC)
    except ValueError:  # 31 June
        return None
    if found.get("day"):
        return Period(start, start + timedelta(days=1))
    if month:
        return Period(start, (start + timedelta(days=31)).replace(day=1))
    return Period(start, start.replace(year=start.year + 1))


def _number_of(name: str | None) -> int | None:
    return MONTH_NAMES.split("|").index(name) + 1 if name else None
