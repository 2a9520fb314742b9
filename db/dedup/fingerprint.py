"""What of a text is compared with other texts: its words, its shingles, and a MinHash signature of these.

All is computed with numpy over the text's characters at once. Nothing here may change without another VERSION: the
archive holds signatures of older articles, and those of two versions cannot be compared.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

# Of everything in this module that a signature depends on.
VERSION = 1
# Hashes of a signature: BANDS bands of ROWS. Texts of which two thirds of all shingles are common, such as one and its
# copy without the last third, share a band with a chance of 0.995; a tenth, 0.002.
BANDS, ROWS = 24, 4
HASHES = BANDS * ROWS
# Characters that are compared; what stands behind them in a longer text makes no difference.
LONGEST = 100_000
# Shingles that are hashed at once: all of most texts, and 400 kB of what they give.
CHUNK = 1024
# A text with fewer shingles says too little to be called the copy of another.
FEWEST = 20

# Classes of characters.
SEPARATOR, LETTER, UNSPACED = 0, 1, 2
# Scripts that are written without spaces: each of their characters counts as a word.
UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
)
BEYOND = 0x10000
# Capitals whose small letter hangs on the letters beside them, or is more than one.
LOWERED_BY_CONTEXT = ("\u03a3", "\u0130")
SYMBOLS_BEYOND, HAN_BEYOND = 0x1D000, 0x20000
SEED = 20261126
BASE = 0x9E3779B97F4A7C15

HALF, FIRST_FACTOR, SECOND_FACTOR = (
    np.uint64(33),
    np.uint64(0xFF51AFD7ED558CCD),
    np.uint64(0xC4CEB9FE1A85EC53),
)

GREATEST = np.uint32(0xFFFFFFFF)

Hashes = NDArray[np.uint64]
Signature = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in order, as they are compared: case and punctuation make no difference."""

    text: str
    """Unicode form NFKC."""
    hashes: Hashes
    starts: NDArray[np.int64]
    """Where each begins in text."""
    ends: NDArray[np.int64]
    is_unspaced: NDArray[np.bool_]
    """Whether it is a character of a script without spaces."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The class of each character below BEYOND, and the constants of the hash functions."""

    classes: NDArray[np.uint8]
    lowered: Hashes
    """The number of each character's small letter."""
    lowered_classes: NDArray[np.uint8]
    """The class of that."""
    powers: Hashes
    inverses: Hashes
    factors: NDArray[np.uint32]
    summands: NDArray[np.uint32]


def words_of(text: str) -> Words:
    """Return the words of a text, up to LONGEST characters."""
    text = text[:LONGEST]
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)[:LONGEST]
    tables = _tables()
    codes, classes = _characters(text, tables)
    is_letter = np.zeros(codes.size + 2, np.bool_)
    is_letter[1:-1] = classes == LETTER
    edges = np.flatnonzero(is_letter[1:] != is_letter[:-1])
    starts, ends = edges[0::2], edges[1::2]
    singles = np.flatnonzero(classes == UNSPACED)
    if singles.size:
        starts = np.concatenate((starts, singles))
        order = np.argsort(starts)
        starts, ends = starts[order], np.concatenate((ends, singles + 1))[order]
    # The hash of a word is that of its characters, weighed by their places in it: from sums up to any place.
    sums = np.zeros(codes.size + 1, np.uint64)
    np.cumsum(codes * tables.powers[: codes.size], out=sums[1:])
    hashes = _mixed((sums.take(ends) - sums.take(starts)) * tables.inverses.take(starts))
    is_unspaced = classes[starts] == UNSPACED if singles.size else np.zeros(starts.size, np.bool_)
    return Words(text, hashes, starts, ends, is_unspaced)


def shingles(words: Words) -> Hashes:
    """Return the hash of every two words in a row, or three characters of a script without spaces."""
    hashes = words.hashes
    if hashes.size < 2:
        return np.zeros(0, np.uint64)
    pairs = hashes[:-1] * np.uint64(3) + hashes[1:]
    if words.is_unspaced.any():
        third = np.append(hashes[2:], np.uint64(0))
        pairs = np.where(words.is_unspaced[:-1], pairs * np.uint64(5) + third, pairs)
    return _mixed(pairs)


def signature(hashes: Hashes) -> Signature:
    """Return the MinHash signature of shingles: the share of places at which two agree is about their overlap."""
    tables = _tables()
    least = np.full(HASHES, GREATEST)
    short = (hashes >> np.uint64(32)).astype(np.uint32)
    room = np.empty((HASHES, min(short.size, CHUNK)), np.uint32)
    for start in range(0, short.size, CHUNK):
        part = room[:, : short.size - start]
        np.multiply(tables.factors, short[start : start + CHUNK], out=part)
        part += tables.summands
        np.minimum(least, part.min(axis=1), out=least)
    return least.astype(np.uint16)


def fingerprint_of(text: str) -> tuple[int, bytes]:
    """Return how many shingles a text has, and its signature as a column holds it; b"" if they are too few."""
    known = _known_fingerprints().get(text)
    if known is not None:
        return known
    hashes = shingles(words_of(text))
    return hashes.size, signature(hashes).astype("<u2").tobytes() if hashes.size >= FEWEST else b""


def know_fingerprint(text: str, found: tuple[int, bytes]) -> None:
    """Take the fingerprint of a text from where it was made already; that known before is forgotten."""
    known = _known_fingerprints()
    known.clear()
    known[text] = found


@cache
def _known_fingerprints() -> dict[str, tuple[int, bytes]]:
    return {}


def band_keys(found: Signature) -> list[int]:
    """Return a number for each band of a signature; it also tells the band."""
    return all_band_keys(found[None])[0]


def all_band_keys(found: NDArray[np.uint16]) -> list[list[int]]:
    """Return the band_keys of several signatures, a row each."""
    packed = np.ascontiguousarray(found, "<u2").view("<u8")  # four values of 16 bits
    keys: list[list[int]] = (_mixed(packed + _bands()) >> np.uint64(32)).tolist()
    return keys


def _mixed(hashes: Hashes) -> Hashes:
    """Return hashes with every bit spread over all (the end of MurmurHash3)."""
    hashes = (hashes ^ (hashes >> HALF)) * FIRST_FACTOR
    hashes ^= hashes >> HALF
    hashes *= SECOND_FACTOR
    hashes ^= hashes >> HALF
    return hashes


def _characters(text: str, tables: Tables) -> tuple[Hashes, NDArray[np.uint8]]:
    """Return the number of each character of a text in lower case, and its class."""
    units = text.encode("utf-16-le", "replace")
    if len(units) == 2 * len(text) and not any(letter in text for letter in LOWERED_BY_CONTEXT):
        places = np.frombuffer(units, "<u2").astype(np.intp)
        return tables.lowered.take(places), tables.lowered_classes.take(places)
    lowered = text.lower()
    if len(lowered) != len(text):  # the one capital whose small letter is two characters
        lowered = text.replace("\u0130", "I").lower()
    codes = np.frombuffer(lowered.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
    beyond = np.where(codes >= HAN_BEYOND, UNSPACED, np.where(codes >= SYMBOLS_BEYOND, SEPARATOR, LETTER))
    known = tables.classes[np.minimum(codes, np.uint64(BEYOND - 1))]
    return codes, np.where(codes >= BEYOND, beyond, known).astype(np.uint8)


@cache
def _bands() -> Hashes:
    return np.arange(BANDS, dtype=np.uint64)


@cache
def _tables() -> Tables:
    characters = [chr(code) for code in range(BEYOND)]
    classes = np.array([_class(character) for character in characters], np.uint8)
    for first, last in UNSPACED_RANGES:
        span = classes[first : last + 1]
        span[span == LETTER] = UNSPACED
    counted = _mixed(np.arange(1, 2 * HASHES + 1, dtype=np.uint64) * np.uint64(SEED))
    short = (counted >> np.uint64(32)).astype(np.uint32)
    factors, summands = short[:HASHES, None] | np.uint32(1), short[HASHES:, None]
    small = [character.lower() for character in characters]
    lowered = np.array([ord(text) if len(text) == 1 else 0 for text in small], np.uint64)
    return Tables(
        classes,
        lowered,
        classes.take(lowered.astype(np.intp)),
        _powers(BASE),
        _powers(pow(BASE, -1, 2**64)),
        factors,
        summands,
    )


def _class(character: str) -> int:
    """Return the class of a character; marks belong to the letter before them, as vowels of Indian scripts do."""
    return LETTER if character.isalnum() or unicodedata.category(character)[0] == "M" else SEPARATOR


def _powers(base: int) -> Hashes:
    """Return the powers of base, modulo 2**64, for each place in a text."""
    powers = np.full(LONGEST, np.uint64(base))
    powers[0] = 1
    return np.cumprod(powers)
