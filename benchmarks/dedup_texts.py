"""Texts for benchmarks.dedup: copies that are known to be copies, and texts that only look like them."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

# A word with what follows it up to the next; in scripts without spaces, two characters.
UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
PIECE = re.compile(rf"[{UNSPACED}]{{1,2}}|[^\s{UNSPACED}]+\s*|\s+")
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands in dedup_texts.toml."""

    agency_lines: list[str]
    cities: list[str]
    chinese_cities: list[str]
    names: list[str]
    translations: list[str]
    one_event: list[str]
    templates: dict[str, str]
    """By name and language: "weather de"."""
    words: dict[str, dict[str, list[str]]]
    """For each slot of a template and language."""


@cache
def texts() -> Texts:
    """Return the texts that this module is about."""
    return Texts(**tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")))


def edited(text: str, part: float, words: Sequence[str], random: Random) -> str:
    """Return text with a part of its words edited: three in five replaced by one of words, the rest cut or added to."""
    pieces = PIECE.findall(text)
    places = [place for place, piece in enumerate(pieces) if piece.strip()]
    for place in random.sample(places, round(part * len(places))):
        piece, other = pieces[place], random.choice(words)
        spaced = other + (" " if piece != piece.rstrip() or len(piece) > 2 else "")
        pieces[place] = random.choice((spaced, spaced, spaced, "", piece + spaced))
    return "".join(pieces)


def with_agency_line(text: str, random: Random) -> str:
    """Return text as a wire copy."""
    return random.choice(texts().agency_lines) + text


def without_last_third(text: str) -> str:
    """Return text cut at the word that ends its second third."""
    pieces = PIECE.findall(text)
    return "".join(pieces[: round(len(pieces) * 2 / 3)])


def templated(random: Random) -> Iterator[tuple[str, str]]:
    """Yield a report of each template, with the template's name: no two of a template are copies."""
    for name, template in texts().templates.items():
        yield name, _filled(template, name.split()[-1], random)


def _filled(template: str, language: str, random: Random) -> str:
    known = texts()

    def value(slot: re.Match[str]) -> str:
        if slot[1] == "n":
            return f"{random.randint(1, 60):02}"
        if slot[1] == "city":
            return random.choice(known.chinese_cities if language == "zh" else known.cities)
        return random.choice(known.names if slot[1] == "name" else known.words[slot[1]][language])

    return SLOT.sub(value, template)
