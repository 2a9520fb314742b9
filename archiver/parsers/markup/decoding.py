"""From the bytes of a page to its tree: which encoding they are in, and markup that lxml alone would lose."""

import codecs
import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

import numpy as np
from lxml import etree
from lxml.etree import HTMLParser
from lxml.etree import _Element as Element
from numpy.typing import NDArray
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from archiver.errors import PageError, ParseLimitError
from archiver.parsers.compiled import replaced
from archiver.parsers.markup.omitted_tags import with_body
from archiver.parsers.markup.undeclared import guessed_encoding

# In no language written in Latin letters are more than about a fifth of the letters accented (Vietnamese);
# Cyrillic, Greek or Hebrew bytes read as windows-1252 give nearly nothing else.
MOST_ACCENTED = 0.35
# Share of the bytes outside ASCII that may be broken before a page that claims UTF-8 is not believed.
MOST_BROKEN = 0.02
# Where so many times more letters are whole in UTF-8 than broken, it is no other encoding that looks so by chance.
MOSTLY = 2
# Bytes in which NULs tell UTF-16: a page begins with markup, its title may have none.
WIDE_BYTES = 40
# What begins Japanese in ISO-2022-JP, and nothing else.
JAPANESE = (b"\x1b$B", b"\x1b$@")

# A page is read up to so many tags, closing ones included: the richest of 825 pages had 9,770, long live blogs have
# 40,000. What lists a whole site goes on for longer.
MOST_TAGS = 60_000
# Bytes of text that tell whether a declared encoding gives plausible text.
PLAUSIBLE_BYTES = 500_000
ASCII = bytes(range(128))

# libxml2 passes all attributes of a tag to add one: 100,000 of them took a minute. Tags longer than so many bytes keep
# the first MOST_ATTRIBUTES. Of a page so large that it could fill the memory with them, shorter ones do too, and it
# is read up to so many on all its tags.
MOST_ATTRIBUTES = 100
LONG_TAG = 6_000
LARGE_PAGE = 1_000_000
LONG_TAG_OF_LARGE_PAGE = 1_000
MOST_ATTRIBUTES_OF_PAGE = 300_000
TAG_NAME = re.compile(rb"[A-Za-z][^\s>/]*")
# A name, and a value in quotes or not, as https://html.spec.whatwg.org/#before-attribute-name-state reads them.
ATTRIBUTE = re.compile(rb"[\s/]*=?[^\s>/=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"'][^\s>]*)?)?|[\s/]*=")
# A tag with all its values, also those that hold "<" or ">". A value's quote stands behind "=", any other is a letter;
# one that is never closed ends with the page.
WHOLE_TAG = re.compile(rb"<[A-Za-z][^>=]*(?:=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+[^>=]*+)*+")
# What begins a text in which "<" begins no tag.
RAW = re.compile(rb"<(?:(script|style|textarea|title)\b|!--)", re.IGNORECASE)
QUOTED = re.compile(rb"[^>\"']*[\"']")
SEPARATORS = (b" ", b"\n", b"\t", b"\r", b"\f", b"/")
MARKS = b"".join((*SEPARATORS, b"<", b"'", b'"'))
# Codecs of Python that are no encoding of pages (unicode_escape, idna, EBCDIC) read this otherwise.
MARKUP = rb"\u003c+ADw-<p class='a'>"
READ_AS = "u003c+ADw-<p class='a'>"

# Letters that a publishing system encoded as UTF-8 twice, and what gives such a page away: a quotation mark or dash
# read as "â" and two control characters, which no text has.
TWICE = re.compile(
    rb"\xc3[\x82-\x9f]\xc2[\x80-\xbf]|\xc3[\xa0-\xaf](?:\xc2[\x80-\xbf]){2}|\xc3[\xb0-\xb4](?:\xc2[\x80-\xbf]){3}"
)
TWICE_ENCODED = b"\xc3\xa2\xc2\x80\xc2"
WESTERN = frozenset({"cp1252", "iso8859-1", "latin-1", "ascii", "iso8859-15"})
TAG = re.compile(rb"<[^<>]*>?")
SCRIPT = re.compile(rb"<(?:script|style)\b", re.IGNORECASE)
SCRIPT_END = re.compile(rb"</(?:script|style)\s{0,9}>", re.IGNORECASE)
END = re.compile(rb"</html\s{0,99}>", re.IGNORECASE)


def page_tree(html: bytes, content_type: str | None = None, url: str = "") -> Element:
    """Return the root of a page's tree.

    content_type is the HTTP header's value. The encoding is the byte order mark's, else UTF-8 where the
    bytes are valid UTF-8, else the declared one where it gives plausible text, else that in which the letters are
    likeliest, given the language that the page states and the country of url, the page's address, "" if unknown.
    Raises PageError if nothing is in the page, ParseLimitError if its tags nest deeper than libxml2 reads.
    """
    html = _first_tags(html)
    encoding = page_encoding(html, content_type, url)
    if encoding != "utf-8":
        text = html.decode(encoding, "replace")
        # This writes tones as characters of their own: a site that goes over to UTF-8 would have new texts.
        text = normalize("NFC", text) if encoding == "cp1258" else text
        html = _first_tags(text.encode("utf-8", "replace"))
    html = html.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"")
    if holds(html, TWICE_ENCODED):
        html = TWICE.sub(_once, html)
    # libxml2 stops at </html>: where a template closes the page too early, the rest would be lost.
    if closes_early(html):
        html = END.sub(b"", html)
    return with_body(_parsed(_with_few_attributes(html)))


def _once(twice: re.Match[bytes]) -> bytes:
    """The letter that was encoded as UTF-8 twice, encoded once."""
    once = twice[0].decode("utf-8").encode("latin-1")
    try:
        once.decode("utf-8")
    except UnicodeDecodeError:
        return twice[0]
    return once


def _first_tags(html: bytes) -> bytes:
    """The page up to MOST_TAGS."""
    if tags(html) <= MOST_TAGS:
        return html
    return html[: _places(html, "<")[MOST_TAGS]]


@replaced
def tags(html: bytes) -> int:
    """Return how many tags a page may have: how often "<" stands in it."""
    return html.count(b"<")


def _places(html: bytes, mark: str) -> NDArray[np.intp]:
    return np.flatnonzero(np.equal(np.frombuffer(html, np.uint8), ord(mark), dtype=np.bool_))


def _with_few_attributes(html: bytes) -> bytes:
    """The page, its long tags with at most MOST_ATTRIBUTES."""
    is_large = len(html) > LARGE_PAGE
    length = LONG_TAG_OF_LARGE_PAGE if is_large else LONG_TAG
    pieces, done = [], 0
    for start, end in long_tags(html, length):
        if (cut := _surplus(html, start + 1, end)) is not None:
            pieces.append(html[done : cut[0]])
            done = cut[1]
    html = b"".join([*pieces, html[done:]]) if pieces else html
    return _first_attributes(html) if is_large else html


@replaced
def long_tags(html: bytes, length: int) -> list[tuple[int, int]]:
    """Return where tags of more than length bytes begin and end, or what goes as far as the next "<" for one.

    In page order, those left out that stand in a value of another tag or in what holds no tags.
    """
    starts = _places(html, "<")
    ends = np.append(starts[1:], len(html))
    # Only these may be long, or hold the next "<".
    places = np.flatnonzero((ends - starts > length) | _may_hold_the_next(html, starts, ends))
    suspects = list(zip(starts[places].tolist(), ends[places].tolist(), strict=True))
    if all(max(_end_of_tag(html, start), end) - start <= length for start, end in suspects):
        return []
    return [(start, end) for start, end in _outside_of_text(html, suspects) if end - start > length]


def _outside_of_text(html: bytes, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where tags begin and end that stand neither in a value of another nor in what holds no tags.

    places are their "<" and the next ones, in page order, as the tags are.
    """
    at = 0
    for start, following in places:
        while at <= start and (raw := RAW.search(html, at, start)) is not None:
            at = _end_of_raw(html, raw)
        if start < at:
            continue
        end = max(_end_of_tag(html, start), following)
        yield start, end
        raw = RAW.match(html, start)
        at = end if raw is None else _end_of_raw(html, raw)


def _end_of_raw(html: bytes, raw: re.Match[bytes]) -> int:
    """Return where a comment, a script or the like ends that begins with raw."""
    close = re.compile(rb"</%b" % raw[1] if raw[1] else b"-->", re.IGNORECASE).search(html, raw.end())
    return len(html) if close is None else close.end()


def _may_hold_the_next(html: bytes, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which tags may hold the next "<": it comes before any ">", or their quotes are not paired, or of both sorts.

    In a value in quotes, ">" ends no tag either: what counts is what stands before the first one.
    """
    every = np.append(_places(html, ">"), len(html))
    closes = every[np.searchsorted(every, starts)]
    until = np.minimum(closes, ends)
    double, single = (_counts(_places(html, quote), starts, until) for quote in "\"'")
    is_odd: NDArray[np.bool_] = np.equal((double | single) % 2, 1)
    return is_odd | (double > 0) & (single > 0) | (closes > ends)


def _counts(places: NDArray[np.intp], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many of places, rising, stand from each of starts to each of ends."""
    return np.searchsorted(places, ends) - np.searchsorted(places, starts)


def _end_of_tag(html: bytes, start: int) -> int:
    """Return where the tag that begins at start ends, its values included; start if there is none."""
    whole = WHOLE_TAG.match(html, start)
    return start if whole is None else whole.end()


def _first_attributes(html: bytes) -> bytes:
    """The page up to MOST_ATTRIBUTES_OF_PAGE, counted by the spaces, slashes and quotes that set them apart."""
    left, at = MOST_ATTRIBUTES_OF_PAGE, 0
    if len(html) - len(html.translate(None, MARKS)) < left:
        return html
    for piece in html.split(b"<"):
        tag = piece.partition(b">")[0] if not piece.startswith(b"/") else b""
        left -= 1 + sum(map(tag.count, SEPARATORS)) + (tag.count(b"'") + tag.count(b'"')) // 2
        if left < 0:
            return html[:at]
        at += len(piece) + 1
    return html


def _surplus(html: bytes, start: int, end: int) -> tuple[int, int] | None:
    """From where to where a tag, whose name begins at start, has more than MOST_ATTRIBUTES; None if it has not."""
    name = TAG_NAME.match(html, start, end) or QUOTED.match(html, start, end)
    if name is None:
        return None
    at = kept = name.end()
    count = 0
    while attribute := ATTRIBUTE.match(html, at, end):
        at, count = attribute.end(), count + 1
        if count == MOST_ATTRIBUTES:
            kept = at
    return (kept, at) if count > MOST_ATTRIBUTES else None


@replaced
def holds(html: bytes, piece: bytes) -> bool:
    """Whether a page holds some bytes, at least one: sooner told than by "in" where the first of them is rare."""
    return piece in html


@replaced
def closes_early(html: bytes) -> bool:
    """Whether markup stands behind the first </html>."""
    last = html.rfind(b"<")
    return any(0 <= html.find(tag) < last for tag in (b"</html", b"</HTML"))


def element_text(element: Element, most: int) -> str:
    """Return the text within an element as it stands, up to so many characters."""
    parts: list[str] = []
    for text in element.itertext():
        parts.append(str(text)[:most])
        most -= len(parts[-1])
        if most <= 0:
            break
    return "".join(parts)


def _parsed(html: bytes) -> Element:
    parser = HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        tree: Element | None = etree.fromstring(html, parser)
    except etree.ParserError as error:
        raise PageError(f"the page holds no markup: {error}") from error
    except etree.XMLSyntaxError as error:
        raise PageError(f"the page cannot be read: {error}") from error
    if tree is None:
        raise PageError("the page holds no markup")
    if any(
        entry.type_name == "ERR_RESOURCE_LIMIT" or "xcessive depth" in entry.message
        for entry in parser.error_log
    ):
        raise ParseLimitError("the page's tags nest too deep (over 2,048 levels)")
    return tree


def page_encoding(html: bytes, content_type: str | None = None, url: str = "") -> str:
    """Return the name of the Python codec that the bytes of a page are in, as page_tree reads it."""
    if bom := read_bom(html)[0]:
        return "utf-8" if bom == "utf-8" else bom
    if (wide := _wide_encoding(html)) is not None:
        return wide
    if not is_utf8(html):
        return _legacy_encoding(html, content_type, url)
    return _stateful_encoding(html, content_type) or "utf-8"


@replaced
def is_utf8(html: bytes) -> bool:
    """Whether bytes are valid UTF-8."""
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide_encoding(html: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of its markup is NUL."""
    head = html[:WIDE_BYTES]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 3:
        return "utf-16-be"
    return None


def _stateful_encoding(html: bytes, content_type: str | None) -> str | None:
    """ISO-2022-JP and HZ are ASCII bytes, so they look like UTF-8."""
    # Only these two use what no other text does.
    if b"\x1b" not in html and not holds(html, b"~{"):
        return None
    names = _declared(html, content_type)
    named = next((name for name in names if name.startswith("iso2022") or name == "hz"), None)
    is_japanese = html.isascii() and any(escape in html for escape in JAPANESE)
    return named or ("iso2022_jp" if is_japanese else None)


def _declared(html: bytes, content_type: str | None) -> list[str]:
    names = (http_content_type_encoding(content_type), html_body_declared_encoding(html))
    return [codecs.lookup(codec).name for codec in map(_codec, names) if codec]


def _codec(name: str | None) -> str | None:
    codec = resolve_encoding(name) if name else None
    return codec if codec and _reads_markup(codec) else None


def _reads_markup(codec: str) -> bool:
    try:
        return MARKUP.decode(codec, "replace").endswith(READ_AS)
    except (LookupError, UnicodeError):  # of bytes, not of text; without a way to go on after a fault
        return False


def _legacy_encoding(html: bytes, content_type: str | None, url: str) -> str:
    letters = TAG.sub(b" ", _without_scripts(html))[:PLAUSIBLE_BYTES]
    if _is_mostly_utf8(letters):
        return "utf-8"
    for name in _declared(html, content_type):
        if _plausible(letters, name):
            return name
    return guessed_encoding(letters, html, url)


def _without_scripts(html: bytes) -> bytes:
    """A page's bytes without scripts and styles; what follows one that is not closed counts as text."""
    kept, at = [], 0
    while (start := SCRIPT.search(html, at)) and (end := SCRIPT_END.search(html, start.end())):
        kept.append(html[at : start.start()])
        at = end.end()
    return b" ".join([*kept, html[at:]])


def _high(letters: bytes) -> int:
    """How many bytes are outside ASCII."""
    return len(letters.translate(None, ASCII))


def _is_mostly_utf8(letters: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few: a footer that another system wrote."""
    text = letters.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - (len(letters) - _high(letters)) - broken
    return whole > MOSTLY * broken


def _plausible(letters: bytes, name: str) -> bool:
    high = _high(letters)
    text = letters.decode(name, "replace")
    if text.count("\ufffd") > MOST_BROKEN * max(high, 50):
        return False
    if name not in WESTERN:
        return True
    alphabetic = [c for c in text if c.isalpha()]
    return sum(c > "\x7f" for c in alphabetic) <= MOST_ACCENTED * max(len(alphabetic), 1)
