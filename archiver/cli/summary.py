"""The end of a crawl: what came of it, for its user and for cron."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from archiver.cli.advice import command_line
from archiver.cli.outcomes import group_names, grouped, in_words, outcome_text
from archiver.cli.progress import Diary, Note
from archiver.cli.rendering import Output, by_number, counted, duration_text
from archiver.errors import ExitCode
from archiver.items import ARTICLE_OUTCOMES, CrawlState, FoundBy, Outcome
from archiver.pipelines.walls import NEEDS_JAVASCRIPT
from db.connection import read_archive
from db.crawls.funnels import Funnel, funnels_of
from db.crawls.outcomes import FAILURES, has_articles
from db.read import article_count
from db.values import host_of

if TYPE_CHECKING:
    from archiver.crawl.run import CrawlSummary

# So few failures are listed one by one; `archiver stats --failed` lists them all.
FEW_FAILURES = 8
# Of so many sites without stories it is told where a crawl looked; the others are named.
FEW_BARREN = 3
# So many reasons why pages hold no story, the most frequent ones.
FEW_REASONS = 3
# Addresses never seen before, and responses, listings among them.
FIRST_COLUMNS = ("found", "fetched")
NOTHING_NEW = "Nothing new: no story was added, none has changed."
# A page that came whole, with or without what was looked for: the site is there.
READ = frozenset({Outcome.LISTING, Outcome.NOT_ARTICLE, Outcome.NOT_HTML})


def print_summary(output: Output, summary: "CrawlSummary", diary: Diary, archive: Path) -> None:
    """Print what came of a crawl, by source, and what the archive holds now."""
    with closing(read_archive(archive)) as connection:
        funnels = funnels_of(connection, summary.crawl_id)
        articles = article_count(connection)
        barren = [source for source in _storyless(summary) if not has_articles(connection, source)]
    if any(grouped(counts) for counts in summary.counts.values()):
        output.print(_table(summary.counts, funnels))
        _print_failures(output, summary.counts, diary.notes, archive)
        output.say()
    news = _news(summary)
    if news or not barren:
        output.say((news or NOTHING_NEW, "bold"))
    for source in barren[:FEW_BARREN]:
        _print_search(output, source, diary, archive)
    if others := barren[FEW_BARREN:]:
        output.say((f"Nor at {counted(len(others), 'more site')}: ", "bold"), ", ".join(map(host_of, others)))
    for note in diary.notes:
        if note.url == note.source and note.outcome in ARTICLE_OUTCOMES:
            output.say("This is the address of a story, not of a site's first page:")
            output.say_whole(note.url, indent=2)
    _print_rest(output, summary)
    took = duration_text(summary.elapsed)
    output.say(f"{archive} holds {counted(articles, 'article')} now; the crawl took {took}.")


def exit_code(summary: "CrawlSummary") -> ExitCode:
    """Return what the end of a crawl means to cron."""
    if summary.state is CrawlState.INTERRUPTED:
        return ExitCode.INTERRUPTED
    if summary.state is CrawlState.FAILED:
        return ExitCode.FAILED
    if not summary.fetched and not summary.spent:
        return ExitCode.NOTHING_FETCHED
    return ExitCode.ALARMS if summary.alarms else ExitCode.DONE


def _table(counts: Mapping[str, Mapping[Outcome, int]], funnels: Sequence[Funnel]) -> Table:
    """Return what was found, fetched and archived of each source."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Source", overflow="fold")
    for name in (*FIRST_COLUMNS, *group_names()):
        table.add_column(name, justify="right")
    rows = {source: grouped(outcomes) for source, outcomes in counts.items()}
    for funnel in funnels:
        if funnel.url in rows:
            rows[funnel.url].update(found=funnel.discovered, fetched=funnel.fetched)
    labelled = [(label, rows[source]) for source, label in _labels(list(rows)).items()]
    if len(rows) > 1:
        labelled.append(("all", sum(rows.values(), Counter[str]())))
    for label, groups in labelled:
        table.add_row(label, *(f"{groups[name]:,}" for name in (*FIRST_COLUMNS, *group_names())))
    return table


def _labels(sources: Sequence[str]) -> Mapping[str, str]:
    """Return what a line calls each source: as little of its address as tells it from the others."""
    hosts = Counter(map(host_of, sources))
    places = Counter(source.partition("://")[2] for source in sources)

    def label(source: str) -> str:
        if hosts[host_of(source)] == 1:
            return host_of(source)
        place = source.partition("://")[2]
        return place if places[place] == 1 else source

    return {source: label(source) for source in sources}


def _print_failures(
    output: Output, counts: Mapping[str, Mapping[Outcome, int]], notes: Sequence[Note], archive: Path
) -> None:
    labels = _labels(list(counts))
    for source, outcomes in counts.items():
        failures = {outcome: number for outcome, number in outcomes.items() if outcome in FAILURES}
        if not failures:
            continue
        output.say()
        output.say((f"Failed at {labels[source]}: ", "bold"), by_number(in_words(failures).items()))
        failed = [note for note in notes if note.source == source and note.outcome in failures]
        for note in failed if len(failed) <= FEW_FAILURES else ():
            what = outcome_text(note.outcome)
            output.say_whole((f"{what} ", "yellow"), note.url, (f"  {note.detail}", "dim"), indent=2)
    if FAILURES & {outcome for outcomes in counts.values() for outcome in outcomes}:
        output.say(f"{command_line('stats', '--failed', archive=archive)}: every failed page with the reason")


def _storyless(summary: "CrawlSummary") -> list[str]:
    """Return the sources that were read to the end without a story coming up."""
    if summary.state is CrawlState.INTERRUPTED:
        return []
    return [
        source
        for source, counts in summary.counts.items()
        if READ & counts.keys() and not ARTICLE_OUTCOMES & counts.keys() and source not in summary.known
    ]


def _print_search(output: Output, source: str, diary: Diary, archive: Path) -> None:
    """Print where a crawl looked for the stories of a source in vain, and what may help."""
    output.say((f"No stories were found at {source}", "bold"))
    read = [note for note in diary.listings if note.source == source]
    visited = [note for note in diary.notes if note.source == source]
    looked_at = [f"{note.url} ({note.detail})" for note in read]
    looked_at += [f"{note.url} ({note.detail})" for note in visited if note.url == source]
    output.say(f"looked at: {', '.join(looked_at)}", margin="  ")
    if read and all(note.found_by is FoundBy.START for note in read):
        output.say("no feed or sitemap was found from there", margin="  ")
    if pages := [note for note in visited if note.url != source]:
        reasons = "; ".join(
            reason for reason, _ in Counter(note.detail for note in pages).most_common(FEW_REASONS)
        )
        output.say(
            f"{counted(len(pages), 'page')} visited, none of which holds a story: {reasons}", margin="  "
        )
    if cure := _cure(visited, source):
        output.say(cure, margin="  ")
    output.say("What became of a page, this command tells:", margin="  ")
    shown = pages[0].url if pages else source
    output.say_whole(command_line("show", shown, archive=archive), indent=4)


def _cure(visited: Sequence[Note], source: str) -> str:
    """Return what may help where a crawl found no story, by the pages that it visited; "" if nothing may."""
    if any(note.detail == NEEDS_JAVASCRIPT for note in visited):
        return "A browser may show more: javascript = true in sources.toml (docs/sources.md)."
    if any(note.url == source and note.outcome is Outcome.NOT_HTML for note in visited):
        return "Give the address of the site's first page."
    if visited and all(note.outcome in FAILURES for note in visited):
        return ""
    return "If it lists them elsewhere, name its feeds, sitemaps or fronts in sources.toml."


def _print_rest(output: Output, summary: "CrawlSummary") -> None:
    """Print what was left out and why."""
    if summary.not_due:
        stories = counted(summary.not_due, "known story", "known stories")
        output.say(f"{stories} not asked for: their next visit is not due, or they are done with.")
    for source, budget in summary.spent.items():
        output.say(
            f"{host_of(source)}: its {budget} are used up; its listings are read on, and what they name waits "
            "until those are older than a day."
        )
    for note in summary.notes:
        output.say(note)
    if summary.left:
        output.say(
            f"{counted(summary.left, 'more address', 'more addresses')} known and left for the next crawl."
        )
    if summary.state is CrawlState.INTERRUPTED:
        output.say("Stopped early. What was archived is whole; the same command goes on from here.")


def _news(summary: "CrawlSummary") -> str:
    """Return what is new in one line, "" if nothing is."""
    groups = sum((grouped(outcomes) for outcomes in summary.counts.values()), Counter[str]())
    new, changed = groups["new"], groups["changed"]
    if new or changed:
        parts = [f"{counted(new, 'new article')}"] * bool(new) + [
            f"{counted(changed, 'changed article')}"
        ] * bool(changed)
        return f"Archived {' and '.join(parts)}."
    if summary.state is CrawlState.INTERRUPTED:
        read = any(ARTICLE_OUTCOMES & counts.keys() for counts in summary.counts.values())
        return "Interrupted before anything new was found." if read else "Interrupted before the first story."
    return "" if summary.fetched or summary.spent else "Nothing could be fetched."
