"""archiver explain: the whole story of one address."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from archiver.cli.advice import command_line
from archiver.cli.options import archive_option, json_option, page_address
from archiver.cli.outcomes import outcome_text
from archiver.cli.rendering import (
    Output,
    byte_text,
    counted,
    duration_text,
    fields_of,
    listed,
    minute_text,
    print_json,
    span_text,
    write_utf8,
)
from archiver.items import FoundBy
from db.connection import read_archive
from db.crawls.accounts import PageAccount, VersionAccount, VisitAccount, is_known, page_account
from db.crawls.schedule import PageStatus
from db.forgetting.forgotten import Forgetting, forgetting_of

WAYS = {
    FoundBy.START: "named by its user",
    FoundBy.FEED: "by a feed",
    FoundBy.SITEMAP: "by a sitemap",
    FoundBy.FRONT_PAGE: "on a front page",
    FoundBy.RELATED: "by a related headline",
}

# Visits that are printed, the latest: those of a front page or feed are as many as the crawls.
MOST_VISITS = 10


@click.command()
@click.argument("url")
@json_option("One JSON object, with all visits.")
@archive_option
def explain(url: str, as_json: bool, archive: Path) -> None:
    """Tell the whole story of one address: how it was found, each visit and why it came out so, when it is due.

    It also tells which versions of an article came of it and which pages show it by a headline. The address may
    carry tracking parameters. Of a story that was forgotten it tells when and why.

    \b
    archiver explain https://news.example/2026/flood-closes-the-old-bridge
    """
    address = page_address(url)
    account: PageAccount | None = None
    with closing(read_archive(archive)) as connection:
        forgetting = forgetting_of(connection, address)
        if forgetting is None or is_known(connection, address):
            account = page_account(connection, address, None if as_json else MOST_VISITS)
    if as_json:
        write_utf8()
        print_json(_with_forgetting(account, forgetting) if forgetting else account)
        return
    if forgetting is not None:
        _print_forgetting(Output(), address, forgetting)
    if account is not None:
        _print_account(Output(), account, archive)


def _with_forgetting(account: PageAccount | None, forgetting: Forgetting) -> dict[str, object]:
    return {**(fields_of(account) if account else {}), "forgotten": forgetting}


def _print_forgetting(output: Output, address: str, forgetting: Forgetting) -> None:
    output.say_whole(address, indent=0, style="bold")
    removed = [
        counted(forgetting.articles, "article"),
        counted(forgetting.versions, "version"),
        counted(forgetting.captures, "capture"),
        counted(forgetting.links, "related headline"),
    ]
    output.say(f"{minute_text(forgetting.begun)}: {forgetting.reason}", margin="  forgotten ")
    output.say(f"{listed(removed)} were removed", margin="            ")
    if forgetting.finished is None:
        output.say("not finished: run `archiver forget` to remove what is left of it", margin="            ")
    if forgetting.allowed is None:
        output.say("kept out, until `archiver forget --again URL` lets it in", margin="  since     ")
    else:
        output.say(f"let in again {minute_text(forgetting.allowed)}", margin="  since     ")


def _print_account(output: Output, account: PageAccount, archive: Path) -> None:
    output.say_whole(account.url, indent=0, style="bold")
    for name, text in _facts(account):
        output.say(text, margin=f"  {name:<10}")
    if account.visits:
        output.say()
        _print_visits(output, account, archive)
    if account.versions:
        output.say()
        known_at = "" if account.article_url == account.url else f" at {account.article_url}"
        output.say((f"Article {account.article_id}{known_at}", "bold"))
        for version in account.versions:
            output.say(_version_line(version), margin="  ")
    if account.pointers:
        output.say()
        _print_pointers(output, account, archive)


def _print_visits(output: Output, account: PageAccount, archive: Path) -> None:
    is_cut = account.visit_count > sum(visit.fetches for visit in account.visits)
    latest = f", the latest {MOST_VISITS}" if is_cut else ""
    output.say((f"{counted(account.visit_count, 'visit')}{latest}", "bold"))
    for visit in account.visits:
        output.say(_visit_line(visit, account.url), margin="  ")
    if is_cut:
        output.say_whole(command_line("explain", "--json", account.url, archive=archive), indent=2)


def _print_pointers(output: Output, account: PageAccount, archive: Path) -> None:
    is_cut = account.pointer_count > len(account.pointers)
    latest = f", the latest {len(account.pointers)}" if is_cut else ""
    output.say((f"Shown by {counted(account.pointer_count, 'headline')}{latest}", "bold"))
    for pointer in account.pointers:
        seen = span_text(pointer.first_seen, pointer.last_seen)
        about = listed([pointer.kind, pointer.block, seen, "" if pointer.is_shown else "no longer"])
        output.say(f"{pointer.headline}  ", (about, "dim"), margin="  ")
        output.say_whole(pointer.url, indent=4, style="dim")
    if is_cut:
        output.say_whole(command_line("related", account.url, archive=archive), indent=2)


def _version_line(version: VersionAccount) -> str:
    why = "" if version.number == 1 else f" (by the {version.cause})"
    return f"version {version.number}, {minute_text(version.seen_at)}{why}: {version.headline}"


def _facts(account: PageAccount) -> Iterator[tuple[str, str]]:
    yield "site", account.source or "none that is crawled"
    way = (
        WAYS.get(account.found_by, f"by {account.found_by}")
        if account.found_by
        else "as the origin of other pages"
    )
    on = f", {account.found_on}" if account.found_on else ""
    yield "found", f"{minute_text(account.first_seen)} {way}{on}"
    if said := listed(
        [
            account.listed_headline or "",
            f"published {account.listed_published}" if account.listed_published else "",
            f"changed {account.listed_modified}" if account.listed_modified else "",
        ]
    ):
        yield "listed as", said
    if more := listed(
        [account.listed_language or "", ", ".join(account.listed_keywords), _pictures(account)]
    ):
        yield "with", more
    if account.outcome is None:
        yield "outcome", "not visited yet"
    else:
        yield "outcome", listed([outcome_text(account.outcome), account.detail])
    yield "next", _next(account)
    if account.links:
        yield "shows", counted(account.links, "related headline")


def _pictures(account: PageAccount) -> str:
    return counted(len(account.listed_images), "picture") if account.listed_images else ""


def _next(account: PageAccount) -> str:
    tried = f", after {counted(account.attempts, 'failed attempt')}" if account.attempts else ""
    if account.source is None:
        return "never: its site is not crawled"
    if account.state is PageStatus.LEASED:
        return "on its way in a crawl, or in one that was killed: then the next crawl asks for it"
    if account.is_listing:
        return "in every crawl that finds stories by it"
    moment, is_done = account.next_visit, account.state is PageStatus.DONE
    if account.announced is not None and (is_done or (moment is not None and account.announced < moment)):
        moment, is_done, tried = account.announced, False, ", since its site says that it changed"
    if is_done:
        given_up = "given up" if account.attempts else "never"
        return f"{given_up}, unless the site says that it changed{tried}"
    wait = None if moment is None else moment - datetime.now(UTC)
    if wait is None or wait.total_seconds() <= 0:
        return f"by the next crawl that has room for it{tried}"
    return f"{minute_text(moment)}, in {duration_text(wait)}{tried}"


def _visit_line(visit: VisitAccount, url: str) -> str:
    place = f"{visit.place.file} at byte {visit.place.offset}" if visit.place else ""
    return listed(
        [
            minute_text(visit.fetched),
            f"{visit.fetches} times since {minute_text(visit.unchanged_since)}"
            if visit.unchanged_since
            else "",
            f"crawl {visit.crawl_id}",
            outcome_text(visit.outcome),
            f"HTTP {visit.status}" if visit.status else "",
            visit.detail,
            "" if visit.final_url == url else f"led to {visit.final_url}",
            byte_text(visit.length) if visit.length else "",
            place,
        ]
    )
