"""The sites: all in a table, and one with its coverage, crawls, alarms and what stood on its front page."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from archiver.errors import NotInArchiveError
from archiver.room.answers import Answer, Asked, address
from archiver.room.charts import Column, calendar, columns
from archiver.room.reader import Reader
from archiver.wording import counted, iso_text
from db.changes import NOTABLE, Change, Happening
from db.crawls.funnels import DayFunnel
from db.fronts import Front

DAYS = 182
MOST_DAYS = 3660
# Days of the little charts in the table, and of the crawls by day; crawls and changes on a site's page.
FORTNIGHT = 14
FUNNEL_DAYS = 60
MOST_CRAWLS = 30
MOST_CHANGES = 20
# What stands in the columns of the crawls by day, from below.
STAGES = ("new", "changed", "unchanged", "failed")


def sources_page(asked: Asked) -> Answer:
    """Show all sites."""
    found = asked.archive.status(FORTNIGHT)
    return Answer("sources.html", "Sources", {"sources": found, "statistics": asked.archive.stats(FORTNIGHT)})


def source_page(asked: Asked) -> Answer:
    """Show one site."""
    host: str = asked.request.path_params["host"]
    archive = asked.archive
    account = archive.source(host, days=asked.number("days", DAYS, MOST_DAYS))
    status = archive.status_of(account.source, FORTNIGHT)
    front, no_front = _front(asked, account.source)
    notable = [each for each in NOTABLE if each is not Happening.GONE]
    changes = _changes(archive, account.source, notable)
    gone = _changes(archive, account.source, [Happening.GONE])
    data = {
        "account": account,
        "alarms": status.alarms if status else (),
        "status": status,
        "changes": changes[:MOST_CHANGES],
        "gone": gone[:MOST_CHANGES],
        "front": front,
        "no_front": no_front,
        "fronts": archive.fronts(account.source),
    }
    days = account.funnel_days[:FUNNEL_DAYS]
    shown = {
        "at": _in_field(asked.day("at")),
        "calendar": calendar([(day.day, day.articles) for day in account.days], "article"),
        "crawls": account.funnels[:MOST_CRAWLS],
        "all_changes": address("/changes", source=host) if len(changes) > MOST_CHANGES else None,
        "all_gone": address("/changes", source=host, kind="gone") if len(gone) > MOST_CHANGES else None,
        "funnel_days": days,
        "funnel_chart": _funnel_chart(days),
        "stages": STAGES,
        "earlier": None if front is None else _at(asked, iso_text(front.since - timedelta(seconds=1))),
        "later": None
        if front is None or not front.next_observed
        else _at(asked, iso_text(front.next_observed)),
    }
    return Answer("source.html", account.name, data, shown)


def _front(asked: Asked, host: str) -> tuple[Front | None, str]:
    """Return what stood on the front page that was asked for, else why nothing is known of it."""
    try:
        return asked.archive.front(host, at=asked.day("at"), page=asked.text("page")), ""
    except NotInArchiveError as error:
        return None, str(error)


def _at(asked: Asked, moment: str) -> str:
    given = {name: value for name, value in asked.params.items() if name != "at"}
    return f"{address(asked.request.url.path, **given, at=moment)}#front"


def _in_field(moment: datetime | None) -> str:
    """Return a moment as the form's field takes it, to the second: the states of a front page are as exact."""
    try:
        return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except OverflowError:  # the ends of the calendar
        return ""


def _changes(archive: Reader, host: str, kinds: Sequence[Happening]) -> list[Change]:
    """Return what happened to stories of one site, without those of the sites below it, and one more than is shown."""
    found = archive.changes(source=host, kinds=kinds, limit=MOST_CHANGES * 5)
    return [each for each in found if each.source == host][: MOST_CHANGES + 1]


def _funnel_chart(days: Sequence[DayFunnel]) -> Markup:
    shown = []
    for day in reversed(days):
        parts = tuple(getattr(day, stage) for stage in STAGES)
        words = ", ".join(f"{number:,} {stage}" for stage, number in zip(STAGES, parts, strict=True))
        title = f"{day.day}, {counted(day.crawls, 'crawl')}: {day.discovered:,} discovered, {words}"
        shown.append(Column(name=day.day.isoformat(), parts=parts, title=title))
    return columns(shown, "Pages by day and what came of them") if len(shown) > 1 else Markup("")
