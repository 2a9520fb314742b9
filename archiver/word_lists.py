"""The words and phrases that people add to, by language: TOML files in the folders words/ of the rooms.

What a text in three quotation marks holds needs no further marks, and is read several times as fast as a list of
quoted texts.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_ROOMS = Path(__file__).parent


@cache
def word_table(room: str, name: str) -> dict[str, Any]:
    """Return what a room's file words/NAME holds, or for "" the one of all rooms: mostly texts for lines or str.split.

    In tables, not to be changed.
    """
    return tomllib.loads((_ROOMS / room / "words" / name).read_text("utf-8"))


def lines(text: str) -> list[str]:
    """Return the phrases of a text that has one a line."""
    return [phrase for line in text.splitlines() if (phrase := line.strip())]
