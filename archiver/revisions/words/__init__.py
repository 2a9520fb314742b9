"""The words by which corrections and date lines are known, from the files beside this one and the parsers' own."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def correction_words(use: str) -> frozenset[str]:
    """Return all languages' words that begin a correction ("begins"), or that say it anywhere ("says")."""
    return frozenset(
        word for table in _table("revisions", "corrections.toml").values() for word in table[use]
    )


@cache
def month_names() -> frozenset[str]:
    """Return the names of months in all languages."""
    lines = (line for months in _table("parsers", "months.toml").values() for line in months)
    return frozenset(name.replace("_", " ").casefold() for line in lines for name in line.split())


@cache
def time_words() -> frozenset[str]:
    """Return what may stand in a line that only gives a date, beside numbers and months, in all languages."""
    return frozenset(word for words in _table("revisions", "times.toml").values() for word in words)


@cache
def update_phrases() -> frozenset[str]:
    """Return the phrases that stand before the date of publication or of an update, in all languages."""
    tables = _table("parsers", "phrases.toml").values()
    return frozenset(
        phrase.casefold()
        for table in tables
        for use in ("updated", "published")
        for phrase in table.get(use, ())
    )


def _table(room: str, name: str) -> dict[str, dict[str, list[str]]]:
    # By the package above: that of the parsers would wait for lxml.
    return tomllib.loads(files("archiver").joinpath(room, "words", name).read_text("utf-8"))
