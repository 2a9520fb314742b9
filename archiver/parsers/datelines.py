"""When the story was published and changed: structured data, the lines near the headline, the address."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from archiver.parsers.blocks import Block, Layout
from archiver.parsers.dates import Moment, moment
from archiver.parsers.decoding import element_text
from archiver.parsers.phrases import phrases
from archiver.parsers.structured import Structured, strings
from archiver.parsers.text import clean, fold, word_count

URL_DATE = re.compile(r"/(20\d\d|19\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?!\d)")
PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date.issued", "dcterms.created",
    "parsely-pub-date", "sailthru.date", "pubdate", "publish-date", "publish_date", "publishdate", "article.published",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date", "dcterms.date", "datecreated", "date.created",
    "og:publish_date", "published_time", "article.created", "article_date_original", "published", "date-pub", "created",
    "citation_publication_date", "prism.publicationdate", "publication_date", "pub_date", "firstcreate",
    "date.available",
)  # fmt: skip
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "date.modified", "date.updated",
    "dcterms.modified", "article.updated", "lastmod", "last_modified", "lastupdate",
)  # fmt: skip
# How far from the headline, in blocks, a line with the date may stand.
REACH = 14
LONGEST_LINE = 120


def story_dates(
    layout: Layout,
    structured: Structured,
    near: Block | None,
    url: str,
    language: str | None,
    fetched: datetime,
) -> tuple[datetime | None, datetime | None]:
    """Return when the story was published and when modified, as the page says.

    Order of trust: JSON-LD, meta, `<time>` and lines near the headline, the address. Where the page gives
    only the date of an update, that stands for both.
    """

    def first(texts: Iterable[str]) -> datetime | None:
        found = [m for text in texts if (m := moment(text, language=language, fetched=fetched))]
        return found[0].at if found else None

    published = (
        first(_json_dates(structured, "datePublished", "dateCreated", "uploadDate"))
        or first(_meta_dates(structured, PUBLISHED_META))
        or first(structured.items.get("datePublished", ()))
    )
    modified = (
        first(_json_dates(structured, "dateModified"))
        or first(_meta_dates(structured, MODIFIED_META))
        or first(structured.items.get("dateModified", ()))
    )
    if published is None:
        shown, updated = shown_dates(layout, near, language, fetched)
        modified = modified or updated
        dated = first(_url_date(url))
        # The address gives the day only; a line of the same day gives the time too.
        published = (
            shown or (updated if updated and dated and updated.date() == dated.date() else dated) or modified
        )
    return published, modified


def _json_dates(structured: Structured, *keys: str) -> list[str]:
    return [
        text
        for key in keys
        for thing in (structured.story, structured.page)
        for text in strings(thing.get(key))
    ]


def _meta_dates(structured: Structured, keys: tuple[str, ...]) -> list[str]:
    return [text for key in keys for text in structured.meta.get(key, ())]


def _url_date(url: str) -> list[str]:
    return ["-".join(match.groups()) for match in URL_DATE.finditer(url)][:1]


def shown_dates(
    layout: Layout, near: Block | None, language: str | None, fetched: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return the dates of publication and update that stand in lines near the headline."""
    published = modified = None
    start = near.index if near else 0
    for block in layout.blocks[max(0, start - 4) : start + REACH]:
        found = line_date(block.text, language, fetched)
        if found is None:
            continue
        if updated_line(block.text):
            modified = modified or found.at
        else:
            published = published or found.at
    times = list(_time_elements(layout, language, fetched))
    if published is None:
        return (times[0] if times else None), modified
    return _with_zone(published, times), _with_zone(modified, times) if modified else None


def _with_zone(shown: datetime, times: list[datetime]) -> datetime:
    """The same moment as a `<time>` element gives it for machines, where one does: with its zone."""
    return next((at for at in times if at.replace(tzinfo=None) == shown.replace(tzinfo=None)), shown)


def _time_elements(layout: Layout, language: str | None, fetched: datetime) -> Iterator[datetime]:
    for element in layout.root.iter("time"):
        text = element.get("datetime") or element_text(element)
        if text and (found := moment(text, language=language, fetched=fetched)):
            yield found.at


def line_date(text: str, language: str | None, fetched: datetime) -> Moment | None:
    """Return the date of a line that gives little but a date."""
    if len(text) > LONGEST_LINE or not any(c.isdigit() for c in text):
        return None
    found = moment(text, language=language, fetched=fetched)
    if found is None:
        return None
    other = clean(text[: found.start] + " " + text[found.end :])
    return found if word_count(re.sub(r"[\d:.,|/–-]+", " ", other)) <= 9 else None


def updated_line(text: str) -> bool:
    """Whether a line with a date speaks of an update."""
    folded = fold(text)
    return any(phrase in folded for phrase in phrases("updated") if len(phrase) > 3 or not phrase.isascii())
