"""The sites: all in a table, and one with its coverage, crawls, alarms and what stood on its front page."""

from archiver.errors import NotInArchiveError
from archiver.room.answers import Answer, Asked
from archiver.room.charts import calendar, columns

DAYS = 182
MOST_DAYS = 3660
# Days of the little charts in the table, and crawls and changes on a site's page.
FORTNIGHT = 14
MOST_CRAWLS = 30
MOST_CHANGES = 20


def sources_page(asked: Asked) -> Answer:
    """Show all sites."""
    found = asked.archive.status(FORTNIGHT)
    return Answer("sources.html", "Sources", {"sources": found, "statistics": asked.archive.stats(FORTNIGHT)})


def source_page(asked: Asked) -> Answer:
    """Show one site."""
    host: str = asked.request.path_params["host"]
    archive = asked.archive
    account = archive.source(host, days=asked.number("days", DAYS, MOST_DAYS))
    status = next((each for each in archive.status(FORTNIGHT) if each.source == account.source), None)
    at = asked.day("at")
    data = {
        "account": account,
        "alarms": status.alarms if status else (),
        "status": status,
        "changes": archive.changes(source=account.source, limit=MOST_CHANGES),
        "front": None,
        "no_front": "",
    }
    try:
        data["front"] = archive.front(account.source, at=at, page=asked.text("page"))
    except NotInArchiveError as error:
        data["no_front"] = str(error)
    crawls = account.funnels[:MOST_CRAWLS]
    shown = {
        "calendar": calendar([(day.day, day.articles) for day in account.days], "article"),
        "crawls": crawls,
        "crawl_chart": columns(
            [(f"crawl {each.crawl_id}", each.new) for each in reversed(crawls)],
            "new story",
            [f"/crawls/{each.crawl_id}" for each in reversed(crawls)],
        ),
    }
    return Answer("source.html", account.name, data, shown)
