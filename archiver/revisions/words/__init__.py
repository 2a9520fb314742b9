"""The words by which corrections and date lines are known, from the files beside this one and the parsers' own."""

from functools import cache

from archiver.word_lists import lines, word_table


@cache
def correction_words(use: str) -> frozenset[str]:
    """Return all languages' words that begin a correction ("begins"), or that say it anywhere ("says")."""
    tables = word_table("revisions", "corrections.toml").values()
    return frozenset(word for table in tables for word in lines(table[use]))


@cache
def month_names() -> frozenset[str]:
    """Return the names of months in all languages."""
    texts = word_table("parsers", "months.toml").values()
    return frozenset(name.replace("_", " ").casefold() for text in texts for name in text.split())


@cache
def time_words() -> frozenset[str]:
    """Return what may stand in a line that only gives a date, beside numbers and months, in all languages."""
    texts = word_table("revisions", "times.toml").values()
    return frozenset(word for text in texts for word in text.split())


@cache
def update_phrases() -> frozenset[str]:
    """Return the phrases that stand before the date of publication or of an update, in all languages."""
    return frozenset(
        phrase.casefold()
        for table in word_table("parsers", "phrases.toml").values()
        for use in ("updated", "published")
        for phrase in lines(table.get(use, ""))
    )
