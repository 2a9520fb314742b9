"""The form of an address in which the variants of one story's address are alike, and which claims can be true.

The rules stand in parsers/words/story_addresses.toml, with their version. They tell which article an address means, so
that those of every version that ever was stay there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from archiver.items import StoryAddress
from archiver.word_lists import word_table

SAFE = "/:@!$&'()*+,;=~-._"
SLUG_BREAK = re.compile(r"[\W_]+")
NUMBER = re.compile(r"\d{4,}")
DATE = re.compile(r"(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?")
# Words of an address with fewer letters, such as "the", say little.
SHORTEST_WORD = 4
# An address that ends with so many words is called by a story's headline: sections have shorter names.
HEADLINE_WORDS = 4
# The share of an address's words that the headline must have for it to be the story's.
LEAST_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules."""

    number: int
    tracking: re.Pattern[str]
    variants: frozenset[str]
    hosts: frozenset[str]
    first_segments: frozenset[str]
    last_segments: frozenset[str]
    endings: tuple[tuple[str, str], ...]
    caches: re.Pattern[str]


@cache
def versions() -> tuple[Rules, ...]:
    """Return the rules of all versions, the newest last."""
    return tuple(
        Rules(
            number=each["number"],
            tracking=_any(each["tracking"]),
            variants=frozenset(each["variants"]),
            hosts=frozenset(each["hosts"]),
            first_segments=frozenset(each["first_segments"]),
            last_segments=frozenset(each["last_segments"]),
            endings=tuple((ending, instead) for ending, instead in each["endings"]),
            caches=_any(each["caches"]),
        )
        for each in word_table("parsers", "story_addresses.toml")["version"]
    )


def newest() -> int:
    """Return the number of the newest version."""
    return versions()[-1].number


def story_addresses(url: str) -> tuple[StoryAddress, ...]:
    """Return the form of a canonical address by the rules of every version, the newest last."""
    return tuple(StoryAddress(rules.number, _story_address(url, rules)) for rules in versions())


def story_address(url: str) -> str:
    """Return the form of a canonical address by the newest rules: "news.example/2026/flood?id=3"."""
    return _story_address(url, versions()[-1])


def is_named_as_story(url: str) -> bool:
    """Whether an address is named as those of stories are, and not of sections: by a number or by a headline."""
    words = [word for word in _slug(url) if not word.isdigit()]
    return len(words) >= HEADLINE_WORDS or bool(_ids(_numbers(url)))


def may_be_address_of(claimed: str, own: str, headline: str) -> bool:
    """Whether a page at own, whose story has this headline, may name claimed as the story's address.

    Both are canonical addresses of one site. Some pages name another story, a section, or one address for all stories
    of the site: a claim is believed if it is a variant of own, shares its last words or its number, or says what
    the headline says.
    """
    if story_address(claimed) == story_address(own):
        return True
    numbers, own_numbers = _numbers(claimed), _numbers(own)
    if numbers and own_numbers:
        if numbers & own_numbers and (_slug(claimed) == _slug(own) or _ids(numbers & own_numbers)):
            return True
        if not numbers & own_numbers and _ids(numbers) and _ids(own_numbers):
            return False
    slug = _slug(claimed)
    if slug and slug == _slug(own) and _dates(numbers) <= (_dates(own_numbers) or numbers):
        return True
    words = {word for word in slug if len(word) >= SHORTEST_WORD and not word.isdigit()}
    said = set(SLUG_BREAK.split(headline.casefold()))
    return len(words) > 1 and len(words & said) >= LEAST_SHARED * len(words)


def _story_address(url: str, rules: Rules) -> str:
    address = re.sub(r"^https?://", "", url)
    address = rules.caches.sub("", address, count=1) if rules.caches.match(address) else address
    parts = urlsplit(f"//{address}")
    path = _path([segment for segment in parts.path.split("/") if segment], rules)
    pairs = [pair for pair in parts.query.split("&") if pair and not _is_variant(pair, rules)]
    query = "?" + "&".join(sorted(pairs)) if pairs else ""
    return f"{_host(parts.netloc.lower(), rules)}{path}{query}"


def _host(host: str, rules: Rules) -> str:
    """Return a host without the labels in front that choose a variant, as long as a domain is left."""
    while host.count(".") > 1:
        first, _, rest = host.partition(".")
        if first not in rules.hosts:
            break
        host = rest
    return host


def _path(segments: list[str], rules: Rules) -> str:
    if len(segments) > 1 and segments[0].lower() in rules.first_segments:
        segments = segments[1:]
    while len(segments) > 1 and segments[-1].lower() in rules.last_segments:
        segments = segments[:-1]
    path = "".join(f"/{quote(unquote(segment), safe=SAFE)}" for segment in segments)
    for ending, instead in rules.endings:
        if path.lower().endswith(ending):
            return path[: -len(ending)] + instead
    return path


def _is_variant(pair: str, rules: Rules) -> bool:
    pair = pair.lower()
    name = pair.partition("=")[0]
    return pair in rules.variants or name in rules.variants or rules.tracking.fullmatch(name) is not None


def _slug(url: str) -> frozenset[str]:
    """Return the words of the last segment of an address that has any, without an ending such as .html."""
    for segment in reversed(urlsplit(url).path.split("/")):
        words = [
            word for word in SLUG_BREAK.split(unquote(re.sub(r"\.\w{2,5}$", "", segment)).casefold()) if word
        ]
        if any(not word.isdigit() and len(word) >= SHORTEST_WORD for word in words):
            return frozenset(words)
    return frozenset()


def _numbers(url: str) -> frozenset[str]:
    parts = urlsplit(url)
    return frozenset(NUMBER.findall(f"{parts.path}?{parts.query}"))


def _dates(numbers: Iterable[str]) -> frozenset[str]:
    return frozenset(number for number in numbers if DATE.fullmatch(number))


def _ids(numbers: Iterable[str]) -> frozenset[str]:
    return frozenset(number for number in numbers if not DATE.fullmatch(number))


def _any(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{expression})" for expression in expressions), re.IGNORECASE)
