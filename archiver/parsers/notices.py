"""How much a text speaks of the site and to its reader, instead of telling a story."""

import re
from functools import cache

from archiver.parsers.compiled import module, replaced
from archiver.parsers.text import UNSPACED, WORD
from archiver.word_lists import word_table

# Words at a text's end among which a caption names its agency.
CREDIT_REACH = 3
# Characters that these words stand in.
CREDIT_SIZE = 40
# Characters of a text that are read: no notice is longer, and the rest of a long paragraph adds only time.
MOST_READ = 400


@replaced
def notice_words(text: str) -> int:
    """Return how many different words of notices (words/notices.toml), in any language, a text holds."""
    lower = text[:MOST_READ].lower()
    count = len(_words().intersection(WORD.findall(lower)))
    if not text.isascii() and UNSPACED.search(text):
        count += len(set(_unspaced().findall(lower)))
    return count


@replaced
def ends_with_credit(text: str) -> bool:
    """Whether the last words of a text name an agency or a bank of pictures."""
    return not _credits().isdisjoint(WORD.findall(text[-CREDIT_SIZE:].lower())[-CREDIT_REACH:])


@cache
def _words() -> frozenset[str]:
    spaced = (words for name, words in _table().items() if name not in ("unspaced", "credits"))
    return frozenset(part for words in spaced for word in words for part in _parts(word))


def _parts(word: str) -> list[str]:
    """A word, or the last part of one with a hyphen or apostrophe: the rest says too little."""
    return WORD.findall(word)[-1:]


@cache
def _unspaced() -> re.Pattern[str]:
    words = sorted(_table()["unspaced"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _credits() -> frozenset[str]:
    return frozenset(part for word in _table()["credits"] for part in _parts(word))


@cache
def _table() -> dict[str, list[str]]:
    return {name: table["words"].split() for name, table in word_table("parsers", "notices.toml").items()}


if (_core := module("words")) is not None:
    _core.know_notices(_words(), _credits(), MOST_READ, CREDIT_SIZE, CREDIT_REACH)
