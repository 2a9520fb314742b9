"""archiver search: ranked articles, related headlines, and counts."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import click
from rich.table import Table

from archiver.cli.options import MOST, Command, NumberType, T, archive_option, filter_options, json_option
from archiver.cli.rendering import (
    Output,
    bar,
    counted,
    day_text,
    fields_of,
    listed,
    marked,
    plain_marks,
    print_json,
    write_utf8,
)
from archiver.cli.words import Words
from db.connection import read_archive
from db.searching.counts import CountBy, Counts, count_by
from db.searching.headline_search import HeadlineHit, search_headlines
from db.searching.index import has_language, plain_subtag
from db.searching.query import read_query
from db.searching.search import Filters, Found, Hit, Sort, find, is_searchable

INDENT = 6
# Articles or headlines that are listed unless --limit says otherwise.
FEW = 20


@dataclass(frozen=True, slots=True)
class Order:
    """How articles that match are shown."""

    sort: Sort | None
    by: CountBy | None
    """Counted by this, not listed."""


def order_options(command: Command[T]) -> Command[T]:
    """Add the options for the order of articles, or their counts; command receives them as order."""

    @click.option(
        "--sort",
        type=click.Choice([sort.value for sort in Sort]),
        help="Best first, best with new ones lifted, or the latest first.  [default: best]",
    )
    @click.option(
        "--count-by",
        "by",
        type=click.Choice([by.value for by in CountBy]),
        help="Count all articles that match, instead of listing some.",
    )
    @wraps(command)
    def with_order(*, sort: str | None, by: str | None, **others: Any) -> T:
        if by and sort:
            raise click.UsageError("--count-by counts articles, --sort orders them: leave one of them out")
        return command(order=Order(Sort(sort) if sort else None, CountBy(by) if by else None), **others)

    return with_order


@click.command(cls=Words)
@click.argument("words", nargs=-1, required=True)
@filter_options
@order_options
@click.option(
    "--limit",
    "-n",
    type=NumberType(1, MOST),
    help=f"Articles, headlines or counts at most.  [default: {FEW}, of counts all]",
)
@json_option("One line of JSON for each article or headline; with --count-by, one object.")
@archive_option
def search(
    words: tuple[str, ...],
    filters: Filters,
    order: Order,
    limit: int | None,
    as_json: bool,
    archive: Path,
) -> None:
    """Find articles by their words, best first; or the related headlines that pages show.

    All words must stand in the article, or forms of them that a stemmer of their language knows; accents and
    case aside. Articles with the words as written come first, and the headline counts most.

    \b
    archiver search flood bridge               both words
    archiver search '"old bridge"'             these words in a row, as written
    archiver search 'bridg*'                   words that begin so
    archiver search 'flood bridge OR dam'      flood, and one of the others
    archiver search flood -bridge              flood without bridge
    archiver search 'flood NEAR/5 bridge'      close to each other
    archiver search headline:flood author:quill source:news.example
    archiver search flood in:headlines         headlines that pages show
    archiver search daech --lang fr --since 2026-01 --count-by month
    """
    query = " ".join(words)
    in_headlines = read_query(query).in_headlines
    if in_headlines and (order.by or order.sort or filters.distinct):
        raise click.UsageError(
            "--sort, --count-by and --distinct are for articles: leave them out, or in:headlines"
        )
    with closing(read_archive(archive)) as connection:
        if order.by:
            _tell_counts(count_by(connection, query, order.by, filters), limit or MOST, as_json=as_json)
        elif in_headlines:
            found = search_headlines(connection, query, filters, (limit or FEW) + 1)
            _tell_headlines(found, limit or FEW, as_json=as_json)
        else:
            hits = find(connection, query, filters, limit or FEW, order.sort or Sort.BEST)
            _tell_hits(hits, as_json=as_json)
            if not hits.hits and not as_json:
                _tell_why(connection, filters)


def _tell_hits(found: Found, *, as_json: bool) -> None:
    if as_json:
        write_utf8()
        for hit in found.hits:
            print_json(replace(hit, snippet=plain_marks(hit.snippet)))
    else:
        _print_hits(found)
    if found.newest_only:
        Output(stderr=True).say(
            f"Many articles match: looked at were the {found.newest_only:,} archived last. "
            "More words or filters reach the others, --count-by counts all."
        )


def _print_hits(found: Found) -> None:
    output = Output()
    for hit in found.hits:
        print_hit(output, hit)
    notes = Output(stderr=True)
    if found.hits and notes.is_terminal:
        more = " (--limit shows more)" if found.more else ""
        notes.say(
            (
                f"{counted(len(found.hits), 'article')}{more}; read one with archiver show {found.hits[0].article_id}",
                "dim",
            )
        )


def _tell_why(connection: Connection, filters: Filters) -> None:
    """Say that nothing was found, and what may find something."""
    notes = Output(stderr=True)
    if not is_searchable(connection):
        notes.say("No article matches: the archive has none yet. `archiver crawl ADDRESS` brings some.")
        return
    notes.say("No article matches. Fewer words, a prefix such as bridg*, or fewer filters find more.")
    if filters.language is not None:
        _tell_language(notes, connection, filters.language)


def _tell_language(notes: Output, connection: Connection, language: str) -> None:
    """Say what else the choice of a language may leave out."""
    first = plain_subtag(language)
    if not has_language(connection, first):
        notes.say(f"The archive has no article in {first}.")
    elif first != language.lower():
        notes.say(f"--lang {first} also finds articles whose pages do not say that they are in {language}.")


def print_hit(output: Output, hit: Hit) -> None:
    """Print one article that was found: number, headline, what is known of it, the passage, the address."""
    output.say((hit.headline, "bold"), margin=f"{hit.article_id:>{INDENT - 2}}  ")
    about = listed([day_text(hit.date_published), hit.source, hit.language or "", ", ".join(hit.authors)])
    output.say((about, "green"), margin=" " * INDENT)
    output.say(marked(" ".join(hit.snippet.split()), bold=output.is_terminal), margin=" " * INDENT)
    output.say_whole(hit.url, indent=INDENT, style="dim")
    output.say()


def _tell_headlines(hits: Sequence[HeadlineHit], limit: int, *, as_json: bool) -> None:
    """Print the first limit of hits, of which there is one more if more match."""
    if as_json:
        write_utf8()
        for hit in hits[:limit]:
            print_json(replace(hit, snippet=plain_marks(hit.snippet)))
        return
    output, notes = Output(), Output(stderr=True)
    for hit in hits[:limit]:
        _print_headline(output, hit)
    if not hits:
        notes.say(
            "No related headline matches. Fewer words, a prefix such as bridg*, or fewer filters find more."
        )
    elif len(hits) > limit and notes.is_terminal:
        notes.say((f"{counted(limit, 'headline')}; --limit shows more", "dim"))


def _print_headline(output: Output, hit: HeadlineHit) -> None:
    number = f"{hit.target_article_id or '':>{INDENT - 2}}  "
    output.say(marked(hit.snippet, bold=output.is_terminal), margin=number)
    seen = [day_text(hit.first_seen)]
    if day_text(hit.last_seen) != seen[0]:
        seen.append(day_text(hit.last_seen))
    pages = f"on {counted(hit.pages, 'page')}" if hit.pages > 1 else ""
    block = f"under {hit.block}" if hit.block else ""
    about = listed([" to ".join(seen), hit.source, hit.kind, block, f"place {hit.position + 1}", pages])
    output.say((about, "green"), margin=" " * INDENT)
    output.say_whole(f"stood at  {hit.page_url}", indent=INDENT, style="dim")
    output.say_whole(f"leads to  {hit.target_url or 'no address known'}", indent=INDENT, style="dim")
    output.say()


def _tell_counts(found: Counts, limit: int, *, as_json: bool) -> None:
    if as_json:
        write_utf8()
        print_json(fields_of(replace(found, counts=found.counts[:limit])))
        return
    if not found.counts:
        Output(stderr=True).say("No article matches.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column(found.by.value.capitalize(), overflow="fold")
    table.add_column("Articles", justify="right")
    table.add_column()
    most = max(count.articles for count in found.counts)
    for count in found.counts[:limit]:
        table.add_row(
            count.key or ("unchanged" if found.by is CountBy.CHANGE else "not known"),
            f"{count.articles:,}",
            bar(count.articles, most),
        )
    output = Output()
    output.print(table)
    left = len(found.counts) - limit
    more = f"; {counted(left, 'row')} more (--limit shows more)" if left > 0 else ""
    output.say((f"{counted(found.articles, 'article')} in all{more}", "dim"))
