"""What needs a person: a source that is not as it used to be, by what its crawls came to before."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise, takewhile
from pathlib import Path
from sqlite3 import Connection, Row

from archiver.items import Outcome
from db.connection import transaction
from db.funnels import Funnel, funnels_since, funnels_to
from db.outcomes import FAILURES
from db.values import storable, time_of, time_or_none, time_text
from db.warc_places import real_archive

# How far back a source is compared with itself.
PAST = timedelta(days=30)
# What its pages lack for so long without a cure is how they are by now.
NORMAL = timedelta(days=90)
# Stories read lately that stand for what a source is now, and before for what it was: fewer prove nothing.
FEW_NOW = 8
FEW_BEFORE = 20
# What is below this part of what it was has fallen.
FALLEN = 0.5
# Shares of stories that fell by so much: a date or an author is on almost all pages of a site, or on none.
LOST_SHARE = 0.5
# Related links of a site that shows some.
SOME_LINKS = 4
# Crawls in a row that fetch nothing, or to which nothing but refusals comes, before it is more than a bad moment.
DEAD_CRAWLS = 2
# Refusals in one crawl that are no accident.
MANY_REFUSALS = 3
# A silence counts once it is so many times the longest one before, and so long.
SILENCE = 1.5
LEAST_SILENCE = timedelta(hours=6)
# Crawls with new stories that show how often a site has any.
RHYTHM = 5
# Why the last page that a source was asked for could not be had.
REASON = f"""
SELECT detail FROM pages WHERE source_id = ? AND outcome IN ({", ".join("?" * len(FAILURES))})
ORDER BY last_visited DESC LIMIT 1
"""  # noqa: S608 - no value in it
# What no name of a file has.
UNSAFE = re.compile(r"[^a-z0-9.-]+")
# Outcomes of pages that were visited as stories and came.
READABLE_FAILURES = frozenset(
    {
        Outcome.NOT_ARTICLE,
        Outcome.EMPTY,
        Outcome.PARSE_ERROR,
        Outcome.PARSE_LIMIT,
        Outcome.CONSENT,
        Outcome.PAYWALL,
    }
)


class AlarmKind(StrEnum):
    """What is not as it used to be."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    SILENT = "silent"
    FEW_ARTICLES = "few_articles"
    SHORT_TEXTS = "short_texts"
    NO_DATES = "no_dates"
    NO_AUTHORS = "no_authors"
    FEW_LINKS = "few_links"


PAGES_LACK = frozenset(
    {
        AlarmKind.FEW_ARTICLES,
        AlarmKind.SHORT_TEXTS,
        AlarmKind.NO_DATES,
        AlarmKind.NO_AUTHORS,
        AlarmKind.FEW_LINKS,
    }
)
"""Alarms of what pages are like: it may have changed on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that needs a person."""

    kind: AlarmKind
    message: str
    """One line: what is so, and what it was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAlarm(Alarm):
    """An alarm that was raised and has not cleared."""

    id: int
    source: str
    """Host of the site."""
    raised: datetime
    last_seen: datetime
    notified: datetime | None
    """When somebody was told."""


def alarms_of(past: Sequence[Funnel], now: datetime, later: Sequence[Funnel] = ()) -> list[Alarm]:
    """Return what is not as it used to be at a source with these funnels, newest first.

    later are those of the crawls since an alarm was raised: they tell how the source is, not how it was.
    """
    funnels = (*later, *past)
    found = (_unreachable(funnels), _refused(funnels), _silent(funnels, past, now), *_fallen(funnels, past))
    return [alarm for alarm in found if alarm is not None]


def raise_alarms(archive: Connection, crawl_id: int, now: datetime) -> list[StandingAlarm]:
    """Compare the sources of a crawl with their past and write what needs a person; return what is new of it.

    What stands is compared with the time before it was raised, so that it is not taken for how the source has always
    been, and cleared once it is mended, unless nothing came that could show it. Inside a transaction, after the
    crawl's funnels were closed.
    """
    sources = archive.execute(
        "SELECT source_id FROM funnels WHERE crawl_id = ? ORDER BY source_id", (crawl_id,)
    )
    new: list[int] = []
    for (source_id,) in sources.fetchall():
        funnels = funnels_since(archive, source_id, time_text(now - PAST))
        found = _found(archive, source_id, funnels, now)
        new += _write(archive, crawl_id, source_id, found, time_text(now))
        if _came(funnels[0]):
            _clear(archive, source_id, found, time_text(now))
    return [alarm for alarm in standing_alarms(archive) if alarm.id in new]


def standing_alarms(archive: Connection) -> list[StandingAlarm]:
    """Return the alarms that stand, by source and age."""
    rows = archive.execute(
        """
        SELECT alarms.*, sources.host AS source FROM alarms JOIN sources ON sources.id = source_id
        WHERE cleared IS NULL ORDER BY source_id, alarms.id
        """
    )
    return [_standing(row) for row in rows]


def end_alarms(archive: Connection, source: str, now: datetime) -> int:
    """Clear what stands of the source at address source, for it is crawled no longer; return how many there were."""
    with transaction(archive):
        return archive.execute(
            """
            UPDATE alarms SET cleared = ?
            WHERE cleared IS NULL AND source_id = (SELECT id FROM sources WHERE url = ?)
            """,
            (time_text(now), storable(source)),
        ).rowcount


def bundle_directory(archive: Path) -> Path:
    """Return where the pages that show the alarms of the archive at path are kept: archive.alarms for archive.db."""
    archive = real_archive(archive)
    return archive.with_name(f"{archive.stem}.alarms")


def bundle_path(archive: Path, alarm: StandingAlarm) -> Path:
    """Return where the pages that show an alarm are kept, if there are any."""
    name = UNSAFE.sub("-", f"{time_text(alarm.raised)[:10]}-{alarm.source}-{alarm.kind}")
    return bundle_directory(archive) / f"{name}.zip"


def note_notified(archive: Connection, alarms: Iterable[StandingAlarm], now: datetime) -> None:
    """Note that somebody was told of these."""
    with archive:
        archive.executemany(
            "UPDATE alarms SET notified = ? WHERE id = ?", [(time_text(now), alarm.id) for alarm in alarms]
        )


def _found(archive: Connection, source_id: int, funnels: Sequence[Funnel], now: datetime) -> list[Alarm]:
    """Return what is not as it used to be at a source with these funnels of late."""
    found = {alarm.kind: alarm for alarm in alarms_of(funnels, now)}
    standing = archive.execute(
        "SELECT kind, raised, crawl_id FROM alarms WHERE source_id = ? AND cleared IS NULL", (source_id,)
    )
    for kind, raised, raised_by in standing.fetchall():
        if kind in PAGES_LACK and time_of(raised) <= now - NORMAL:
            continue
        later = funnels[: _place(funnels, raised_by)]
        past = funnels_to(archive, source_id, time_text(time_of(raised) - PAST), raised_by)
        found.pop(kind, None)
        found |= {alarm.kind: alarm for alarm in alarms_of(past, now, later) if alarm.kind == kind}
    if (alarm := found.get(AlarmKind.UNREACHABLE)) is not None:
        for (reason,) in archive.execute(REASON, (source_id, *FAILURES)):
            found[alarm.kind] = replace(alarm, message=f"{alarm.message}; the last time: {reason}")
    return list(found.values())


def _place(funnels: Sequence[Funnel], crawl_id: int) -> int:
    """Return how many funnels are newer than that of a crawl."""
    return next((place for place, funnel in enumerate(funnels) if funnel.crawl_id == crawl_id), len(funnels))


def _write(
    archive: Connection, crawl_id: int, source_id: int, found: Sequence[Alarm], now: str
) -> Iterator[int]:
    standing = dict(
        archive.execute(
            "SELECT kind, id FROM alarms WHERE source_id = ? AND cleared IS NULL", (source_id,)
        ).fetchall()
    )
    for alarm in found:
        known = standing.get(alarm.kind)
        if known is not None:
            archive.execute(
                "UPDATE alarms SET message = ?, last_seen = ? WHERE id = ?", (alarm.message, now, known)
            )
            continue
        row = archive.execute(
            """
            INSERT INTO alarms(source_id, kind, message, crawl_id, raised, last_seen)
            VALUES (?, ?, ?, ?, ?, ?) RETURNING id
            """,
            (source_id, alarm.kind, alarm.message, crawl_id, now, now),
        ).fetchone()
        yield int(row[0])


def _clear(archive: Connection, source_id: int, found: Sequence[Alarm], now: str) -> None:
    kinds = [alarm.kind for alarm in found]
    archive.execute(
        f"""
        UPDATE alarms SET cleared = ?
        WHERE source_id = ? AND cleared IS NULL AND kind NOT IN ({", ".join("?" * len(kinds))})
        """,  # noqa: S608 - only marks for values
        (now, source_id, *kinds),
    )


def _standing(row: Row) -> StandingAlarm:
    return StandingAlarm(
        id=row["id"],
        source=row["source"],
        kind=AlarmKind(row["kind"]),
        message=row["message"],
        raised=time_of(row["raised"]),
        last_seen=time_of(row["last_seen"]),
        notified=time_or_none(row["notified"]),
    )


def _unreachable(funnels: Sequence[Funnel]) -> Alarm | None:
    dead = next((number for number, funnel in enumerate(funnels) if funnel.fetched), len(funnels))
    if dead < DEAD_CRAWLS or dead == len(funnels):
        return None
    reasons = sum((Counter(funnel.outcomes) for funnel in funnels[:dead]), Counter[Outcome]())
    told = ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in reasons.most_common())
    message = f"nothing could be fetched in the last {dead} crawls ({told})"
    return Alarm(kind=AlarmKind.UNREACHABLE, message=message)


def _refused(funnels: Sequence[Funnel]) -> Alarm | None:
    # A crawl that was due nothing but listings, and got them, shows nothing of how stories fare.
    telling = (funnel for funnel in funnels if funnel.refused or _stories(funnel))
    refusing = list(takewhile(_is_refused, telling))
    dead = [funnel for funnel in refusing if not _came(funnel)]
    if len(dead) < DEAD_CRAWLS and all(funnel.refused < MANY_REFUSALS for funnel in refusing):
        return None
    if refusing[0] in dead and _came(next(funnel for funnel in funnels if funnel.fetched)):
        return None  # even listings were refused, and they come again
    refused, fetched = (sum(getattr(each, name) for each in refusing) for name in ("refused", "fetched"))
    message = f"the site refuses us: {refused} of {fetched} responses were 401, 403, 429 or a challenge"
    return Alarm(kind=AlarmKind.REFUSED, message=message)


def _silent(funnels: Sequence[Funnel], past: Sequence[Funnel], now: datetime) -> Alarm | None:
    moments = [funnel.started for funnel in past if funnel.new]
    gaps = [later - earlier for later, earlier in pairwise(moments)]
    if len(gaps) < RHYTHM or not _came(funnels[0]):
        return None
    silence, longest = now - next(funnel.started for funnel in funnels if funnel.new), max(gaps)
    if silence < max(SILENCE * longest, LEAST_SILENCE):
        return None
    before = f"before, the longest silence in {PAST.days} days was {_hours(longest)}"
    return Alarm(kind=AlarmKind.SILENT, message=f"no new story for {_hours(silence)}; {before}")


def _fallen(funnels: Sequence[Funnel], past: Sequence[Funnel]) -> Iterator[Alarm | None]:
    """Yield what the latest stories lack that earlier ones had."""
    now, before = _parted(funnels, past, _visited)
    if now and before:
        is_, was = _share(now, _read, _visited), _share(before, _read, _visited)
        if is_ < FALLEN * was:
            message = f"{is_:.0%} of the pages visited as stories hold one; before it was {was:.0%}"
            yield Alarm(kind=AlarmKind.FEW_ARTICLES, message=message)
    now, before = _parted(funnels, past, _read)
    if not now or not before:
        return
    yield _shorter(AlarmKind.SHORT_TEXTS, _middle(now, "body_length"), _middle(before, "body_length"))
    yield _fewer(AlarmKind.FEW_LINKS, _middle(now, "links"), _middle(before, "links"))
    yield _lost(AlarmKind.NO_DATES, "state a date", now, before, lambda funnel: funnel.dated)
    yield _lost(AlarmKind.NO_AUTHORS, "name an author", now, before, lambda funnel: funnel.signed)


def _parted(
    funnels: Sequence[Funnel], past: Sequence[Funnel], weight: Callable[[Funnel], int]
) -> tuple[Sequence[Funnel], Sequence[Funnel]]:
    """Return the latest funnels that weigh enough and those before the latest of the past, or nothing if too light."""
    now, before = funnels[: _latest(funnels, weight)], past[_latest(past, weight) :]
    if sum(map(weight, now)) < FEW_NOW or sum(map(weight, before)) < FEW_BEFORE:
        return (), ()
    return now, before


def _latest(funnels: Sequence[Funnel], weight: Callable[[Funnel], int]) -> int:
    """Return how many of the latest funnels weigh enough."""
    total, end = 0, 0
    while end < len(funnels) and total < FEW_NOW:
        total += weight(funnels[end])
        end += 1
    return end


def _shorter(kind: AlarmKind, now: float, before: float) -> Alarm | None:
    if now >= FALLEN * before:
        return None
    message = f"the texts of the latest stories have {now:,.0f} characters; before it were {before:,.0f}"
    return Alarm(kind=kind, message=message)


def _fewer(kind: AlarmKind, now: float, before: float) -> Alarm | None:
    if before < SOME_LINKS or now >= FALLEN * before:
        return None
    message = f"the latest pages show {now:,.0f} related headlines; before it were {before:,.0f}"
    return Alarm(kind=kind, message=message)


def _lost(
    kind: AlarmKind,
    what: str,
    now: Sequence[Funnel],
    before: Sequence[Funnel],
    having: Callable[[Funnel], int],
) -> Alarm | None:
    is_, was = _share(now, having, _read), _share(before, having, _read)
    if is_ >= was - LOST_SHARE:
        return None
    return Alarm(kind=kind, message=f"{is_:.0%} of the latest stories {what}; before it was {was:.0%}")


def _came(funnel: Funnel) -> bool:
    """Whether anything but refusals came."""
    return funnel.fetched > funnel.refused


def _is_refused(funnel: Funnel) -> bool:
    return funnel.refused >= FALLEN * (funnel.refused + _stories(funnel))


def _stories(funnel: Funnel) -> int:
    """Return how many pages came that were visited as stories, known and unchanged ones among them."""
    return funnel.articles + _unread(funnel)


def _visited(funnel: Funnel) -> int:
    return funnel.read + _unread(funnel)


def _unread(funnel: Funnel) -> int:
    return sum(funnel.outcomes.get(outcome, 0) for outcome in READABLE_FAILURES)


def _read(funnel: Funnel) -> int:
    return funnel.read


def _share(funnels: Sequence[Funnel], part: Callable[[Funnel], int], whole: Callable[[Funnel], int]) -> float:
    return sum(map(part, funnels)) / max(sum(map(whole, funnels)), 1)


def _middle(funnels: Sequence[Funnel], field: str) -> float:
    """Return the median of a field over the stories read, by the medians of the crawls."""
    values = sorted((getattr(funnel, field), funnel.read) for funnel in funnels if funnel.read)
    half, passed = sum(read for _, read in values) / 2, 0
    for value, read in values:
        passed += read
        if passed > half:
            return float(value)
    return 0.0


def _hours(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
