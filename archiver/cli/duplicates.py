"""archiver duplicates: which articles are copies of each other."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from archiver.cli.options import MOST, NumberType, archive_option, article_options, json_option
from archiver.cli.rendering import (
    Output,
    counted,
    date_text,
    day_text,
    duration_text,
    listed,
    minute_text,
    print_json,
    printable,
    write_utf8,
)
from db.connection import read_archive
from db.searching.filters import ALL_ARTICLES

if TYPE_CHECKING:
    from db.dedup.copies import Cluster, Comparison, Copies, Copy

INDENT = 6
# Passages of a copy that are shown, the longest, and characters of each.
PASSAGES = 3
SHOWN = 160
# Other sites of a cluster that its row names.
NAMED = 4
# The largest number that SQLite has.
MOST_ID = 2**63 - 1
# Seconds between two lines on how far a rebuild is.
LINE_SECONDS = 10.0
DIRECTIONS = {"earlier": "earlier", "later": "later", "unknown": "of the same time"}


@click.command()
@click.argument("article", metavar="[URL-OR-ID]", required=False)
@article_options
@click.option(
    "--order",
    type=click.Choice(["largest", "newest"]),
    default="largest",
    show_default=True,
    help="Which clusters come first.",
)
@click.option(
    "--limit",
    "-n",
    type=NumberType(1, MOST),
    default=20,
    show_default=True,
    help="Clusters, or copies of the article, at most.",
)
@click.option("--cluster", type=NumberType(1, MOST_ID), metavar="ID", help="All articles of one cluster.")
@click.option("--rebuild", is_flag=True, help="Compare what was archived before articles were compared.")
@json_option("One line of JSON for each cluster, or one object for the article.")
@archive_option
def duplicates(*, article: str | None, rebuild: bool, archive: Path, **values: Any) -> None:
    """Show which articles are copies: of the same or nearly the same text, and what they took from whom.

    Without URL-OR-ID, the clusters of copies in which an article is as the options ask. With it, what else is
    that story's address, and how much of its text stands in which other articles, earlier or later. Nothing is
    ever deleted; `archiver search --distinct` and `archiver export --distinct` leave copies out.

    \b
    archiver duplicates --since 7d --order newest
    archiver duplicates --source courier.example --json
    archiver duplicates https://news.example/2026/flood-closes-the-old-bridge
    """
    chosen = [article is not None, values["filters"] != ALL_ARTICLES, values["cluster"] is not None, rebuild]
    if sum(chosen) > 1:
        raise click.UsageError(
            "an article, filters, --cluster and --rebuild exclude each other: give one of them"
        )
    if rebuild:
        _rebuild(archive)
        return
    with closing(read_archive(archive)) as connection:
        _tell_not_compared(connection)
        if article is not None:
            _show_article(connection, article, values["limit"], as_json=values["as_json"])
        elif values["cluster"] is not None:
            _show_cluster(connection, values["cluster"], as_json=values["as_json"])
        else:
            _show_clusters(connection, values)


def _rebuild(archive: Path) -> None:
    from archiver.crawl.duplicates import run_rebuild  # noqa: PLC0415 - a search must not wait for Scrapy

    notes = Output(stderr=True)
    start = last = monotonic()

    def reached(done: int, total: int) -> None:
        nonlocal last
        now = monotonic()
        if now - last >= LINE_SECONDS:
            last = now
            took = duration_text(timedelta(seconds=now - start))
            notes.say(f"{took}: {done:,} of {counted(total, 'article')} compared")

    done = run_rebuild(archive, reached)
    added = counted(done.addresses, "story address", "story addresses")
    Output().say(f"{counted(done.compared, 'article')} compared, {added} added.")


def _tell_not_compared(connection: Connection) -> None:
    from db.dedup.duplicates import not_compared  # noqa: PLC0415 - numpy

    if left := len(not_compared(connection)):
        verb = "was" if left == 1 else "were"
        Output(stderr=True).say(
            f"{counted(left, 'article')} {verb} archived before articles were compared: "
            "archiver duplicates --rebuild compares them"
        )


def _show_cluster(connection: Connection, cluster_id: int, *, as_json: bool) -> None:
    from db.dedup.copies import cluster  # noqa: PLC0415 - numpy

    found = cluster(connection, cluster_id)
    if as_json:
        write_utf8()
        print_json(found)
        return
    output = Output()
    output.say((f"cluster {found.id}", "bold"))
    for copy in found.members:
        output.say((copy.headline, "bold"), margin=f"{copy.article_id:>{INDENT - 2}}  ")
        _print_about(output, copy)


def _show_clusters(connection: Connection, values: dict[str, Any]) -> None:
    from db.dedup.copies import Order, clusters  # noqa: PLC0415 - numpy

    found = clusters(connection, values["filters"], values["limit"], Order(values["order"]))
    if values["as_json"]:
        write_utf8()
        for cluster in found:
            print_json(cluster)
        return
    notes = Output(stderr=True)
    if not found:
        notes.say("No article has a copy here.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("Cluster", "articles", "sites"):
        table.add_column(name, justify="right")
    table.add_column("First")
    table.add_column("Agency")
    table.add_column("Headline of the first", overflow="fold")
    table.add_column("Sites, the first one first", overflow="fold")
    for cluster in found:
        table.add_row(*map(printable, _row(cluster)))
    Output().print(table)
    if len(found) == values["limit"]:
        notes.say((f"{counted(len(found), 'cluster')} shown; --limit shows more", "dim"))


def _row(cluster: "Cluster") -> tuple[str, ...]:
    first = cluster.members[0]
    sites = list(dict.fromkeys(member.source for member in cluster.members))
    more = f" and {len(sites) - NAMED} more" if len(sites) > NAMED else ""
    return (
        str(cluster.id),
        f"{cluster.articles:,}",
        f"{cluster.sources:,}",
        day_text(first.date_published or first.first_seen),
        next((member.agency for member in cluster.members if member.agency), ""),
        f"{first.headline} ({first.article_id})",
        ", ".join(sites[:NAMED]) + more,
    )


def _show_article(connection: Connection, article: str, limit: int, *, as_json: bool) -> None:
    from archiver.parsers.urls import canonical_url  # noqa: PLC0415 - an id must not wait for it
    from db.dedup.copies import copies_of  # noqa: PLC0415 - numpy

    wanted = (canonical_url(article) or article) if "://" in article else article
    found = copies_of(connection, wanted, limit)
    if as_json:
        write_utf8()
        print_json(found)
    else:
        _print_copies(Output(), found)


def _print_copies(output: Output, found: "Copies") -> None:
    output.say((found.article.headline, "bold"), margin=f"{found.article.article_id:>{INDENT - 2}}  ")
    _print_about(output, found.article)
    output.say()
    for address in found.addresses:
        output.say("same address: ", (address, "dim"))
    if found.cluster_id is None:
        output.say("No other article has this text, or nearly this text.")
        return
    output.say((f"cluster {found.cluster_id}", "bold"))
    for comparison in found.comparisons:
        _print_comparison(output, comparison)
    if len(found.comparisons) < found.others:
        told = f"{len(found.comparisons):,} of {counted(found.others, 'copy', 'copies')} shown; --limit shows more"
        Output(stderr=True).say((told, "dim"))


def _print_comparison(output: Output, each: "Comparison") -> None:
    output.say()
    output.say((each.copy.headline, "bold"), margin=f"{each.copy.article_id:>{INDENT - 2}}  ")
    _print_about(output, each.copy)
    if each.level == "text":
        how = "the same text"
    else:
        how = f"nearly the same text: has {each.share:.0%} of this one, {each.other_share:.0%} of it stands in this one"
    output.say(f"{DIRECTIONS[each.direction]}, {how}", margin=" " * INDENT)
    longest = sorted(each.passages, key=len, reverse=True)[:PASSAGES]
    for passage in each.passages:
        if passage in longest:
            text = " ".join(passage.split())
            cut = f"{text[:SHOWN]}…" if len(text) > SHOWN else text
            output.say((f"“{cut}”", "dim"), margin=" " * INDENT)


def _print_about(output: Output, copy: "Copy") -> None:
    stated = date_text(copy.date_published, copy.date_published_precision)
    date = stated if copy.date_published else f"seen {minute_text(copy.first_seen)}"
    about = listed([date, copy.source, copy.agency or ""])
    output.say((about, "green"), margin=" " * INDENT)
    output.say_whole(copy.url, indent=INDENT, style="dim")
