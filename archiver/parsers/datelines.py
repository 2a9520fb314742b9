"""When the story was published and changed: structured data, the lines near the headline, the address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from itertools import chain, islice

from lxml.etree import _Element as Element

from archiver.items import Origin, Precision
from archiver.parsers.address_dates import dates_in_address
from archiver.parsers.blocks import Block, Layout
from archiver.parsers.bylines import byline_names
from archiver.parsers.dates import CLOCK, ISO, Moment, moment, stated_zone
from archiver.parsers.day_order import reading_language
from archiver.parsers.decoding import element_text
from archiver.parsers.names import bit, called, name_bits
from archiver.parsers.near import BEFORE, end_near
from archiver.parsers.phrases import is_phrase, phrases, says
from archiver.parsers.sourced import Dated
from archiver.parsers.structured import MOST_TEXTS, Structured, strings
from archiver.parsers.text import clean, ends_sentence, fold, word_count

PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date",
    "dc.date.issued", "dcterms.created", "parsely-pub-date", "sailthru.date", "pubdate", "publish-date",
    "publish_date", "publishdate", "article.published",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date", "dcterms.date", "datecreated", "date.created",
    "og:publish_date", "published_time", "article.created", "article_date_original", "published", "date-pub", "created",
    "citation_publication_date", "prism.publicationdate", "publication_date", "pub_date", "firstcreate",
    "date.available", "published-date", "published_date", "publication-date", "article:published",
    "og:article:published", "article:publish_time", "article:publication_date", "w-published-date",
    "apub:time",
)  # fmt: skip
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "date.modified", "date.updated",
    "dcterms.modified", "article.updated", "lastmod", "last_modified", "lastupdate", "og:modified_time",
    "dateupdate",
)  # fmt: skip
LONGEST_LINE = 120
# Characters at the head of a text that are looked at for its date.
HEAD = 40
# Words beside the date in a line that gives little but a date.
LINE_WORDS = 9
# Words before a date from which on a line is about something else, unless they are labels or names.
PASSING_WORDS = 4
MARKS = re.compile(r"[\d:.,|/·•⋅–-]+")
# Blocks below the headline in which a date is the story's own, not one of its text or of another story.
BELOW = 5
# Blocks behind the text in which an update is the story's.
BEHIND = 2
# What boxes of pictures are called.
is_caption = called(r"caption|credit|figure|image|\bimg|photo|picture|legend")
# A label that says no more than that a date follows.
DATE_LABEL = re.compile(r"(?:date|datum|fecha|data|дата|日期)\s*[:：]?\s*", re.IGNORECASE)
DASH = re.compile(r"\s*(?:--|[–—-])\s")
# So far may a day's midnight lie from a moment of that day, given in another zone.
ZONES_APART = timedelta(hours=38)
# How far a zone is from UTC at most, and in what steps.
FARTHEST_ZONE, QUARTER = timedelta(hours=14), timedelta(minutes=15)
# `<time>` elements of a line that are looked at.
MOST_IN_LINE = 5
# Where the date of another story or of a comment stands, so many boxes around it at most.
BESIDE = frozenset({"aside", "nav", "footer"})
OTHERS = bit("related") | bit("popular") | bit("latest") | bit("side") | bit("comment")
DEPTH = 30


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
        found = map(self.moment, texts)
        return next((dated(one, origin) for one in found if one), None)


def dated(found: Moment, origin: Origin) -> Dated:
    """Return the date that was found in a text that stands at origin."""
    # Publishing systems that keep only the day write it with a time of 00:00:00.
    if found.precise and found.at.time() != time.min:
        return Dated(found.at, Precision.MOMENT, origin)
    # A day has no zone: the same in every archive.
    return Dated(datetime.combine(found.at, time.min, UTC), Precision.DAY, origin)


def story_dates(
    layout: Layout,
    structured: Structured,
    places: tuple[Block, ...],
    url: str,
    reading: Reading,
) -> tuple[Dated | None, Dated | None]:
    """Return when the story was published and when modified, as the page says.

    Order of trust: JSON-LD, meta, microdata, lines near the places (the headline, the text's first and last block)
    one after the other, `<time>`, the address. A full date right below the headline that belies the first three by
    more than a day, and is no update, is what the newsroom tells its readers, and wins. Where the page gives only
    the date of an update, that stands for both; where it states the day of publication alone, a later update is read
    from the lines around its text. Dates that name no zone are in that of the page's other ones.
    """
    if (zone := _zone_of_page(structured)) is not None:
        reading = replace(reading, fetched=reading.fetched.astimezone(zone))
    address = reading.first(dates_in_address(url), Origin.URL)
    language = reading_language(
        reading.language, layout, structured, url, lambda: _known_days(structured, address)
    )
    reading = replace(reading, language=language)
    published, modified = _stated_dates(structured, reading)
    if published is not None:
        shown = _date_below(layout, places[0], reading) if places else None
        if shown and _is_apart(shown, published) and (modified is None or _is_apart(shown, modified)):
            published = shown
        if shown and _gives_time_of(published, shown):
            published = shown
        return published, modified or _shown_update(layout, places, published, reading)
    shown, updated = _shown_dates(layout, structured, places, reading)
    modified = modified or updated
    # The address gives the day only; a line of the same day gives the time too.
    same_day = updated is not None and address is not None and updated.at.date() == address.at.date()
    published = shown or (updated if same_day else address) or modified
    if published is not None:
        return published, modified
    published, modified = _labelled_dates(layout, reading)
    return published or _heading_date(places, reading), modified


def _zone_of_page(structured: Structured) -> tzinfo | None:
    """The zone that the first of the page's dates for machines has which names one besides UTC."""
    texts = chain(
        _json_dates(structured, "datePublished", "dateModified", "dateCreated", "uploadDate"),
        _meta_dates(structured, PUBLISHED_META + MODIFIED_META),
        map(_time_text, structured.times),
    )
    return next((zone for text in texts if (zone := stated_zone(text)) is not None), None)


def _heading_date(places: tuple[Block, ...], reading: Reading) -> Dated | None:
    """The full date that a text begins with, before a dash: "Feb. 23, 2015 -- The river …"."""
    text = places[1].text if len(places) > 1 else ""
    found = reading.moment(text[:HEAD])
    heads = found and found.has_year and found.start == 0 and DASH.match(text, found.end)
    return dated(found, Origin.TEXT) if found and heads else None


def _labelled_dates(layout: Layout, reading: Reading) -> tuple[Dated | None, Dated | None]:
    """The one date on the page that is called the day of publication, else of an update, however far from the text."""
    published: list[Dated] = []
    updated: list[Dated] = []
    before = ""
    for block in layout.blocks:
        found = line_date(block.text, reading.language, reading.fetched)
        if found is not None and found.has_year and not block.linked:
            if updated_line(block.text) or is_phrase("updated", before):
                updated.append(dated(found, Origin.TEXT))
            elif _is_called_published(block.text[: found.start]) or is_phrase("published", before):
                published.append(dated(found, Origin.TEXT))
        before = block.text
    called = list({one.at: one for one in published or updated}.values())
    modified = updated[0] if len(updated) == 1 else None
    return (called[0], modified) if len(called) == 1 else (None, None)


def _is_called_published(text: str) -> bool:
    """Whether what stands before a date says that it is the story's."""
    return says("published", text) or DATE_LABEL.fullmatch(text) is not None


def _stated_dates(structured: Structured, reading: Reading) -> tuple[Dated | None, Dated | None]:
    """The dates of publication and update that the page states for machines."""
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


def _date_below(layout: Layout, headline: Block, reading: Reading) -> Dated | None:
    """The first date with its year in the lines right below the headline, if it is none of an update."""
    for block in layout.blocks[headline.index + 1 : headline.index + 1 + BELOW]:
        found = line_date(block.text, reading.language, reading.fetched)
        if found is None or not found.has_year:
            continue
        if not (_in_passing(block.text, found) or _is_caption(block)):
            linked = block.linked > len(block.text) - (found.end - found.start)
            return None if linked or updated_line(block.text) else _as_timed(block, found, reading)
    return None


def _shown_update(layout: Layout, places: tuple[Block, ...], day: Dated, reading: Reading) -> Dated | None:
    """The date of an update after that day in the lines between headline and text, or right behind the text."""
    if len(places) < 3:
        return None
    headline, first, last = places
    above = layout.blocks[headline.index + 1 : min(last.index, end_near(headline, first))]
    for block in (*above, *layout.blocks[last.index : last.index + 1 + BEHIND]):
        is_update = len(block.text) <= LONGEST_LINE and updated_line(block.text)
        found = line_date(block.text, reading.language, reading.fetched) if is_update else None
        if found is None or _in_passing(block.text, found) or _is_caption(block):
            continue
        _, modified = _told_apart(block, found, reading)
        if modified is not None and modified.at > day.at:
            return modified
    return None


def _gives_time_of(stated: Dated, shown: Dated) -> bool:
    """Whether a line gives the time of the day that the page states without it."""
    more = (stated.precision, shown.precision) == (Precision.DAY, Precision.MOMENT)
    return more and stated.at.date() == shown.at.date()


def _is_apart(one: Dated, other: Dated) -> bool:
    """Whether two dates are more than a day apart: less may be due to their zones."""
    return abs(one.at - other.at) > ZONES_APART


def _json_dates(structured: Structured, *keys: str) -> list[str]:
    return [
        text
        for key in keys
        for thing in (structured.story, structured.page)
        for text in strings(thing.get(key))[:MOST_TEXTS]
    ]


def _meta_dates(structured: Structured, keys: tuple[str, ...]) -> list[str]:
    return [text for key in keys for text in structured.meta.get(key, ())[:MOST_TEXTS]]


def _known_days(structured: Structured, address: Dated | None) -> set[str]:
    """The story's days that no order of numbers leaves in doubt: those of its data and its address."""
    texts = _json_dates(structured, "datePublished", "dateModified") + _meta_dates(structured, PUBLISHED_META)
    days = {f"{found['y']}-{found['m']}-{found['d']}" for text in texts if (found := ISO.match(text))}
    return days | {address.at.date().isoformat()} if address else days


def _shown_dates(
    layout: Layout, structured: Structured, places: tuple[Block, ...], reading: Reading
) -> tuple[Dated | None, Dated | None]:
    """The dates of publication and update in lines near the first of the places that has one."""
    times = _times(structured.times, reading)
    below = _date_below(layout, places[0], reading) if places else None
    first, second = (*places[:2], None, None)[:2]
    around = [(first.index if first else 0, end_near(first, second))]
    around += [(block.index, end_near(block, None)) for block in places[1:]]
    for passing in (False, True):
        for place, end in around:
            published, modified = _dates_near(layout, place, end, reading, passing=passing)
            published = below or published
            if published or modified:
                return (
                    _with_zone(published, times) if published else None,
                    _with_zone(modified, times) if modified else None,
                )
    own = _times([element for element in structured.times if not _is_of_others(element)], reading)
    return (own[0] if own else None), None


def _times(elements: list[Element], reading: Reading) -> list[Dated]:
    """The dates of `<time>` elements."""
    texts = map(_time_text, elements)
    return [one for text in texts if (one := reading.first([text], Origin.TIME)) is not None]


def _is_of_others(element: Element) -> bool:
    """Whether a `<time>` element stands among other stories or readers' comments."""
    return any(
        box.tag in BESIDE or name_bits(f"{box.get('class') or ''} {box.get('id') or ''}".lower()) & OTHERS
        for box in islice(element.iterancestors(), DEPTH)
        if box.tag not in ("html", "body")
    )


def _dates_near(
    layout: Layout, place: int, end: int, reading: Reading, *, passing: bool
) -> tuple[Dated | None, Dated | None]:
    """The dates of publication and update in the lines around a place, up to end; passing: also those _in_passing."""
    published = modified = yearless = None
    for block in layout.blocks[max(0, place - BEFORE) : end]:
        found = line_date(block.text, reading.language, reading.fetched) or _date_in_list(block.text, reading)
        if found is None or _is_caption(block) or (_in_passing(block.text, found) and not passing):
            continue
        if updated_line(block.text):
            first, changed = _told_apart(block, found, reading)
            published, modified = published or first, modified or changed
        elif found.has_year:
            published = published or _as_timed(block, found, reading)
        else:
            yearless = yearless or _as_timed(block, found, reading)
    return published or yearless, modified


def _date_in_list(text: str, reading: Reading) -> Moment | None:
    """The date that a line of what belongs to a story calls the day of publication, beside tags, names and the like."""
    if ends_sentence(text):
        return None
    found = reading.moment(text[:LONGEST_LINE])
    return found if found and found.has_year and says("published", text[: found.start]) else None


def _in_passing(text: str, found: Moment) -> bool:
    """Whether a line says something else first, and then of what day it is: it tells of a picture."""
    before = text[: found.start]
    if word_count(MARKS.sub(" ", before)) <= PASSING_WORDS:
        return False
    return not (_signs(before) or says("published", before) or updated_line(before))


def _told_apart(block: Block, first: Moment, reading: Reading) -> tuple[Dated | None, Dated | None]:
    """The dates of publication and update in a line that speaks of an update, first among them."""
    text = block.text
    rest, found = text[first.end :], _as_timed(block, first, reading)
    second = reading.moment(rest)
    if second is None:
        # "20.2.2024, 8:12, updated 10:40": of that day, too.
        is_first = (
            updated_line(rest) and not updated_line(text[: first.start]) and CLOCK.search(rest) is not None
        )
        return (found, None) if is_first and first.has_year else (None, found)
    between, other = rest[: second.start], _as_timed(block, second, reading)
    if not updated_line(text[: first.start]) and updated_line(between):
        return (found, other) if first.has_year else (None, other)
    return (other, found) if says("published", between) and second.has_year else (None, found)


def _is_caption(block: Block) -> bool:
    """Whether a line tells of a picture, which may be of another day."""
    return any(box.tag == "figure" or is_caption(box.names) for box in (block.box, block.box.parent) if box)


def _time_text(element: Element) -> str:
    """What a `<time>` element says: its datetime, else its text."""
    return element.get("datetime") or element_text(element, LONGEST_LINE)


def _as_timed(block: Block, found: Moment, reading: Reading) -> Dated:
    """The date of a line, as a `<time>` element that shows it gives it for machines: to the minute, with its zone."""
    shown = dated(found, Origin.TEXT)
    for element in islice(block.box.element.iter("time"), MOST_IN_LINE):
        text = clean(element_text(element, LONGEST_LINE))
        given = reading.first([element.get("datetime") or ""], Origin.TIME)
        if given is None or given.precision is Precision.DAY or text not in block.text:
            continue
        own = reading.moment(text)
        if own and own.at.date() == found.at.date() and not _is_apart(given, shown):
            return _at_place(given, shown)
    return shown


def _at_place(given: Dated, shown: Dated) -> Dated:
    """A moment given in UTC, with the zone that readers are shown it in."""
    ahead = shown.at.replace(tzinfo=UTC) - given.at.replace(second=0, microsecond=0).astimezone(UTC)
    is_zone = shown.precision is Precision.MOMENT and not ahead % QUARTER and abs(ahead) <= FARTHEST_ZONE
    return replace(given, at=given.at.astimezone(timezone(ahead))) if is_zone else given


def _with_zone(shown: Dated, times: list[Dated]) -> Dated:
    """The same moment as a `<time>` element elsewhere gives it for machines, where one does: with its zone."""
    return next((one for one in times if one.at.replace(tzinfo=None) == shown.at.replace(tzinfo=None)), shown)


def line_date(text: str, language: str | None, fetched: datetime) -> Moment | None:
    """Return the date of a line that gives little but a date."""
    if len(text) > LONGEST_LINE or not any(map(str.isdigit, text)):
        return None
    found = moment(text, language=language, fetched=fetched)
    if found is None:
        return None
    before, after = text[: found.start], text[found.end :]
    if word_count(MARKS.sub(" ", f"{before} {after}")) <= LINE_WORDS:
        return found
    is_signed = (not before and _signs(after)) or (
        byline_names(before) and word_count(MARKS.sub(" ", after)) <= LINE_WORDS
    )
    return found if found.has_year and is_signed else None


def _signs(text: str) -> bool:
    """Whether a text begins with "by" or another word that stands before authors, whatever is told of them."""
    return is_phrase("by", text.split(maxsplit=1)[0]) if text.strip() else False


def updated_line(text: str) -> bool:
    """Whether a line with a date speaks of an update."""
    folded = fold(text)
    return any(phrase in folded for phrase in phrases("updated") if len(phrase) > 3 or not phrase.isascii())
