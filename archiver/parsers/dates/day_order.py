"""Whether an English page writes the day before the month in numbers: 03/10/2026, in October."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from archiver.parsers.dates.written_dates import is_month_first
from archiver.parsers.markup.blocks import Layout
from archiver.parsers.structured import Structured

# Countries, by the ends of their addresses, whose English pages write the day first.
DAY_FIRST = frozenset({
    "uk", "ie", "au", "nz", "in", "za", "pk", "bd", "lk", "np", "sg", "my", "hk", "mt", "cy", "ng", "gh", "ke",
    "ug", "tz", "zm", "zw", "bw", "na", "mw", "rw", "jm", "tt", "bb", "fj", "mu", "ae", "qa", "om", "bh", "kw",
})  # fmt: skip
NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(?!\.?\d|[/-])")
# A line with a date in it that tells the order of all.
LONGEST_LINE = 60
# Both may be the month.
MONTHS = 12
# The languages of the pages that write the day first, and the month first even between dots.
BRITISH, AMERICAN = "en-gb", "en-us"


def reading_language(
    language: str | None, layout: Layout, structured: Structured, url: str, known: Callable[[], Iterable[str]]
) -> str | None:
    """Return the language that a page's dates are read by: its own, British where its English puts the day first.

    known gives days of the story, "2026-10-03", that the page's data and address give. The page's other dates in
    numbers tell the order where a number is no month or the day is a known one; else the region that it names
    besides its language, else the country of its address. Pages that put the month first do so between dots too.
    """
    if language is None or not language.startswith("en") or not is_month_first(language):
        return language
    lines = (block.text for block in layout.blocks if len(block.text) <= LONGEST_LINE)
    dates = [found for line in lines if _may_be_dated(line) and (found := NUMBERS.search(line))]
    days = frozenset(known()) if dates else frozenset()
    votes = sum(_vote(found, days) for found in dates)
    if not votes:
        locale = (structured.meta.get("og:locale") or [""])[0].replace("_", "-").lower()
        names_region = language == "en" and locale.startswith("en-") and not is_month_first(locale)
        votes = names_region or _country(url) in DAY_FIRST
        return BRITISH if votes else language
    return BRITISH if votes > 0 else AMERICAN


def _may_be_dated(line: str) -> bool:
    return line.count("/") > 1 or line.count(".") > 1 or line.count("-") > 1


def _vote(found: re.Match[str], known: frozenset[str]) -> int:
    """1 if a date in numbers puts the day first, -1 if it puts the month first, 0 if it does not tell."""
    first, second, year = int(found[1]), int(found[3]), found[4] if len(found[4]) == 4 else f"20{found[4]}"
    is_day_first = second <= MONTHS and (first > MONTHS or f"{year}-{second:02}-{first:02}" in known)
    is_month_first = first <= MONTHS and (second > MONTHS or f"{year}-{first:02}-{second:02}" in known)
    return is_day_first - is_month_first


def _country(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rpartition(".")[2]
    except ValueError:
        return ""
