"""Lengths of time as people write them: 90s, 30m, 2h, 1d."""

import re
from datetime import timedelta

DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# A century.
LONGEST_DURATION = timedelta(days=36_525)


def duration(text: str) -> timedelta:
    """Return the length that text means, seconds if it names no unit. Raises ValueError if it means none."""
    match = DURATION.fullmatch(text.strip())
    try:
        length = timedelta(**{UNITS[match[2]]: float(match[1])}) if match else None
    except OverflowError:
        length = None
    if length is None or length > LONGEST_DURATION:
        raise ValueError(f"{text!r} is no duration: give seconds, or 90s, 30m, 2h, 1d")
    return length
