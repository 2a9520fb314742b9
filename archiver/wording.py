"""How values are worded, wherever people or programs read them."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.items import Precision

# What a terminal obeys: no page may move its cursor, recolour it or name its window.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Characters that JSON takes as they are, but that end a line to some readers, that a terminal obeys, or that stand for
# a byte of a file's name that is no UTF-8.
NOT_IN_JSON_LINES = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def json_text(value: object) -> str:
    """Return value as one line of JSON: dataclasses as objects, times as ISO 8601."""
    line = json.dumps(value, ensure_ascii=False, default=_json_value)
    return NOT_IN_JSON_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def printable(text: str) -> str:
    """Return text without the characters that a terminal obeys rather than shows."""
    return CONTROL.sub("", text)


def fields_of(value: Any) -> dict[str, object]:
    """Return the fields of a frozen dataclass by their names, those inside of it too."""
    return asdict(value)


def _json_value(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return iso_text(value)
    if isinstance(value, date | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def iso_text(moment: datetime) -> str:
    """Return moment as ISO 8601 to the second, with Z for UTC."""
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def day_text(moment: datetime | None) -> str:
    """Return the day of moment in UTC, or "no date"."""
    return "no date" if moment is None else moment.astimezone(UTC).date().isoformat()


def minute_text(moment: datetime | None) -> str:
    """Return moment to the minute in UTC, or "no date"."""
    return "no date" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span_text(first: datetime, last: datetime) -> str:
    """Return a span of time to the minute in UTC, or that minute where it is one."""
    start, end = minute_text(first), minute_text(last)
    return start if start == end else f"{start} to {end}"


def date_text(moment: datetime | None, precision: Precision | None) -> str:
    """Return a date that a page states as exactly as it does: to the minute, or the day only."""
    return day_text(moment) if precision is Precision.DAY else minute_text(moment)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: "1 article", "2,000 articles"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(parts: Iterable[str]) -> str:
    """Return the parts that are not empty, between middle dots."""
    return " · ".join(part for part in parts if part)


def by_number(counts: Iterable[tuple[str, int]]) -> str:
    """Return names with their counts, the most frequent first: "3 gone, 1 timeout"."""
    ranked = sorted(counts, key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number:,} {name}" for name, number in ranked)


def byte_text(size: int) -> str:
    """Return a number of bytes in a unit that suits it."""
    number, unit = float(size), 0
    while number >= 1000 and unit < len(BYTE_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {BYTE_UNITS[unit]}" if unit else f"{size} bytes"


def duration_text(duration: timedelta) -> str:
    """Return a length of time: "8 s", "4 min 10 s", "2 h 5 min", from two days on "7 d 4 h"."""
    seconds = round(duration.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
