"""Time zones as dates name them: by how far they are from UTC, or by an abbreviation."""

import re
from datetime import UTC, date, timedelta, timezone, tzinfo

ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "ist": 5.5, "cet": 1, "mez": 1, "met": 1, "cest": 2,
    "mesz": 2, "eet": 2, "sast": 2, "cat": 2, "eest": 3, "msk": 3, "мск": 3, "eat": 3, "wat": 1, "pkt": 5, "wib": 7,
    "ict": 7, "hkt": 8, "sgt": 8, "myt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13, "brt": -3, "art": -3, "ast": -4, "adt": -3, "est": -5, "edt": -4, "et": -5, "cst": -6, "cdt": -5,
    "ct": -6, "mst": -7, "mdt": -6, "mt": -7, "pst": -8, "pdt": -7, "pt": -8,
}  # fmt: skip
"""Hours ahead of UTC of the abbreviations that news pages use; of two zones with one name, the commoner in news."""
# What North Americans call a zone in winter and in summer, when it is an hour ahead.
ALL_YEAR = frozenset({"et", "ct", "mt", "pt"})
# The first year of today's summer time there; the ones before it began on the first Sunday of April.
LONG_SUMMERS = 2007
SUNDAY = 6

OFFSET = re.compile(r"(?P<sign>[+\-−])\s?(?P<h>\d{1,2}):?(?P<m>\d\d)?(?!\d)")
# The same without UTC before it, where "10:30 - 12:40" tells how long something goes on.
BARE_OFFSET = re.compile(r"(?P<sign>[+\-−])(?P<h>0\d|1[0-4]|\d(?=:?\d\d))(?::?(?P<m>[0134][05]))?(?![\d:])")
# What stands between a time and its zone: "14:05 Uhr MEZ".
HOUR = re.compile(r"(?:uhr|uur|hrs?|hs?)\.?(?!\w)\s*", re.IGNORECASE)
NAME = re.compile(r"(?<!\w)(?:" + "|".join(ZONES) + r")(?!\w)", re.IGNORECASE)
# Abbreviations that are words unless they are in capitals: "10:30 et mis à jour", "10:30 ist es vorbei".
WORDS = frozenset({"et", "est", "ist", "art", "met", "mt", "pt", "ct", "cat", "eat", "west", "wet"})


def zone_before(after: str, day: date) -> tzinfo | None:
    """Return the zone that what stands behind a time of that day begins with, or None."""
    text = after.lstrip(" ,(")
    if hour := HOUR.match(text):
        text = text[hour.end() :].lstrip("(")
    name = NAME.match(text)
    if name and (name[0].isupper() or name[0].lower() not in WORDS):
        if name[0].lower() in ("utc", "gmt") and (offset := OFFSET.match(text[name.end() :].strip())):
            return _spelled(offset)
        return zone_called(name[0], day)
    spelled = BARE_OFFSET.match(after.strip(" ()"))
    return _spelled(spelled) if spelled else None


def zone_called(name: str, day: date) -> tzinfo | None:
    """Return the zone that an abbreviation means on a day, or None."""
    hours = ZONES.get(name.lower())
    if hours is None:
        return None
    return timezone(timedelta(hours=hours + (name.lower() in ALL_YEAR and _is_summer(day))))


def offset_zone(text: str) -> tzinfo:
    """Return the zone of a moment as machines write it: "Z", "+05:30", "-0500", "+01", or "-500" by mistake."""
    if text in "zZ":
        return UTC
    digits = text[1:].replace(":", "")
    digits = digits.zfill(4) if len(digits) == 3 else digits.ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if text[0] in "-−" else away)


def _spelled(offset: re.Match[str]) -> tzinfo:
    away = timedelta(hours=int(offset["h"]), minutes=int(offset["m"] or 0))
    if away >= timedelta(hours=24):
        return UTC
    return timezone(-away if offset["sign"] in "-−" else away)


def _is_summer(day: date) -> bool:
    """Whether clocks are ahead in North America."""
    if day.year >= LONG_SUMMERS:
        return _sunday(date(day.year, 3, 8)) <= day < _sunday(date(day.year, 11, 1))
    return _sunday(date(day.year, 4, 1)) <= day < _sunday(date(day.year, 10, 25))


def _sunday(day: date) -> date:
    """The first Sunday from a day on."""
    return day + timedelta(days=SUNDAY - day.weekday())
