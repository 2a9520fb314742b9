"""When the story was published and changed: structured data, the lines near the headline, the address."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import islice

from lxml.etree import _Element as Element

from archiver.items import Origin, Precision
from archiver.parsers.authors.bylines import byline_names
from archiver.parsers.dates.address_dates import dates_in_address, dates_in_name
from archiver.parsers.dates.date_places import date_in_pieces, heading_date, is_below_update, is_masthead
from archiver.parsers.dates.day_order import reading_language
from archiver.parsers.dates.stated_dates import (
    Reading,
    dated,
    known_days,
    stated_dates,
    time_text,
    zone_of_page,
)
from archiver.parsers.dates.written_dates import CLOCK, Moment, moment
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.markup.decoding import element_text
from archiver.parsers.markup.names import bit, called, name_bits
from archiver.parsers.near import BEFORE, end_near
from archiver.parsers.phrases import is_phrase, phrases, says
from archiver.parsers.sourced import Dated
from archiver.parsers.story.comments import COMMENT_NAMES, is_of_comments
from archiver.parsers.structured import Structured
from archiver.parsers.text import clean, ends_sentence, fold, word_count

LONGEST_LINE = 120
# Words beside the date in a line that gives little but a date.
LINE_WORDS = 9
# Words before a date from which on a line is about something else, unless they are labels or names.
PASSING_WORDS = 4
MARKS = re.compile(r"[\d:.,|/·•⋅–-]+")
# Blocks below the headline in which a date is the story's own, not one of its text or of another story.
BELOW = 5
# Blocks behind the text in which an update is the story's.
BEHIND = 2
# What boxes of pictures and of others' posts are called.
is_caption = called(r"caption|credit|figure|image|\bimg|photo|picture|legend|tweet")
# Within so long after the day of a story was an update whose year the page does not say.
YEAR = timedelta(days=364)
# What stands before a day until or from which something goes on: "bis Freitag, 20.11.2026", "18-20 November 2026".
UNTIL = re.compile(
    r"(?<![^\W\d_])(?:as of|until|till|through|bis(?: zum)?|ab(?: dem)?|hasta(?: el)?|jusqu['’]au|fino al?|entro il"
    r"|tot(?: en met)?|vanaf|até(?: o dia)?|a partir d[eo])\s(?:[^\W\d_]+,?\s)?$|(?<![\d:.,])\d{1,2}\.?[–-]$",
    re.IGNORECASE,
)
# Hours of an event: "(Fri) 13:00-16:40".
HOURS = re.compile(
    r"\W{0,3}(?:\w{1,3}[)）]\W?)?(?:\w{1,3}\s)?\d{1,2}[:.：h]\d\d(?:\s?[^\W\d_]{1,3}\.?)?\s?"
    r"[–—~～－-]\s?\d{1,2}[:.：h]\d\d(?!\d)"
)
TO = re.compile(r"\s?(?:[–—～－-]|bis|to)\s?")
# A label that says no more than that a date follows.
DATE_LABEL = re.compile(r"(?:date|datum|fecha|data|дата|日期)\s*[:：]?\s*", re.IGNORECASE)
# How the line begins that blogs set below an entry: "This entry was posted on Friday, November 20th, 2026 and is …".
FILED = re.compile(
    r"(?:this (?:entry|post|article) was|dieser (?:beitrag|artikel|eintrag) wurde|cet(?:te)? (?:article|entrée) a été"
    r"|est[ea] (?:entrada|artículo|post|artigo) (?:fue|foi|se)|quest[oa] (?:articolo|voce|post) è stat[oa]"
    r"|dit (?:bericht|artikel) (?:werd|is)|ten wpis został|(?:эта )?запись (?:была )?опубликована)\s",
    re.IGNORECASE,
)
# The hour from which on it may be the next day already in UTC, by which data give the days of American papers.
EVENING = 12
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


def story_dates(
    layout: Layout,
    structured: Structured,
    places: tuple[Block, ...],
    url: str,
    reading: Reading,
) -> tuple[Dated | None, Dated | None]:
    """Return when the story was published and when modified, as the page says.

    Order of trust: JSON-LD, meta, microdata, lines near the places (the headline, the text's first and last block)
    one after the other, `<time>`, the address, which only a full date right below the headline may belie. Such a one
    that belies the first three by more than a day, and is no update, is what the newsroom tells its readers, and wins;
    by less, it may tell the time, or the day of readers for whom it was not yet that of UTC. Where the page gives only
    the date of an update, that stands for both; where it states the day of publication alone, a later update is read
    from the lines around its text. Dates that name no zone are in that of the page's other ones.
    """
    if (zone := zone_of_page(structured)) is not None:
        reading = replace(reading, fetched=reading.fetched.astimezone(zone))
    address = reading.first(dates_in_address(url), Origin.URL)
    language = reading_language(
        reading.language, layout, structured, url, lambda: known_days(structured, address)
    )
    reading = replace(reading, language=language)
    published, modified = stated_dates(structured, reading)
    below = _date_below(layout, places[0], reading) if places else None
    if published is not None:
        if below and _is_apart(below, published) and (modified is None or _is_apart(below, modified)):
            published = below
        elif below:
            published = _as_shown(published, below, address)
        published = _on_day(published, (below or address), zone)
        return published, modified or _shown_update(layout, places, published, reading)
    shown, updated = _shown_dates(layout, structured, places, reading, below)
    modified = modified or updated
    if shown and not below and address and _is_apart(shown, address):
        shown = None
    # The address gives the day only; a line of the same day gives the time too.
    same_day = updated is not None and address is not None and updated.at.date() == address.at.date()
    published = shown or (updated if same_day else address) or modified
    if published is not None:
        return published, modified
    published, modified = _labelled_dates(layout, reading)
    named = reading.first(dates_in_name(url), Origin.URL)
    return published or heading_date(places, reading) or named, modified


def _on_day(stated: Dated, told: Dated | None, zone: tzinfo | None) -> Dated:
    """A moment stated in UTC, in the page's own zone if it was the day there that the page tells otherwise."""
    if zone is None or told is None or stated.precision is Precision.DAY or stated.at.utcoffset():
        return stated
    local = stated.at.astimezone(zone)
    is_told = stated.at.date() != told.at.date() == local.date()
    return replace(stated, at=local) if is_told else stated


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


def _date_below(layout: Layout, headline: Block, reading: Reading) -> Dated | None:
    """The first date with its year in the lines right below the headline, if it is none of an update."""
    for block in layout.blocks[headline.index + 1 : headline.index + 1 + BELOW]:
        found = line_date(block.text, reading.language, reading.fetched)
        if found is None or not found.has_year:
            continue
        if not (
            _in_passing(block.text, found) or _is_caption(block) or _is_of_event(block.text, found, reading)
        ):
            linked = block.linked > len(block.text) - (found.end - found.start)
            is_update = updated_line(block.text) or is_below_update(layout, block)
            return None if linked or is_update else _as_timed(block, found, reading)
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
        if found and not found.has_year:
            found = line_date(block.text, reading.language, min(reading.fetched, day.at + YEAR))
        if found is None or _in_passing(block.text, found) or _is_caption(block):
            continue
        _, modified = _told_apart(block, found, reading)
        if modified is not None and modified.at > day.at:
            return modified
    return None


def _as_shown(stated: Dated, shown: Dated, address: Dated | None) -> Dated:
    """A date that the page states, as a line tells it: with its time, and on the day that it was for its readers."""
    days = (stated.at.date() - shown.at.date()).days
    is_timed = shown.precision is Precision.MOMENT
    if stated.precision is Precision.DAY:
        in_address = address is not None and address.at.date() == shown.at.date()
        is_evening = days == 1 and is_timed and shown.at.hour >= EVENING
        return shown if (is_evening or in_address if days else is_timed) else stated
    in_utc = stated.at.replace(tzinfo=UTC)
    if is_timed and in_utc.replace(second=0, microsecond=0) == shown.at:
        return replace(stated, at=in_utc.astimezone(shown.at.tzinfo))
    return _at_place(stated, shown) if days else stated


def _is_apart(one: Dated, other: Dated) -> bool:
    """Whether two dates are more than a day apart: less may be due to their zones."""
    return abs(one.at - other.at) > ZONES_APART


def _shown_dates(
    layout: Layout,
    structured: Structured,
    places: tuple[Block, ...],
    reading: Reading,
    below: Dated | None,
) -> tuple[Dated | None, Dated | None]:
    """The dates of publication and update in lines near the first of the places that has one, but for that below it."""
    times = _times(structured.times, reading)
    first, second = (*places[:2], None, None)[:2]
    around = [(first.index if first else 0, end_near(first, second))]
    around += [(block.index, end_near(block, None)) for block in places[1:]]
    end_of_all = _start_of_comments(layout, places)
    # What is told in passing behind the text is of something else.
    for passing, near in ((False, around), (True, around[:2])):
        for place, end in near:
            published, modified = _dates_near(layout, place, min(end, end_of_all), reading, passing=passing)
            published = below or published
            if published or modified:
                return (
                    _with_zone(published, times) if published else None,
                    _with_zone(modified, times) if modified else None,
                )
    around_story = {box.element for place in places for box in place.box.lineage()}
    own = _times([one for one in structured.times if not _is_of_others(one, around_story)], reading)
    return (own[0] if own else None), None


def _times(elements: list[Element], reading: Reading) -> list[Dated]:
    """The dates of `<time>` elements."""
    texts = map(time_text, elements)
    return [one for text in texts if (one := reading.first([text], Origin.TIME)) is not None]


def _is_of_others(element: Element, around_story: set[Element]) -> bool:
    """Whether a `<time>` element stands among other stories or readers' comments, in a box besides the story's."""
    return any(
        box.tag in BESIDE or name_bits(f"{box.get('class') or ''} {box.get('id') or ''}".lower()) & OTHERS
        for box in islice(element.iterancestors(), DEPTH)
        if box.tag not in ("html", "body") and box not in around_story
    )


def _dates_near(
    layout: Layout, place: int, end: int, reading: Reading, *, passing: bool
) -> tuple[Dated | None, Dated | None]:
    """The dates of publication and update in the lines around a place, up to end; passing: also those _in_passing."""
    published = modified = yearless = None
    for block in layout.blocks[max(0, place - BEFORE) : end]:
        found = line_date(block.text, reading.language, reading.fetched) or _date_in_list(block.text, reading)
        found = found or date_in_pieces(layout, block, reading)
        if found is None or _is_caption(block) or (_in_passing(block.text, found) and not passing):
            continue
        if _is_of_event(block.text, found, reading) or is_masthead(block, place):
            continue
        # Farther down than an update right below the headline are dates in the text.
        if modified and not published and block.index > place + BELOW:
            break
        if updated_line(block.text):
            first, changed = _told_apart(block, found, reading)
            published, modified = published or first, modified or changed
        elif is_below_update(layout, block):
            modified = modified or _as_timed(block, found, reading)
        elif found.has_year:
            published = published or _as_timed(block, found, reading)
        else:
            yearless = yearless or _as_timed(block, found, reading)
    return published or yearless, modified


def _date_in_list(text: str, reading: Reading) -> Moment | None:
    """The date that a line of what belongs to a story calls the day of publication, beside tags, names and the like."""
    is_filed = FILED.match(text) is not None
    if ends_sentence(text) and not is_filed:
        return None
    found = reading.moment(text[:LONGEST_LINE])
    if found is None or not found.has_year:
        return None
    return found if is_filed or says("published", text[: found.start]) else None


def _in_passing(text: str, found: Moment) -> bool:
    """Whether a line says something else first, and then of what day it is: it tells of a picture."""
    before = text[: found.start]
    if word_count(MARKS.sub(" ", before)) <= PASSING_WORDS:
        return False
    return not (_signs(before) or says("published", before) or updated_line(before) or FILED.match(text))


def _is_of_event(text: str, found: Moment, reading: Reading) -> bool:
    """Whether a line gives the days or hours of an event, or the end of a term."""
    after = text[found.end :]
    if UNTIL.search(text[: found.start]) or HOURS.match(after):
        return True
    to = TO.match(after)
    second = reading.moment(after[to.end() :]) if to else None
    return second is not None and second.start == 0


def _start_of_comments(layout: Layout, places: tuple[Block, ...]) -> int:
    """The index of the first block behind the text that stands in a box of readers' comments; else behind the last."""
    last = max((block.index for block in places), default=0)
    for block in layout.blocks[last + 1 : end_near(layout.blocks[last], None)] if layout.blocks else ():
        boxes = block.box.lineage() if block.box.meanings_around & COMMENT_NAMES else ()
        if any(is_of_comments(box.names) and not box.first_block <= last < box.end_block for box in boxes):
            return block.index
    return len(layout.blocks)


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
    between = rest[: second.start]
    if (clock := CLOCK.search(between)) and updated_line(between[clock.end() :]):
        second = reading.moment(rest[second.start :]) or second  # whose time that is of the first
    other = _as_timed(block, second, reading)
    if not updated_line(text[: first.start]) and updated_line(between):
        return (found, other) if first.has_year else (None, other)
    return (other, found) if says("published", between) and second.has_year else (None, found)


def _is_caption(block: Block) -> bool:
    """Whether a line tells of a picture, which may be of another day."""
    return any(box.tag == "figure" or is_caption(box.names) for box in (block.box, block.box.parent) if box)


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
