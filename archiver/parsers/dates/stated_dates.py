"""The dates that a page states for machines: JSON-LD, meta, microdata, `<time>`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from itertools import chain

from lxml.etree import _Element as Element

from archiver.items import Origin, Precision
from archiver.parsers.dates.written_dates import ISO, Moment, moment, stated_zone
from archiver.parsers.markup.decoding import element_text
from archiver.parsers.sourced import Dated
from archiver.parsers.structured import DAY, MOST_TEXTS, Structured, strings

PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date",
    "dc.date.issued", "dcterms.created", "parsely-pub-date", "sailthru.date", "pubdate", "publish-date",
    "publish_date", "publishdate", "article.published",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date", "dcterms.date", "datecreated", "date.created",
    "og:publish_date", "published_time", "article.created", "article_date_original", "published", "date-pub", "created",
    "citation_publication_date", "prism.publicationdate", "publication_date", "pub_date", "firstcreate",
    "date.available", "published-date", "published_date", "publication-date", "article:published",
    "og:article:published", "article:publish_time", "article:publication_date", "w-published-date",
    "apub:time", "firstpublishedtime", "originalpublicationdate", "bt:pubdate", "analyticsattributes.articledate",
    "ptime", "pdate", "shareaholic:article_published_time", "rnews:datepublished", "article:create_at",
    "news_publication_date", "publisheddate", "date_published", "date-published", "dateposted", "created-date",
    "date_created", "release_date", "releasedate", "issuedate", "dcterms.issued", "dc.date.created", "dc.created",
    "dc.date.publication", "dc:date", "dc:created", "displaydate", "field-name-post-date", "vr:published_time",
    "og:pubdate", "og:datepublished", "og:regdate", "article:publicationdate", "article-published",
    "article:published_date", "article:post_date", "lp:date", "mediator_published_time", "rbpubdate", "publish_time",
    "publishtime", "citation_date",
    "video:release_date", "content_create_date", "dcsext.articlefirstpublished", "twt-published-at", "gsa_publishdate",
)  # fmt: skip
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "date.modified", "date.updated",
    "dcterms.modified", "article.updated", "lastmod", "last_modified", "lastupdate", "og:modified_time",
    "dateupdate", "last-updated-date", "eomportal-lastupdate", "bt:moddate", "dc.modified", "lastmodified",
    "modified_time", "modificationdate", "updated_time", "article:modified", "article:modified_date",
    "article:post_modified", "og:article:modified_time", "revision_date",
)  # fmt: skip
# How an attribute begins that gives a day, or one that holds but seconds.
MOMENT = re.compile(rf"{DAY.pattern}|\s*[12]\d{{9}}(?:\d{{3}})?\s*$", re.ASCII)
# Seconds since 1970, between 2001 and 2065, or milliseconds.
EPOCH = re.compile(r"\s*[12]\d{9}(?:\d{3})?\s*", re.ASCII)
# Characters of a `<time>` element that are read.
LONGEST_TIME = 120


@dataclass(frozen=True, slots=True)
class Reading:
    """What dates are read by: the page's language and the time of the fetch."""

    language: str | None
    fetched: datetime

    def moment(self, text: str) -> Moment | None:
        """Return the first date in a text."""
        return moment(text, language=self.language, fetched=self.fetched)

    def first(self, texts: Iterable[str], origin: Origin) -> Dated | None:
        """Return the first date that one of the texts gives; origin is where they stand."""
        found = (self.moment(_of_epoch(text)) for text in texts)
        return next((dated(one, origin) for one in found if one), None)


def _of_epoch(text: str) -> str:
    """A moment that is given in seconds or milliseconds since 1970, as a text that dates are read from."""
    digits = text.strip() if EPOCH.fullmatch(text) else ""
    return datetime.fromtimestamp(int(digits[:10]), UTC).isoformat() if digits else text


def dated(found: Moment, origin: Origin) -> Dated:
    """Return the date that was found in a text that stands at origin."""
    # Publishing systems that keep only the day write it with a time of 00:00:00.
    if found.precise and found.at.time() != time.min:
        return Dated(found.at, Precision.MOMENT, origin)
    # A day has no zone: the same in every archive.
    return Dated(datetime.combine(found.at, time.min, UTC), Precision.DAY, origin)


def stated_dates(structured: Structured, reading: Reading) -> tuple[Dated | None, Dated | None]:
    """Return the dates of publication and update that the page states for machines."""
    published = (
        reading.first(_json_dates(structured, "datePublished", "dateCreated", "uploadDate"), Origin.JSON_LD)
        or reading.first(_meta_dates(structured, PUBLISHED_META), Origin.META)
        or reading.first(structured.items.texts("datePublished"), Origin.MICRODATA)
    )
    modified = (
        reading.first(_json_dates(structured, "dateModified"), Origin.JSON_LD)
        or reading.first(_meta_dates(structured, MODIFIED_META), Origin.META)
        or reading.first(structured.items.texts("dateModified"), Origin.MICRODATA)
    )
    return published, modified


def zone_of_page(structured: Structured) -> tzinfo | None:
    """Return the zone that the first of the page's dates for machines has which names one besides UTC, or None."""
    texts = chain(
        _json_dates(structured, "datePublished", "dateModified", "dateCreated", "uploadDate"),
        _meta_dates(structured, PUBLISHED_META + MODIFIED_META),
        map(time_text, structured.times),
    )
    return next((zone for text in texts if (zone := stated_zone(text)) is not None), None)


def known_days(structured: Structured, address: Dated | None) -> set[str]:
    """Return the story's days that no order of numbers leaves in doubt: those of its data and its address."""
    texts = _json_dates(structured, "datePublished", "dateModified") + _meta_dates(structured, PUBLISHED_META)
    days = {f"{found['y']}-{found['m']}-{found['d']}" for text in texts if (found := ISO.match(text))}
    return days | {address.at.date().isoformat()} if address else days


def time_text(element: Element) -> str:
    """Return what a `<time>` element says: its datetime, else another attribute that gives a day, else its text."""
    stated = element.get("datetime") or next(filter(MOMENT.match, map(str, element.values())), None)
    return stated or element_text(element, LONGEST_TIME)


def _json_dates(structured: Structured, *keys: str) -> list[str]:
    return [
        text
        for key in keys
        for thing in (structured.story, structured.page)
        for text in _texts(thing.get(key))[:MOST_TEXTS]
    ]


def _texts(value: object) -> list[str]:
    """The texts of a JSON-LD value, which may be a number of seconds."""
    return [str(value)] if isinstance(value, int) else strings(value)


def _meta_dates(structured: Structured, keys: tuple[str, ...]) -> list[str]:
    return [text for key in keys for text in structured.meta.get(key, ())[:MOST_TEXTS]]
