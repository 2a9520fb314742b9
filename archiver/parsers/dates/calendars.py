"""Years of other calendars than the Gregorian one that news pages date by."""

import re
from datetime import date, timedelta

# A Buddhist year, in Thailand and Laos, is so far ahead; no Gregorian year on a page is so late.
BUDDHIST = 543
FIRST_BUDDHIST = 2400
# East Asian eras: the year before the first of each.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
ERA_DAY = re.compile(
    r"(?P<era>"
    + "|".join(ERAS)
    + r")\s*(?P<y>\d{1,3}|元)\s*年\s*(?:[（(]\d{4}年[）)])?\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日?"
)
# Languages of the countries that count by the solar Hijri calendar.
SOLAR_LANGUAGES = frozenset({"fa", "prs", "ps"})
SOLAR_YEARS = range(1369, 1500)
# A year that is known, with its first day, and which years of a cycle have a day more.
SOLAR_ANCHOR = (1404, date(2025, 3, 21))
SOLAR_CYCLE = 33
SOLAR_LEAPS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
# The first six months have 31 days, those after them 30.
LONG_MONTHS = 6


def common_year(year: int) -> int:
    """Return the Gregorian year of one that may be Buddhist."""
    return year - BUDDHIST if year >= FIRST_BUDDHIST else year


def era_year(era: str, year: str) -> int:
    """Return the Gregorian year of a year of one of ERAS; its first is also written 元."""
    return ERAS[era] + (1 if year == "元" else int(year))


def counts_solar(language: str) -> bool:
    """Whether pages in a language (BCP 47, in lower case) give solar Hijri dates."""
    return language.partition("-")[0] in SOLAR_LANGUAGES


def from_solar(year: int, month: int, day: int) -> date | None:
    """Return the day of a solar Hijri date of our times, or None if there is no such day."""
    if year not in SOLAR_YEARS or not 1 <= month <= 12 or not 1 <= day <= _days(year, month):
        return None
    known, first = SOLAR_ANCHOR
    away = sum(365 + _is_leap(other) for other in range(min(year, known), max(year, known)))
    before = sum(_days(year, other) for other in range(1, month))
    return first + timedelta(days=(away if year >= known else -away) + before + day - 1)


def _is_leap(year: int) -> bool:
    return year % SOLAR_CYCLE in SOLAR_LEAPS


def _days(year: int, month: int) -> int:
    if month <= LONG_MONTHS:
        return 31
    return 30 if month < 12 or _is_leap(year) else 29
