"""Addresses that a site makes without end: calendars, session numbers, links that lead deeper into themselves."""

import re
from collections import Counter, defaultdict
from urllib.parse import urlsplit

from archiver.items import ARTICLE_OUTCOMES, Outcome

# Characters of the longest address that is followed.
LONGEST_ADDRESS = 2000
# Parts of the deepest path; the deepest of the stories that the parsers were tried on had 11.
DEEPEST = 20
# How often one part stands in a path that leads into itself; days and months may: /2011/11/11/11.
REPEATED = 3
NUMBER = re.compile(r"\d{1,4}")
# Queries of one path, in a row, whose pages gave no story of their own: then the path makes them up.
MOST_QUERIES = 20
# Copies of known texts, in a row, that addresses of one pattern gave.
MOST_COPIES = 10
# Addresses of one source that a crawl records as traps; more tell nothing new.
MOST_RECORDED = 100
# Paths and patterns of one source that are watched; past that, all is forgotten and begins anew.
MOST_WATCHED = 10_000
DIGITS = re.compile(r"\d+")
FRUITLESS = frozenset({Outcome.DUPLICATE, Outcome.NOT_ARTICLE, Outcome.EMPTY})


def looks_endless(url: str) -> str:
    """Return why an address is a trap by its looks, else ""."""
    if len(url) > LONGEST_ADDRESS:
        return f"its address has more than {LONGEST_ADDRESS} characters"
    parts = [part for part in url.partition("?")[0].split("/")[3:] if part]
    if len(parts) > DEEPEST:
        return f"its path has more than {DEEPEST} parts"
    if len(parts) >= REPEATED:
        for part, times in Counter(part for part in parts if not NUMBER.fullmatch(part)).most_common(1):
            if times >= REPEATED:
                return f"its path repeats {part[:60]!r} {times} times"
    return ""


class TrapWatch:
    """Learns from the visits of one crawl to one source which addresses need not be followed."""

    def __init__(self) -> None:
        self._queries: defaultdict[str, set[str]] = defaultdict(set)
        self._copies = Counter[str]()

    def visited(self, url: str, outcome: Outcome) -> None:
        """Note what came of a visit."""
        if max(len(self._queries), len(self._copies)) > MOST_WATCHED:
            self._queries.clear()
            self._copies.clear()
        path, _, query = url.partition("?")
        if outcome in FRUITLESS and query:
            self._queries[path].add(query)
        elif outcome in ARTICLE_OUTCOMES:
            self._queries.pop(path, None)
        if outcome is Outcome.DUPLICATE:
            self._copies[_pattern(url)] += 1
        elif outcome in ARTICLE_OUTCOMES:
            self._copies.pop(_pattern(url), None)

    def why(self, url: str) -> str:
        """Return why an address is not worth following by what others like it gave, else ""."""
        path, _, query = url.partition("?")
        if query and len(self._queries.get(path, ())) >= MOST_QUERIES:
            return f"{MOST_QUERIES} addresses with the same path and other queries gave no story of their own"
        if self._copies[_pattern(url)] >= MOST_COPIES:
            return f"{MOST_COPIES} addresses like it, one after the other, gave copies of known stories"
        return ""


def _pattern(url: str) -> str:
    """Return what addresses that one program makes have in common: all but numbers, last part and values."""
    parts = urlsplit(url)
    folder = DIGITS.sub("0", parts.path.rpartition("/")[0])
    names = "&".join(pair.partition("=")[0] for pair in parts.query.split("&"))
    return f"{parts.netloc}{folder}?{names}"
