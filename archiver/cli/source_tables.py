"""How sources, a look at one and a try at one are shown."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.table import Table

from archiver.cli.outcomes import outcome_text
from archiver.cli.rendering import (
    Output,
    counted,
    date_text,
    duration_text,
    listed,
    minute_text,
    printable,
)
from archiver.items import Visit
from db.crawls.sources import SourceRecord
from db.values import host_of

if TYPE_CHECKING:
    from archiver.crawl.survey import Choice, Survey
    from archiver.crawl.trial import Trial
    from spiders.frontier import Source

# Characters of a story's text that tell whether it is the right one.
FIRST_WORDS = 160


def print_survey(output: Output, survey: "Survey") -> None:
    """Print what a look at a site has found: a line for each page that lists stories."""
    output.say((survey.name or survey.url, "bold"), f"  {survey.url}  {survey.language or ''}")
    output.print(_listing_table(survey.choices, survey.url, with_verdict=True))
    output.say()


def print_trial(output: Output, trial: "Trial", url: str) -> None:
    """Print what a try at a source brought: its listings, then its stories."""
    output.print(_listing_table(trial.listings, url, with_verdict=False))
    for visit in trial.visits:
        output.say()
        _print_visit(output, visit)
    output.say()
    if not trial.visits:
        output.say(("No story was found.", "bold"))
    stored = sum(visit.split is not None and visit.split.article is not None for visit in trial.visits)
    output.say((f"Of {counted(len(trial.visits), 'page')} a crawl would store {stored}", "bold"), ".")


def print_sources(
    output: Output, sources: Sequence["Source"], records: Mapping[str, SourceRecord], file: Path
) -> None:
    """Print the sources of a file, a line each."""
    if not sources:
        output.say(f"{file} lists no site: `archiver source add URL` adds one.")
        return
    table = _table("Name", "Address", "Language", "Listings")
    table.add_column("Articles", justify="right")
    table.add_column("Last crawl")
    for source in sources:
        record = records.get(source.url)
        table.add_row(
            printable(source.name or host_of(source.url)),
            source.url,
            source.language or "",
            _listings(source),
            f"{record.articles:,}" if record else "",
            minute_text(record.last_crawl) if record and record.last_crawl else "never",
        )
    output.print(table)


def source_fields(source: "Source", record: SourceRecord | None) -> dict[str, object]:
    """Return a source as JSON shows it; of one that the archive does not know, 0 articles."""
    return {
        "name": source.name,
        "url": source.url,
        "language": source.language,
        "feeds": source.feeds,
        "sitemaps": source.sitemaps,
        "fronts": source.fronts,
        "pages": source.pages,
        "pages_a_day": source.pages_a_day,
        "megabytes_a_day": source.megabytes_a_day,
        "delay": source.delay,
        "javascript": source.javascript,
        "rules": len(source.rules),
        "articles": record.articles if record else 0,
        "last_crawl": record.last_crawl if record else None,
    }


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _listings(source: "Source") -> str:
    """Return how many listings of each sort an entry names."""
    sorts = (("feed", source.feeds), ("sitemap", source.sitemaps), ("front", source.fronts))
    return ", ".join(counted(len(urls), name) for name, urls in sorts if urls) or "found by each crawl"


def _listing_table(choices: Sequence["Choice"], url: str, *, with_verdict: bool) -> Table:
    table = _table("Listing", "Kind")
    for name in ("Addresses", "Newest", "Elsewhere"):
        table.add_column(name, justify="right")
    table.add_column("Written" if with_verdict else "", overflow="fold")
    for choice in choices:
        found = choice.listing
        verdict = f"{'yes' if choice.is_kept else 'no'}: {choice.why}" if with_verdict else found.failed
        table.add_row(
            _short(found.url, url),
            str(found.kind),
            f"{len(found.listings):,}",
            _age(choice.newest),
            "" if choice.overlap is None else f"{choice.overlap:.0%}",
            printable("; ".join(filter(None, (verdict, found.detail)))),
            style="" if choice.is_kept else "dim",
        )
    return table


def _short(address: str, url: str) -> str:
    """Return an address without what it has in common with all others of the site."""
    parts = urlsplit(address)
    if parts.netloc != urlsplit(url).netloc:
        return address
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _age(moment: datetime | None) -> str:
    """Return how long ago a moment was, as people say it; "" if it is not known."""
    if moment is None:
        return ""
    age = max(datetime.now(UTC) - moment, timedelta())
    if age < timedelta(hours=1):
        return (
            f"{duration_text(timedelta(minutes=age // timedelta(minutes=1)))} ago"
            if age.seconds > 60
            else "now"
        )
    if age < timedelta(days=2):
        return f"{age // timedelta(hours=1)} h ago"
    return f"{age.days} days ago"


def _print_visit(output: Output, visit: Visit) -> None:
    article = visit.split.article if visit.split else None
    related = len(visit.split.related) if visit.split else 0
    if article is None:
        style = "yellow"
        output.say((f"not stored: {outcome_text(visit.outcome)}", style), f"  {visit.detail}")
    else:
        output.say((article.headline, "bold"))
        output.say(
            listed(
                [
                    date_text(article.date_published, article.sources.date_published_precision),
                    ", ".join(article.authors) or "no author",
                    article.language or "",
                    f"{len(article.body):,} characters",
                    counted(related, "related link"),
                ]
            ),
            margin="  ",
        )
        words = " ".join(article.body.split())
        output.say((words[:FIRST_WORDS] + ("…" if len(words) > FIRST_WORDS else ""), "dim"), margin="  ")
    output.say_whole(article.url if article else visit.url, indent=2, style="dim")
