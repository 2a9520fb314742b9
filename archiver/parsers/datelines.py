"""When the story was published and changed: structured data, the lines near the headline, the address."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
BEFORE = 4
REACH = 14
LONGEST_LINE = 120


@dataclass(frozen=True, slots=True)
class Reading:
    """What dates are read by: the page's language and the time of the fetch."""

    language: str | None
    fetched: datetime

    def first(self, texts: Iterable[str]) -> datetime | None:
        """Return the first moment that one of the texts gives."""
        found = (moment(text, language=self.language, fetched=self.fetched) for text in texts)
        return next((one.at for one in found if one), None)


def story_dates(
    layout: Layout,
    structured: Structured,
    places: tuple[Block, ...],
    url: str,
    reading: Reading,
) -> tuple[datetime | None, datetime | None]:
    """Return when the story was published and when modified, as the page says.

    Order of trust: JSON-LD, meta, microdata, lines near the places (the headline, the text's first and last block)
    one after the other, `<time>`, the address. Where the page gives only the date of an update, that stands for both.
    """
    published = (
        reading.first(_json_dates(structured, "datePublished", "dateCreated", "uploadDate"))
        or reading.first(_meta_dates(structured, PUBLISHED_META))
        or reading.first(structured.items.get("datePublished", ()))
    )
    modified = (
        reading.first(_json_dates(structured, "dateModified"))
        or reading.first(_meta_dates(structured, MODIFIED_META))
        or reading.first(structured.items.get("dateModified", ()))
    )
    if published is None:
        shown, updated = _shown_dates(layout, places, reading)
        modified = modified or updated
        dated = reading.first(_url_date(url))
        # The address gives the day only; a line of the same day gives the time too.
        same_day = updated is not None and dated is not None and updated.date() == dated.date()
        published = shown or (updated if same_day else dated) or modified
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


def _shown_dates(
    layout: Layout, places: tuple[Block, ...], reading: Reading
) -> tuple[datetime | None, datetime | None]:
    """The dates of publication and update in lines near the first of the places that has one."""
    times = list(_time_elements(layout, reading))
    for place in [block.index for block in places] or [0]:
        published, modified = _dates_near(layout, place, reading)
        if published or modified:
            return (
                _with_zone(published, times) if published else None,
                _with_zone(modified, times) if modified else None,
            )
    return (times[0] if times else None), None


def _dates_near(layout: Layout, place: int, reading: Reading) -> tuple[datetime | None, datetime | None]:
    published = modified = None
    for block in layout.blocks[max(0, place - BEFORE) : place + REACH]:
        found = line_date(block.text, reading.language, reading.fetched)
        if found is not None and updated_line(block.text):
            modified = modified or found.at
        elif found is not None:
            published = published or found.at
    return published, modified


def _with_zone(shown: datetime, times: list[datetime]) -> datetime:
    """The same moment as a `<time>` element gives it for machines, where one does: with its zone."""
    return next((at for at in times if at.replace(tzinfo=None) == shown.replace(tzinfo=None)), shown)


def _time_elements(layout: Layout, reading: Reading) -> Iterator[datetime]:
    for element in layout.root.iter("time"):
        if (found := reading.first([element.get("datetime") or element_text(element)])) is not None:
            yield found


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
