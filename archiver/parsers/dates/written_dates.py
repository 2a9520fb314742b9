"""Dates as pages write them: ISO 8601, RFC 5322, numbers and words in many languages, with and without year."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

from archiver.parsers.dates.calendars import ERA_DAY, common_year, counts_solar, era_year, from_solar
from archiver.parsers.dates.zones import offset_zone, zone_before, zone_called
from archiver.parsers.phrases import month_spelling, months, solar_months
from archiver.parsers.text import MARKS, clean

# No news page is older than the web itself is.
EARLIEST = date(1990, 1, 1)
# A page in a zone ahead of the clock that fetched it may rightly bear tomorrow's date.
AHEAD = timedelta(hours=26)
# Characters of a text in which its date is looked for.
MOST_READ = 1_000
# Languages and regions that write the month before the day in numbers.
MONTH_FIRST = frozenset({"en", "en-us", "en-ph", "fil", "es-us", "en-gu", "en-pr"})
# Languages that begin with the year even where they give but two figures of it: "19.03.02".
YEARS_FIRST = frozenset({"ja", "zh", "ko"})

ISO = re.compile(
    r"(?<![\d/.A-Za-z-])(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)"
    r"(?:[T\s_]+(?P<h>\d\d):?(?P<min>\d\d)(?::?(?P<s>\d\d))?(?:[.,]\d+)?\s*(?P<zone>Z|[+-]\d\d(?::?\d\d?)?)?)?(?!\d)",
    re.IGNORECASE,
)
YEAR_FIRST = re.compile(
    r"(?<![\dA-Za-z])(?P<y>\d{4})\s*(?:[-/.年년]|оны)\s*(?P<m>\d{1,2})\s*(?:[-/.月월]|(?:-?р\s)?сарын)\s*(?P<d>\d{1,2})(?!\d)\s*[日일]?"
)
# A name right before it: "Ann Lee2026-11-20".
GLUED = re.compile(r"(?<=[^\W\d_]{2})(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)")
NUMBERS = re.compile(
    r"(?<![\d.:/])(?<!\d-)(?P<a>\d{1,2})(?P<mark>[./-])\s?(?P<b>\d{1,2})"
    r"(?:(?P=mark)\s?(?P<y>\d{4})(?!\d)|(?P=mark)(?P<short>\d\d)(?![\d:.]|,\S)|(?P=mark)?(?![\d:/]))"
)
# A day in numbers without its year is one only where a time stands beside it, or its second mark.
CLOCK_BESIDE = re.compile(r"\W*(?:[^\W\d]{1,3}\W+)?[0-2]?\d[:.h][0-5]\d(?!\d)")
MONTH_DAY_CJK = re.compile(r"(?<!\d)(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일号號]")
TIME = re.compile(
    r"(?<![\d./-])(?P<h>[01٠١]?\d|[2٢][0-4٠-٤])\s?(?:[:：h.]|時|时|시|uur|Uhr)\s?(?P<min>[0-5٠-٥]\d)?(?:[:.](?P<s>[0-5]\d))?(?!\d)(?:分|분)?"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?|مساء|صباحا|[مص]\b|[πμ]\.?μ\b)?",
    re.IGNORECASE,
)
HALF_TIME = re.compile(
    r"(?<!\d)(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<min>[0-5]\d))?\s*(?P<half>[ap]\.?\s?m\b\.?)", re.IGNORECASE
)
CJK_HALF = re.compile(
    r"(?P<half>午後|下午|오후|晚上|午前|上午|오전|(?<![^\W\d_])(?<!\d)(?<!\d\s)[AP]M)\s*(?P<h>\d{1,2})\s*[:：時时시点點]\s*(?P<min>\d{1,2})?"
)
# A time of the day.
CLOCK = re.compile(r"\d{1,2}[:.h]\d\d(?!\d)")
LETTERS = re.compile(rf"[^\W\d_]+(?:(?:[.'’](?=[^\W\d_])|[{MARKS}]+)[^\W\d_]*)*")
# As Java writes a date.
YEAR_LAST = re.compile(
    r"[A-Z][a-z]{2} (?P<day>[A-Z][a-z]{2} \d\d) (?P<time>\d\d:\d\d:\d\d [A-Z]{3,5}) (?P<y>\d{4})"
)
RFC = re.compile(r"[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date found in a text."""

    at: datetime
    """With time zone: the text's own, else that of the fetch."""
    precise: bool
    """Whether the text gives the time of day; else it is midnight."""
    start: int
    end: int
    """Where in the text the day stands."""
    has_year: bool = True
    """Whether the text gives the year; else it is the latest that is not after the fetch."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day found in a text, where it stands there, and whether the year did."""

    year: int | None
    month: int
    day: int
    start: int
    end: int


def fetch_time(fetched: datetime | None) -> datetime:
    """Return the time of a fetch with its zone: UTC where it has none, now where it is None."""
    if fetched is None:
        return datetime.now(UTC)
    return fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC)


def moment(text: str, *, language: str | None = None, fetched: datetime | None = None) -> Moment | None:
    """Return the first date in text, or None.

    language (BCP 47) tells which of two numbers is the month and whose month names come first. A day without
    year is the latest such day that is not after fetched; fetched is now if None. Dates before 1990 or later
    than fetched are refused. Where the text names no zone, that of fetched is taken.
    """
    now = fetch_time(fetched)
    text = clean(text[:MOST_READ])
    if not any(map(str.isdigit, text)):
        return None
    if last := YEAR_LAST.fullmatch(text):
        text = f"{last['day']} {last['y']} {last['time']}"
    if RFC.match(text) and (parsed := _rfc(text, now)):
        return parsed
    iso = ISO.search(text)
    # "2026-11-20 PM 2:05"
    if iso and not CJK_HALF.match(text[iso.end() :].lstrip()) and (found := _iso(iso, now)):
        return found
    day = _day(text, (language or "").lower())
    if day is None or (on := _resolved(day, now)) is None:
        return None
    hour, minute, second, precise, zone = _time(text, day, on, now)
    at = datetime(on.year, on.month, on.day, tzinfo=zone) + timedelta(
        hours=hour, minutes=minute, seconds=second
    )
    return Moment(at, precise, day.start, day.end, day.year is not None) if at <= _latest(now) else None


def _rfc(text: str, now: datetime) -> Moment | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, and few pages have such dates

    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        # Of those that e-mail does not know.
        at = at.replace(tzinfo=zone_called(text.rpartition(" ")[2], at.date()) or now.tzinfo)
    return Moment(at, True, 0, len(text)) if _credible(at.date(), now) and at <= _latest(now) else None


def _iso(match: re.Match[str], now: datetime) -> Moment | None:
    part = match.groupdict()
    try:
        zone = offset_zone(part["zone"]) if part["zone"] else now.tzinfo or UTC
        hour, minute, second = (int(part[key] or 0) for key in ("h", "min", "s"))
        at = datetime(int(part["y"]), int(part["m"]), int(part["d"]), hour, minute, second, tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    if not _credible(at.date(), now) or at > _latest(now):
        return None
    return Moment(at, part["h"] is not None, match.start(), match.end())


def stated_zone(text: str) -> tzinfo | None:
    """Return the zone of a moment as machines write it, unless that is UTC, which tells nothing of the place."""
    found = ISO.search(text[:MOST_READ])
    if found is None or not found["h"] or not found["zone"]:
        return None
    try:
        zone = offset_zone(found["zone"])
    except ValueError:
        return None
    return zone if zone.utcoffset(None) else None


def _latest(now: datetime) -> datetime:
    """The latest moment that a page fetched now may rightly give."""
    return now + min(AHEAD, datetime.max.replace(tzinfo=now.tzinfo) - now)


def _credible(day: date, now: datetime) -> bool:
    return EARLIEST <= day <= _latest(now).date()


def _day(text: str, language: str) -> Day | None:
    """The day that stands first in text among those with a year, else among those without."""
    found = [
        day for read in (_year_first, _in_words, _in_numbers, _cjk_month_day) if (day := read(text, language))
    ]
    if not found and (glued := GLUED.search(text)):
        return _valid(int(glued["y"]), int(glued["m"]), int(glued["d"]), glued.span())
    return min(found, key=lambda day: (day.year is None, day.start), default=None)


def _year_first(text: str, language: str) -> Day | None:
    if era := ERA_DAY.search(text):
        return _valid(era_year(era["era"], era["y"]), int(era["m"]), int(era["d"]), era.span())
    match = YEAR_FIRST.search(text)
    if match is None:
        return None
    read = _solar if counts_solar(language) and int(match["y"]) < EARLIEST.year else _valid
    return read(int(match["y"]), int(match["m"]), int(match["d"]), match.span())


def _cjk_month_day(text: str, _: str) -> Day | None:
    match = MONTH_DAY_CJK.search(text)
    return _valid(None, int(match["m"]), int(match["d"]), match.span()) if match else None


def _in_numbers(text: str, language: str) -> Day | None:
    for match in NUMBERS.finditer(text):
        first, second = int(match["a"]), int(match["b"])
        year = int(match["y"]) if match["y"] else 2000 + int(match["short"]) if match["short"] else None
        if year is None and not _is_day_without_year(text, match):
            continue
        # Between dots the day comes first but for Americans.
        puts_month_first = is_month_first(language) and (match["mark"] != "." or language == "en-us")
        if match["short"] and language.partition("-")[0] in YEARS_FIRST:
            year, first, second, puts_month_first = 2000 + first, second, int(match["short"]), True
        day, month = (second, first) if puts_month_first and first <= 12 else (first, second)
        if month > 12:
            day, month = month, day
        if found := _valid(year, month, day, match.span()):
            return found
    return None


def _is_day_without_year(text: str, match: re.Match[str]) -> bool:
    """Tell "20/11" and "20.11." from "3.5" and "10-12", and from the page "1/3" and the mark "8/10"."""
    is_short = len(match["a"] + match["b"]) == 2 or match["b"] == "10"
    if match[0].endswith(".") or (match["mark"] == "/" and not is_short):
        return True
    return CLOCK_BESIDE.match(text, match.end()) is not None


def is_month_first(language: str) -> bool:
    """Return whether dates in numbers begin with the month in a language (BCP 47)."""
    return language.lower() in MONTH_FIRST


def _solar(year: int | None, month: int, day: int, span: tuple[int, int]) -> Day | None:
    on = from_solar(year, month, day) if year is not None else None
    return Day(on.year, on.month, on.day, *span) if on else None


def _valid(year: int | None, month: int, day: int, span: tuple[int, int]) -> Day | None:
    year = year and common_year(year)
    try:
        date(2000 if year is None else year, month, day)
    except ValueError:
        return None
    return Day(year, month, day, *span)


# What stands for a word that begins the name of a month of two words, and what is added to a solar Hijri month.
FIRST_WORD = 0
SOLAR_MONTH = 100


@cache
def _month_names(language: str) -> dict[str, int]:
    """Month names of all languages; those of the page's own win where one name means two months."""
    merged = {name: SOLAR_MONTH + month for name, month in solar_months().items()}
    for names in reversed(months().values()):
        merged |= {name.partition(" ")[0]: FIRST_WORD for name in names if " " in name}
    for names in reversed(months().values()):
        merged |= names
    return merged | months().get(language.partition("-")[0], {})


def _in_words(text: str, language: str) -> Day | None:
    names = _month_names(language)
    for word in LETTERS.finditer(text):
        name = month_spelling(word[0])
        month = names.get(name)
        if month is None and "." in name:
            month = names.get(name.partition(".")[0])
        if month is None:
            continue
        span = word.span()
        if month == FIRST_WORD:
            after = LETTERS.match(text, word.end() + 1)
            month = names.get(f"{name} {month_spelling(after[0])}") if after else None
            span = (word.start(), after.end()) if after else span
        if month and (found := _around(text, span, month)):
            return found
    return _numbered_month(text)


# Templates set a time, the reading time or the day of an update right behind the year: "17 October 20236:01 PM",
# "3 May 20255 mins", "20 mai 202021 mai 2020".
YEAR = r"(?P<y>\d{4})(?:(?!\d)|(?=\d{1,2}(?::\d\d|\s?mins?\b|\.?\s?[^\W\d_]{3})))"
DAY_BEFORE = re.compile(
    r"(?<![\d:])(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|ª|°|\.)?[\s,./-]*(?:de|of|ng|ta['’]|d['’])?\s*$",
    re.IGNORECASE,
)
# Arabic papers give a month by both its names.
# The Thai call the year one of theirs: "พ.ศ. 2569".
YEAR_AFTER = re.compile(
    r"[.,،]*(?:\s?/\s?[^\W\d_]+(?:\s[^\W\d_]+)?)?[\s,./-]*(?:de\s+|del\s+|of\s+|พ\.ศ\.\s*|سال\s+)?" + YEAR,
    re.IGNORECASE,
)
# "12 Jan 23 | 5h27", "12-Jan-23".
SHORT_YEAR_AFTER = re.compile(r"[.,]?[\s/-]\s?['’]?(?P<short>[012]\d)(?=\s*(?:$|\||,?\s\d?\d[:h]\d\d))")
DAY_AFTER = re.compile(
    r"\.?\s*(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.)?(?![\d:])(?:\s*,?\s*" + YEAR + ")?", re.IGNORECASE
)
# How Hungarians, Lithuanians, Latvians, Kazakhs and Basques give the year first.
YEAR_BEFORE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:\.|\s?m\.|\.?\s?gada|\s?жылғы|ko|,)?\s*$", re.IGNORECASE
)
LONGEST_YEAR = 12
VIETNAMESE = re.compile(
    r"(?P<d>\d{1,2})\s*tháng\s*(?P<m>\d{1,2})(?:,?\s*(?:năm\s*)?(?P<y>\d{4}))?", re.IGNORECASE
)


def _around(text: str, name: tuple[int, int], month: int) -> Day | None:
    """The day whose month a name gives: "5 May 2024", "May 5, 2024", "2024. május 5.", "2024. gada 5. maijs"."""
    start, end = name
    if day := DAY_BEFORE.search(text, max(0, start - 12), start):
        year = YEAR_AFTER.match(text, end) or SHORT_YEAR_AFTER.match(text, end)
        start, end = day.start(), year.end() if year else end
    elif day := DAY_AFTER.match(text, end):
        year = day if day["y"] else None
        end = day.end()
    else:
        return None
    if year is None and (year := YEAR_BEFORE.search(text, max(0, start - LONGEST_YEAR), start)):
        start = year.start()
    read, month = (_solar, month - SOLAR_MONTH) if month > SOLAR_MONTH else (_valid, month)
    return read(_year(year) if year else None, month, int(day["d"]), (start, end))


def _year(match: re.Match[str]) -> int:
    found = match.groupdict()
    return 2000 + int(found["short"]) if found.get("short") else int(found["y"])


def _numbered_month(text: str) -> Day | None:
    match = VIETNAMESE.search(text)
    if not match:
        return None
    return _valid(int(match["y"]) if match["y"] else None, int(match["m"]), int(match["d"]), match.span())


def _resolved(day: Day, now: datetime) -> date | None:
    """The day with its year: the latest that is not after now where the text gives none."""
    if day.year is not None:
        on = date(day.year, day.month, day.day)
        return on if _credible(on, now) else None
    for year in range(now.year, now.year - 9, -1):  # 29 February may be eight years back
        try:
            on = date(year, day.month, day.day)
        except ValueError:
            continue
        if on <= now.date():
            return on
    return None


def _time(text: str, day: Day, on: date, now: datetime) -> tuple[int, int, int, bool, tzinfo]:
    """Hour, minute, second, whether the text gives them, and the zone: read beside the day, after it first."""
    for part in (text[day.end : day.end + 40], text[max(0, day.start - 25) : day.start]):
        for pattern in (CJK_HALF, HALF_TIME, TIME):
            match = pattern.search(part)
            if match and (
                match.groupdict().get("min")
                or match.groupdict().get("half")
                or "h" in match[0].lower()
                or not match[0][-1:].isdigit()
            ):
                hour = _hour(int(match["h"]), match.groupdict().get("half"))
                if hour is not None:
                    seconds = int(match.groupdict().get("s") or 0)
                    zone = zone_before(part[match.end() :], on) or now.tzinfo or UTC
                    return hour, int(match["min"] or 0), seconds, True, zone
    return 0, 0, 0, False, now.tzinfo or UTC


def _hour(hour: int, half: str | None) -> int | None:
    if half:
        afternoon = half[0] in "pPمμ" or half in ("午後", "下午", "오후", "晚上")
        hour = hour % 12 + (12 if afternoon else 0) if hour <= 12 else hour
    return hour if hour <= 24 else None
