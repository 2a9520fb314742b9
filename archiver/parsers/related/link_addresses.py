"""What an address says of the page behind it, beside the address of the page that links to it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from archiver.parsers.text import fold
from archiver.parsers.urls import site

# This and what follows is looked for in small letters: twice as fast as an expression that knows both.
NOT_A_STORY = re.compile(
    r"/(?:tags?|topics?|thema|themen|dossiers?|authors?|autor(?:en)?|auteurs?|categor\w*|sections?|search|suche|log-?in|sign-?in|sign-?up|"
    r"register|account|subscri\w*|abo\w*|newsletters?|contact\w*|about\w*|privacy|terms|impressum|datenschutz\w*|shop|store|jobs?|people|"
    r"persons?|profiles?|users?|feeds?|rss|help|faq|kontakt|video-?channel|podcasts?|games?|weather|wetter|tv|live|service|hashtag|by)(?:/|$)",
)
# The share of the words of an address from which on a headline is what the address says.
SAID = 0.5
# A story may stand so many segments below a section that is called like no story: "/topic/politics/no-need-to-panic".
BELOW = 2
# Where a site invites its readers to: to log in, to subscribe, to give. As a label of the host or a part of the path.
INVITATION = re.compile(
    r"[/.](?:log-?in|sign-?(?:in|up)|(?:un)?subscri(?:be|bers?|ptions?)|register|registration|registr(?:o|ieren|azione)|newsletters?"
    r"|(?:my-?)?account|membership|join-us|donate|donations?|support-?us|spenden?|abos?|abonn?(?:es?|er|ez|eren|ieren|ements?"
    r"|enten?|amenti?|ati)|abonnemang|prenumerera|anmelden|konto|suscri(?:bete|birse|ptor|pcion(?:es)?)|assin(?:e|ar|ante|atura)|iscriviti|tilaa"
    r"|prenumerata|predplatne|nieuwsbrief|newsletter-?(?:sign-?up|anmeldung)|boletin(?:es)?|podpiska|whatsapp|telegram|t\.me|paywall|checkout)"
    r"(?=[/.?#&]|$)",
)
# Characters of an address in which they are looked for.
INVITATION_REACH = 200
# Jobs, goods, dates and the like: headlines of a kind, but of no story. As a label of the host or a part of the path.
OFFER = re.compile(
    r"[/.](?:jobs?|careers?|karriere\w*|stellen\w*|empleos?|emplois?|lavoro|vacatures?|shop\w*|store|products?|produkte?|productos|produits|"
    r"deals?|coupons?|vouchers?|gutschein\w*|rabatt\w*|ofertas?|offers?|angebote?|promo\w*|webinars?|events?|veranstaltung\w*|eventos?|"
    r"kurse?|courses?|workshops?|seminare?|tickets?|entradas|portfolio|solutions?|downloads?|collections?|sponsored|advertorial|ads?|pr)"
    r"(?:[-_]\w+){0,2}(?=[/.]|$)",
)
# What an address has in it that leads to readers' comments or shares the page.
DISCUSSION = ("comment", "kommentar", "share=", "reply", "cid=", "/discuss")
# The same where there is no doubt, in a link as the page writes it: a job, an event, goods; a comment, a share button.
SURELY_OFFER = re.compile(
    r"//(?:jobs?|jobb|careers?|karriere|stellen\w*|empleo|emploi|vacatures?|shop|store|events?|tickets|coupons?|gutscheine?|descuentos)\.|"
    r"/(?:jobs?|careers?|stellenangebote?|stellenanzeigen?|empleos?|products?|produkte?|events?|webinars?|coupons?|gutscheine?|"
    r"checkout|cart)(?:/(?=.)|$)",
)
SURELY_DISCUSSION = re.compile(
    r"#comment|comment-page-|/comments?(?:/|$|\.)|[?&](?:share|replytocom|cid)=", re.IGNORECASE
)
# The same of threads of a forum, lists of a wiki, sections of a SPIP site, appeals for money, first pages in an
# archive, feeds, bookmarks, licences, newsletters and privacy policies.
SURELY_NO_STORY = re.compile(
    r"/threads/|/(?:showthread|viewtopic)\.php|/wiki/(?:category|special|help|talk|user|template|portal|file|kategorie|spezial|hilfe|datei|cat%c3%a9gorie|sp%c3%a9cial"
    r"|categor%c3%ada|especial|categoria)(?:_talk)?:|spip\.php\?(?:rubrique|auteur|mot)\d|/donate/?(?:$|[?#])"
    r"|/web/\d{4,14}\w*/https?:/+[^/]+/?$|/feed/?$|//b\.hatena\.ne\.jp/entry/|spip\.php\?page=forum|//creativecommons\.org/licenses/"
    r"|/newsletter-?(?:registration|sign-?up|anmeldung)/|/(?:privacy(?:[-_]?(?:policy|notice))?|datenschutz(?:erkl\w+)?)(?:\.\w+)?/?$",
    re.IGNORECASE,
)
PARTS_OF_NO_STORY = (
    "/threads/", ".php", "/wiki/", "/donate", "/web/", "/feed", "//b.hatena", "//creativecommons", "/newsletter",
    "/privacy", "/datenschutz",
)  # fmt: skip
DIGITS = re.compile(r"\d{4,}")
DATE_PATH = re.compile(r"/(?:19|20)\d\d[/-]?[01]\d?")
WORDS_OF_SLUG = re.compile(r"[^-_.+,]+")
# A name by which a story may be told from others: so many words, or a number.
NAMING_WORDS = 3
# Addresses with one of these endings tell their pages apart by their query.
PROGRAM = (".php", ".asp", ".aspx", ".jsp", ".cgi", ".pl", ".do", ".cfm")
# Words of a slug shorter than this stand in any headline.
SLUG_WORD = 4

ADDRESS_FEATURES = (
    "same_host", "same_site", "depth", "slug_words", "more_slug_words", "long_digits", "digits_as_own", "html", "query",
    "path_length", "longer_path", "not_a_story", "not_html", "root", "dated", "offer", "discussion", "shared_path",
    "own_shape", "said_in_slug",
)  # fmt: skip
NOT_STORY = ADDRESS_FEATURES.index("not_a_story")
OWN_SHAPE = ADDRESS_FEATURES.index("own_shape")
FILES = (
    ".pdf", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp3", ".mp4", ".zip", ".doc", ".docx", ".xls", ".xlsx",
    ".xml", ".rss", ".ics", ".apk",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Address:
    """An absolute address in its parts."""

    host: str
    path: str
    query: str
    segments: tuple[str, ...]
    slug: tuple[str, ...]
    """The longer words of the segment of the path that has most words, in lower case."""
    slug_words: int
    """How many words that segment has."""
    shape: str
    """The address with its words and numbers taken out: stories of one site are alike in it."""
    alone: tuple[float, ...]
    """The features that need no other address."""


# The same stories are linked from many pages of a site.
@lru_cache(maxsize=4096)
def address(url: str) -> Address:
    """Return the parts of an absolute address."""
    host, _, rest = url.partition("://")[2].partition("/")
    path, _, query = rest.partition("?")
    path = "/" + path
    segments = tuple([segment for segment in path.split("/") if segment])
    parts = [_segment(segment) for segment in segments]
    slug, most, has_digits, not_a_story, offer = "", 0, False, False, False
    for segment, part in zip(segments, parts, strict=True):
        if part.words > most:
            slug, most = segment, part.words
        has_digits |= part.digits
        not_a_story |= part.not_a_story
        offer |= part.offer
    said = rest.lower()
    alone = (
        len(segments),
        most,
        has_digits or DIGITS.search(query) is not None,
        path.endswith((".html", ".htm", ".php", ".shtml")),
        query != "",
        len(path),
        not_a_story,
        path.lower().endswith(FILES),
        not segments,
        DATE_PATH.search(path) is not None,
        offer or _is_host_of_offers(host),
        any(map(said.__contains__, DISCUSSION)),
    )
    shape = host + "/".join([part.shape for part in parts]) + ("?" if query else "")
    words = tuple(
        [word for word in WORDS_OF_SLUG.findall(slug.lower()) if len(word) >= SLUG_WORD and word.isalpha()]
    )
    return Address(host, path, query, segments, words, most, shape, alone)


class _Segment(NamedTuple):
    """One segment of a path."""

    words: int
    digits: bool
    shape: str
    not_a_story: bool
    offer: bool


# The addresses of one site share their first segments.
@lru_cache(maxsize=4096)
def _segment(segment: str) -> _Segment:
    words = len(WORDS_OF_SLUG.findall(segment))
    digits = DIGITS.search(segment) is not None
    kind = "n" if segment.isdigit() else "s" if words >= 4 else "w"
    shape = kind + ("d" if kind != "n" and digits else "") + ("." if "." in segment else "")
    whole = f"/{segment}".lower()
    # An offer's name begins behind a slash or a dot.
    offer = OFFER.search(whole) if "." in segment else OFFER.match(whole)
    return _Segment(words, digits, shape, NOT_A_STORY.match(whole) is not None, offer is not None)


@lru_cache(maxsize=4096)
def _is_host_of_offers(host: str) -> bool:
    return OFFER.search(f".{host.lower()}") is not None


def compared(addresses: list[Address], own: Address) -> list[list[float]]:
    """Return what addresses say beside the page's own: a row for each of ADDRESS_FEATURES but the last."""
    alone = list(map(list, zip(*[one.alone for one in addresses], strict=True)))
    depth, words, digits, html, query, length, not_story, not_html, root, dated, offer, discussion = alone
    same_host = [one.host == own.host for one in addresses]
    own_site, own_digits, own_length = site(own.host), own.alone[2], len(own.path)
    return [
        same_host,
        [same or site(one.host) == own_site for one, same in zip(addresses, same_host, strict=True)],
        depth,
        words,
        [count - own.slug_words for count in words],
        digits,
        [one == own_digits for one in digits],
        html,
        query,
        length,
        [size - own_length for size in length],
        not_story,
        not_html,
        root,
        dated,
        offer,
        discussion,
        [_shared(one, own) if same else -1 for one, same in zip(addresses, same_host, strict=True)],
        [one.shape == own.shape for one in addresses],
    ]


def _shared(one: Address, own: Address) -> int:
    """How many segments two paths begin with alike."""
    shared = 0
    for a, b in zip(one.segments, own.segments, strict=False):
        if a != b:
            break
        shared += 1
    return shared


def said_in_slug(one: Address, headline: str) -> float:
    """Return the share of the longer words of an address that its headline has, -1 if it has none."""
    if not one.slug:
        return -1.0
    said = fold(headline)
    return sum([word in said for word in one.slug]) / len(one.slug)


def is_no_story(url: str, href: str) -> bool:
    """Whether an address, written as href, leads to no story by its looks: a first page, a file, a comment, sharing."""
    path, _, query = url.partition("://")[2].partition("/")[2].partition("?")
    if not path and not query:
        return True
    if path.lower().endswith(FILES):
        return True
    # Few addresses have what the expressions look for: they are slow.
    if any(part in url for part in PARTS_OF_NO_STORY) and SURELY_NO_STORY.search(url) is not None:
        return True
    return ("=" in href or "comment" in href.lower()) and SURELY_DISCUSSION.search(href) is not None


def leads_elsewhere(path: str) -> bool:
    """Return whether a path leads to a topic, an author, a shop or the like, and to no story below its section."""
    found = NOT_A_STORY.search(path.lower() + "/")
    if found is None:
        return False
    below = [segment for segment in path[found.end() - 1 :].split("/") if segment]
    return len(below) < BELOW or not (
        DIGITS.search(below[-1]) or len(WORDS_OF_SLUG.findall(below[-1])) >= NAMING_WORDS
    )


def is_offer(url: str) -> bool:
    """Whether an address surely leads to a job, an event or goods."""
    return SURELY_OFFER.search(url.lower()) is not None


def names_a_story(one: Address) -> bool:
    """Return whether an address has the words or the number of a story's, not of a section's."""
    return one.slug_words >= NAMING_WORDS or DIGITS.search(one.path) is not None


def named_page(url: str) -> str | None:
    """Return an address if its path alone names a page, so that the same path with a query is the same page."""
    one = address(url)
    if one.query or one.path.endswith(PROGRAM):
        return None
    return url if one.slug_words >= NAMING_WORDS or any(c.isdigit() for c in one.path) else None
