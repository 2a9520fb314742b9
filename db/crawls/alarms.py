"""What needs a person: a source that is not as it used to be, by what its crawls came to before."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, Row
from types import MappingProxyType
from typing import Any

from archiver.wording import minute_text
from db.columns import LABEL
from db.connection import transaction
from db.crawls.funnels import IS_CRAWL, Funnel
from db.crawls.lost_listings import lost_listings
from db.crawls.outcomes import FAILURES
from db.crawls.past import Past
from db.crawls.unusual import LEAST_SILENCE, PAGES_LACK, Alarm, AlarmKind, Outage, alarms_of, came
from db.raw_pages.warc_places import real_archive
from db.values import storable, time_of, time_or_none, time_text

# How far back a source is compared with itself.
PAST = timedelta(days=30)
# What its pages lack for so long without a cure is how they are by now.
NORMAL = timedelta(days=90)
NONE_NAMED: Mapping[str, Sequence[str]] = MappingProxyType({})
# Alarms that somebody was told of once, whatever else each further crawl would say of it.
NOTHING_COMES = frozenset({AlarmKind.UNREACHABLE, AlarmKind.REFUSED})
# Why the last page that a source was asked for could not be had.
REASON = f"""
SELECT detail FROM pages WHERE source_id = ? AND outcome IN ({", ".join("?" * len(FAILURES))})
ORDER BY last_visited DESC LIMIT 1
"""  # noqa: S608 - no value in it
ALARMS = f"""
SELECT alarms.*, sources.host AS source, sources.url, {LABEL} AS label
FROM alarms JOIN sources ON sources.id = source_id
"""  # noqa: S608 - only text of this program
END_REMOVED = """
UPDATE alarms SET cleared = ?1, notified = ?1
WHERE cleared IS NULL AND source_id NOT IN (SELECT id FROM sources WHERE url IN (SELECT value FROM json_each(?3)))
    AND EXISTS (
        SELECT 1 FROM crawls WHERE id = (SELECT max(crawl_id) FROM funnels WHERE source_id = alarms.source_id)
            AND (json_extract(arguments, '$.SOURCES_FILE') = ?2 OR json_type(arguments, '$.SOURCES_FILE') IS NULL))
"""
# What no name of a file has.
UNSAFE = re.compile(r"[^a-z0-9.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAlarm(Alarm):
    """An alarm that was raised and has not cleared."""

    id: int
    source: str
    """Host of the site."""
    url: str
    """Address of the source."""
    label: str
    """What a line calls the source: its host, or its address where several sources have that host."""
    raised: datetime
    last_seen: datetime
    notified: datetime | None
    """When somebody was told last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedAlarm(StandingAlarm):
    """An alarm that stood until it cleared."""

    cleared: datetime

    @property
    def how_it_ended(self) -> str:
        """For a person: what was wrong, from when until when, and whether that was mended."""
        period = (
            f"{self.kind.replace('_', ' ')}, from {minute_text(self.raised)} to {minute_text(self.cleared)}"
        )
        if self.kind in PAGES_LACK and self.cleared - self.raised >= NORMAL:
            return f"no alarm any longer: {period}, is taken for what the site has become"
        return f"mended: {period}"


def raise_alarms(
    archive: Connection, crawl_id: int, now: datetime, named: Mapping[str, Sequence[str]] = NONE_NAMED
) -> list[StandingAlarm]:
    """Compare the sources of a crawl with their past and write what needs a person; return what is new of it.

    What stands is compared with the time before it was raised, so that it is not taken for how the source has always
    been, and cleared once it is mended, unless nothing came that could show it. named are the addresses of the feeds,
    sitemaps and fronts that the user named, by the addresses of sources. Inside a transaction, after the crawl's
    funnels were closed. An import tells nothing of its sources.
    """
    sources = archive.execute(
        f"""
        SELECT source_id, url FROM funnels JOIN sources ON sources.id = source_id JOIN crawls ON crawls.id = crawl_id
        WHERE crawl_id = ? AND {IS_CRAWL} ORDER BY source_id
        """,  # noqa: S608 - only text of this program
        (crawl_id,),
    )
    new: list[int] = []
    past = Past(archive)
    for source_id, url in sources.fetchall():
        funnels = past.funnels(source_id, time_text(now - PAST))
        found = _found(archive, past, source_id, funnels, now)
        found += _lost(archive, named.get(url, ())) if came(funnels[0]) else ()
        new += _write(archive, crawl_id, source_id, found, time_text(now))
        if came(funnels[0]):
            _clear(archive, source_id, found, time_text(now))
    return [alarm for alarm in standing_alarms(archive) if alarm.id in new]


def standing_alarms(archive: Connection) -> list[StandingAlarm]:
    """Return the alarms that stand, by source and age."""
    rows = archive.execute(f"{ALARMS} WHERE cleared IS NULL ORDER BY source_id, alarms.id")
    return [StandingAlarm(**_fields(row)) for row in rows]


def ended_alarms(archive: Connection, since: datetime) -> list[EndedAlarm]:
    """Return the alarms that have cleared since then, the first of them first."""
    rows = archive.execute(f"{ALARMS} WHERE cleared >= ? ORDER BY cleared, alarms.id", (time_text(since),))
    return [EndedAlarm(**_fields(row), cleared=time_of(row["cleared"])) for row in rows]


def are_known_to_be_out(archive: Connection, sources: Iterable[str]) -> bool:
    """Return whether at each of the sources at these addresses an alarm stands that says that nothing comes."""
    out = {alarm.url for alarm in standing_alarms(archive) if alarm.kind in NOTHING_COMES}
    return out.issuperset(map(storable, sources))


def end_alarms(archive: Connection, source: str, now: datetime) -> int:
    """Clear what stands of the source at address source, for it is crawled no longer; return how many there were.

    Whoever ends them need not be told.
    """
    with transaction(archive):
        return archive.execute(
            """
            UPDATE alarms SET cleared = ?1, notified = ?1
            WHERE cleared IS NULL AND source_id = (SELECT id FROM sources WHERE url = ?2)
            """,
            (time_text(now), storable(source)),
        ).rowcount


def end_alarms_of_removed(archive: Connection, file: str, sources: Iterable[str], now: datetime) -> None:
    """Clear what stands of sources that a crawl of this file was the last to crawl, and that are not in it any more.

    sources are the addresses that it lists now; file is what crawls note of it as their argument SOURCES_FILE. Crawls
    of older versions noted none: their sources count as its own. Inside a transaction.
    """
    archive.execute(END_REMOVED, (time_text(now), file, json.dumps(list(map(storable, sources)))))


def bundle_directory(archive: Path) -> Path:
    """Return where the pages that show the alarms of the archive at path are kept: archive.alarms for archive.db."""
    archive = real_archive(archive)
    return archive.with_name(f"{archive.stem}.alarms")


def bundle_path(archive: Path, alarm: StandingAlarm) -> Path:
    """Return where the pages that show an alarm are kept, if there are any."""
    name = UNSAFE.sub("-", f"{time_text(alarm.raised)[:10]}-{alarm.label}-{alarm.kind}")
    return bundle_directory(archive) / f"{name}.zip"


def note_notified(archive: Connection, alarms: Iterable[StandingAlarm], now: datetime) -> None:
    """Note that somebody was told of these."""
    with archive:
        archive.executemany(
            "UPDATE alarms SET notified = ? WHERE id = ?", [(time_text(now), alarm.id) for alarm in alarms]
        )


def _found(
    archive: Connection, known: Past, source_id: int, funnels: Sequence[Funnel], now: datetime
) -> list[Alarm]:
    """Return what is not as it used to be at a source with these funnels of late."""
    since = time_text(now - PAST)
    may_be_silent = not any(funnel.new and now - funnel.started < LEAST_SILENCE for funnel in funnels)
    outages = _outages(archive, source_id)
    beats = known.beats(source_id, since) if may_be_silent else []
    found = {alarm.kind: alarm for alarm in alarms_of(funnels, now, beats=beats, outages=outages)}
    standing = archive.execute(
        "SELECT kind, raised, crawl_id FROM alarms WHERE source_id = ? AND cleared IS NULL", (source_id,)
    )
    for kind, raised, raised_by in standing.fetchall():
        if kind in PAGES_LACK and time_of(raised) <= now - NORMAL:
            continue
        found.pop(kind, None)
        begun, before = known.moment(raised_by), time_text(time_of(raised) - PAST)
        later = [funnel for funnel in funnels if funnel.started > begun]
        past = known.funnels(source_id, before, raised_by)
        beats = known.beats(source_id, before) if kind == AlarmKind.SILENT else []
        again = alarms_of(past, now, later, beats, outages)
        found |= {alarm.kind: alarm for alarm in again if alarm.kind == kind}
    if (alarm := found.get(AlarmKind.UNREACHABLE)) is not None:
        for (reason,) in archive.execute(REASON, (source_id, *FAILURES)):
            found[alarm.kind] = replace(alarm, message=f"{alarm.message}; the last time: {reason}")
    return list(found.values())


def _outages(archive: Connection, source_id: int) -> list[Outage]:
    rows = archive.execute(
        "SELECT kind, raised, cleared FROM alarms WHERE source_id = ? AND cleared NOT NULL", (source_id,)
    )
    return [Outage(AlarmKind(kind), time_of(raised), time_of(cleared)) for kind, raised, cleared in rows]


def _lost(archive: Connection, named: Iterable[str]) -> Iterator[Alarm]:
    """Yield the alarm of those listings, of some that were named, that have not come for long, if there are any."""
    lost = [
        f"{each.url} has failed since {minute_text(each.since)} ({each.detail})"
        for each in lost_listings(archive, named)
    ]
    if lost:
        cure = "give the new address in sources.toml, or take it out there"
        yield Alarm(kind=AlarmKind.LOST_LISTING, message=f"{'; '.join(lost)}: {cure}")


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


def _fields(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "source": row["source"],
        "url": row["url"],
        "label": row["label"],
        "kind": AlarmKind(row["kind"]),
        "message": row["message"],
        "raised": time_of(row["raised"]),
        "last_seen": time_of(row["last_seen"]),
        "notified": time_or_none(row["notified"]),
    }
