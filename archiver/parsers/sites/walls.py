"""What servers send in place of a story: a check for robots, a question about cookies, a login form, "not found".

The phrases stand in words/walls.toml. All that is told here is told of short pages: what has the length of a story
is one, whatever it speaks of.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from html import unescape
from itertools import islice

from archiver.word_lists import lines, word_table

# Letters and digits of the longest wall that is known by its heading or by the paragraphs it is made of.
LONGEST_WALL = 1200
# Those of all visible text of a page without story, navigation included, in which a phrase or script tells a wall.
LONGEST_PAGE = 600
# Letters and digits that may be left besides the paragraphs of a notice: of a number, a host, a button.
LEFT_OVER = 40
# Bytes of a page that are looked at: walls are small, and say what they are at their beginning.
LOOKED_AT = 200_000
TITLE = re.compile(r"<title[^>]{0,500}>([^<]{1,500})", re.IGNORECASE)
HEADING = re.compile(r"<h[12]\b[^>]{0,500}>([^<]{1,300})</h", re.IGNORECASE)
# Between a title and the name of the site, on either side.
PARTS = re.compile(r"\s+[|–—·•»:-]+\s+|\s*[|»]\s*|:\s+")
HIDDEN = re.compile(r"<(script|style|svg|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
TAG = re.compile(r"<[^<>]*>")
SPACE = re.compile(r"\s+")
EDGES = " \t.,;:!?…·|-–—"
# Scripts of services that check for robots; many put them into good pages too.
CHECKS = re.compile(
    r"cf_chl_opt|/cdn-cgi/challenge-platform/|_incapsula_resource|captcha-delivery\.com|px-captcha|gokuprops|"
    r"awswafcookiedomainlist|ddos-guard/js-challenge|sec-if-cpt-container|/_sec/cp_challenge|hcaptcha\.com/1/api|"
    r"google\.com/recaptcha/api|challenges\.cloudflare\.com/turnstile"
)
# Headers by which such services say that this is no page of the site.
CHECK_HEADERS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}
PASSWORD = re.compile(r"""<input\b[^>]{0,500}\btype\s*=\s*["']?password""", re.IGNORECASE)
NOT_FREE = re.compile(r'"isaccessibleforfree"\s*:\s*"?(?:false|no)\b')


class Wall(StrEnum):
    """What stands before the story."""

    CHALLENGE = "challenge"
    JAVASCRIPT = "javascript"
    CONSENT = "consent"
    PAYWALL = "paywall"
    GONE = "gone"


def wall_of_headers(headers: Iterable[tuple[str, str]]) -> Wall | None:
    """Return the wall that the headers of a response tell of, or None."""
    for name, value in headers:
        if value.strip().lower() in CHECK_HEADERS.get(name.lower(), ()):
            return Wall.CHALLENGE
    return None


def wall_of_text(headline: str, body: str) -> Wall | None:
    """Return what was taken for a story and is a wall, by its heading or by what its paragraphs say, or None."""
    if letters(body, LONGEST_WALL + 1) > LONGEST_WALL:
        return None
    folded = _folded(headline)
    parts = [part for part in map(_folded, PARTS.split(headline)) if part]
    for wall, titles in _titles().items():
        if folded in titles or (parts and all(part in titles for part in parts)):
            return wall
    paragraphs = [_folded(paragraph) for paragraph in body.split("\n")]
    for wall, texts in _texts().items():
        rest = [each for each in paragraphs if not texts.search(each)]
        if len(rest) < len(paragraphs) and sum(map(letters, rest)) < LEFT_OVER:
            return wall
    return None


def wall_of_page(html: bytes) -> Wall | None:
    """Return the wall that a page without story is, or None; html is as sent, in any encoding."""
    page = html[:LOOKED_AT].decode("utf-8", "replace")
    for titles in (_title_parts(page), (_folded(each[1]) for each in HEADING.finditer(page))):
        for title in titles:
            for wall, known in _titles().items():
                if title in known:
                    return wall
    text = _folded(_visible(page))
    if letters(text, LONGEST_PAGE + 1) <= LONGEST_PAGE:
        for wall, texts in _texts().items():
            if texts.search(text):
                return wall
        if CHECKS.search(page.lower()):
            return Wall.CHALLENGE
        if PASSWORD.search(page):
            return Wall.PAYWALL
    return Wall.PAYWALL if is_not_free(html) else None


def is_not_free(html: bytes) -> bool:
    """Whether a page says by schema.org's isAccessibleForFree that its story must be paid for."""
    return NOT_FREE.search(html[:LOOKED_AT].decode("utf-8", "replace").lower()) is not None


def letters(text: str, most: int | None = None) -> int:
    """Return the number of letters and digits in a text, counted up to most: a story has thousands."""
    return sum(1 for _ in islice(filter(str.isalnum, text), most))


def _title_parts(page: str) -> Iterator[str]:
    if (title := TITLE.search(page)) is not None:
        yield _folded(title[1])
        yield from (_folded(part) for part in PARTS.split(unescape(title[1])))


def _visible(page: str) -> str:
    return unescape(TAG.sub(" ", HIDDEN.sub(" ", COMMENT.sub(" ", page))))


def _folded(text: str) -> str:
    plain = unescape(text).casefold().replace("’", "'").replace("\xa0", " ")
    return SPACE.sub(" ", plain).strip(EDGES + "¡¿\"'")


@cache
def _titles() -> Mapping[Wall, frozenset[str]]:
    return {wall: frozenset(_folded(phrase) for phrase in _phrases(wall, "titles")) for wall in Wall}


@cache
def _texts() -> Mapping[Wall, re.Pattern[str]]:
    """A pattern for each wall that has phrases; those of a check come before those of what it needs."""
    found = {wall: sorted({_folded(each) for each in _phrases(wall, "texts")}, key=len) for wall in Wall}
    return {wall: re.compile("|".join(map(re.escape, phrases))) for wall, phrases in found.items() if phrases}


def _phrases(wall: Wall, use: str) -> Iterator[str]:
    for language in word_table("parsers", "walls.toml").values():
        yield from lines(language.get(wall, {}).get(use, ""))
