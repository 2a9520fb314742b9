"""The values that cross rooms: what a page holds, and what came of visiting it.

Fields of Article are those of https://schema.org/NewsArticle in snake case.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LinkKind(StrEnum):
    """Why a page shows another story's headline."""

    RELATED = "related"
    """Read also, more on this, recommended, same series, the story before and after."""
    POPULAR = "popular"
    """Most read, most shared, trending."""
    LATEST = "latest"
    """Newest stories, tickers."""
    SECTION = "section"
    """Any other list of the site's own stories."""
    SPONSORED = "sponsored"
    """Paid for, or a partner's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that belongs to the article."""

    url: str
    caption: str | None = None
    credit: str | None = None


class Origin(StrEnum):
    """Where on a page a value was read."""

    JSON_LD = "json-ld"
    META = "meta"
    MICRODATA = "microdata"
    """An element with `itemprop`."""
    LINK = "link"
    """`<link rel="canonical">`."""
    HTML = "html"
    """The language that the `<html>` element declares."""
    TITLE = "title"
    H1 = "h1"
    """The heading that the reader sees."""
    BYLINE = "byline"
    """A line that names the authors."""
    TIME = "time"
    """A `<time>` element."""
    TEXT = "text"
    """The text itself, or a line near it."""
    URL = "url"
    """The address that the page came from."""
    RULE = "rule"
    """A rule written for the site."""


class Precision(StrEnum):
    """How exactly a page gives a date."""

    DAY = "day"
    """Without time of day; the datetime is that day's midnight."""
    MOMENT = "moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where on the page each field of an article was read; None where the field is empty or it is not known."""

    url: Origin | None = None
    headline: Origin | None = None
    lead: Origin | None = None
    body: Origin | None = None
    authors: Origin | None = None
    date_published: Origin | None = None
    date_published_precision: Precision | None = None
    date_modified: Origin | None = None
    date_modified_precision: Precision | None = None
    language: Origin | None = None
    section: Origin | None = None
    keywords: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The main story of one page, as published."""

    url: str
    """Canonical: after redirects, without fragment or tracking parameters. "" if the page came without address."""
    headline: str
    lead: str | None = None
    """The standfirst; it also stands first in body where the page shows it."""
    body: str
    """Plain text; one blank line between paragraphs."""
    authors: tuple[str, ...] = ()
    date_published: datetime | None = None
    """With time zone. None if the page does not say; never the crawl's time."""
    date_modified: datetime | None = None
    """With time zone. None if the page does not say; never the crawl's time."""
    language: str | None = None
    """BCP 47, such as "fr" or "zh-Hant"."""
    section: str | None = None
    keywords: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    sources: Sources = Sources()
    """Where on the page each of these was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedLink:
    """Another story that a page shows by its headline."""

    url: str
    """Absolute and canonical, letters outside ASCII as the page writes them; the archive keeps them percent-encoded.

    "" where the page survives as text only.
    """
    headline: str
    kind: LinkKind
    block: str = ""
    """The heading that the reader sees above the list, or ""."""
    position: int
    """Place among the related links of the page, from 0, in page order."""


class ChangeKind(StrEnum):
    """What changed from one version to the next; one change may be of several kinds."""

    HEADLINE = "headline"
    LEAD = "lead"
    BODY = "body"
    BYLINE = "byline"
    CORRECTION = "correction"
    """The newsroom says that it corrected the story, and did not say so before."""
    TRIVIAL = "trivial"
    """Nothing but punctuation, capitals, a letter mistyped, the order of authors."""


class TitleOrigin(StrEnum):
    """Where a page states the title of its story for machines."""

    JSON_LD = "json-ld"
    OG_TITLE = "og:title"
    TWITTER_TITLE = "twitter:title"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTitle:
    """A title of the story that the page states for machines, without the site's name."""

    origin: TitleOrigin
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One page, split into its story and the headlines of others."""

    article: Article | None
    """None if the page holds no story of its own."""
    related: tuple[RelatedLink, ...] = ()
    titles: tuple[StatedTitle, ...] = ()
    """The titles of the story that differ from its headline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the archive makes of a story's texts alone, whichever process does it."""

    language: str | None
    body: str
    """As columns take it."""
    body_digest: str
    fingerprint: tuple[int, bytes]
    """Of body, as db.dedup.fingerprint.fingerprint_of gives it."""
    forms: tuple[tuple[str, str], ...]
    """The texts, as columns take them, each with the forms of its words as the search index holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPage:
    """A page as a worker hands it back."""

    split: Split
    prepared: Prepared | None
    """None if there is no story."""
    packed: tuple[bytes, bytes] | None
    """The response and its request as records of a WARC file, if they were asked for."""


@dataclass(frozen=True, slots=True)
class StoryAddress:
    """An address in the form in which the variants of one story's address are alike."""

    version: int
    """Of the rules that it was written by."""
    address: str


class FoundBy(StrEnum):
    """How an address came to be known."""

    START = "start"
    """Given on the command line or in sources.toml."""
    FEED = "feed"
    SITEMAP = "sitemap"
    FRONT_PAGE = "front_page"
    RELATED = "related"
    """A related link of an archived page."""
    IMPORT = "import"
    """A WARC or WACZ file of others."""


class CrawlState(StrEnum):
    """How far one run of the crawler came."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    """Stopped by its user, or killed."""
    FAILED = "failed"


class Outcome(StrEnum):
    """What came of one visit to one page: the reason code of its row."""

    STORED = "stored"
    """A story the archive did not have."""
    CHANGED = "changed"
    """A story it had, with another text: a revision."""
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    """The text of a story that stands at another address of the same site."""
    LISTING = "listing"
    """A front page, feed or sitemap: it was read for addresses."""
    NOT_ARTICLE = "not_article"
    """A page without a story of its own; its related links are kept."""
    NOT_HTML = "not_html"
    EMPTY = "empty"
    """A response without a body."""
    FORGOTTEN = "forgotten"
    """A story that was removed from the archive on purpose: nothing of it is kept."""
    GONE = "gone"
    """404 or 410, or a page that says so with another status."""
    CHALLENGE = "challenge"
    """The server checks whether we are a robot, which we are; nothing is done about it."""
    CONSENT = "consent"
    """A question about cookies or privacy in place of the page."""
    PAYWALL = "paywall"
    """A page that asks to log in or to pay, and shows nothing of a story."""
    TRAP = "trap"
    """An address that looks like one of endlessly many; it was not asked for."""
    HTTP_ERROR = "http_error"
    """Any other status of 400 or more."""
    ROBOTS = "robots"
    """robots.txt does not allow it."""
    UNREACHABLE = "unreachable"
    """No such host, no connection, or a broken one."""
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REDIRECT = "redirect"
    """It leads to another site, to the site's first page, or round in circles."""
    FORBIDDEN_ADDRESS = "forbidden_address"
    """It leads into a private network, which nobody has opened; nothing was asked for there."""
    PARSE_LIMIT = "parse_limit"
    """Splitting it took more time, memory or nesting than a page may."""
    PARSE_ERROR = "parse_error"
    """Splitting it failed; the page is kept and can be split again."""


ARTICLE_OUTCOMES = frozenset({Outcome.STORED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.DUPLICATE})
"""The outcomes of a page that holds a story."""

WHOLE = "asked for without conditions"
"""Stands in the detail of a visit that was made so although the archive has the story, to see whether it changed."""
ANNOUNCED = "its site said that it changed"
"""How the detail of a visit to a story ends that was made because a feed or sitemap announced a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One address that a feed, sitemap or front page names, with what it says of it."""

    url: str
    """Absolute and canonical."""
    headline: str | None = None
    date_published: datetime | None = None
    date_modified: datetime | None = None
    """With time zone, both; a sitemap's lastmod is the second."""
    language: str | None = None
    """As the listing writes it, such as "en" or "zh-cn"."""
    keywords: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The addresses found on one feed, sitemap or front page."""

    source: str
    """The site's address, as in sources.toml or on the command line."""
    found_by: FoundBy
    found_on: str
    seen: datetime
    """When it was read: before any of its stories was asked for."""
    listings: tuple[Listing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """What was asked of a server, by HTTP/1.1 and without a body."""

    method: str
    url: str
    """The last, where redirects led."""
    headers: tuple[tuple[str, str], ...]
    """As sent, without those that hold a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawResponse:
    """What the server sent, after transfer and content decoding."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    request: RawRequest | None = None
    """What it answers; None if that is not known."""
    ip_address: str | None = None
    """Of the server; None if that is not known."""
    packed: tuple[bytes, bytes] | None = field(default=None, repr=False, compare=False)
    """It and its request as records of a WARC file, if they were packed already."""


RENDERED_TYPE = "text/html; charset=utf-8"
"""The media type of what a browser made of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One attempt to fetch one page, and what came of it."""

    source: str
    """The site's address, as in sources.toml or on the command line."""
    url: str
    """What was asked for, canonical: the key of the page's row."""
    final_url: str
    """Where the redirects led; url where there were none."""
    found_by: FoundBy
    found_on: str | None = None
    listing: Listing | None = None
    """What the feed or sitemap that led here said of it."""
    fetched: datetime
    """UTC."""
    outcome: Outcome
    detail: str = ""
    """One line for a person: what exactly failed, or why it is no story."""
    response: RawResponse | None = None
    """None if no whole response arrived."""
    rendered: bytes | None = None
    """The document, in UTF-8, that a browser made of response; None if it was split as it came."""
    split: Split | None = None
    prepared: Prepared | None = field(default=None, repr=False, compare=False)
    """What was made of the article's texts already."""
    addresses: tuple[StoryAddress, ...] = ()
    """That of the article, by every version of the rules."""
    article_id: int | None = None
    """The row of the article that the page holds, once known."""
    version: int | None = None
    """The earlier version of that article which the page shows again; None: the latest, or one that is new."""
