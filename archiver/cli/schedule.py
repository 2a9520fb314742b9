"""archiver schedule: the line that has cron, or the units that have systemd, crawl at regular times."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from archiver import settings
from archiver.cli.advice import program_path
from archiver.cli.crawl import SOURCES, CrawlOptions, check_log_file, crawl, sources_of
from archiver.cli.options import DurationType
from archiver.errors import ArchiveError, ScheduleError
from db.connection import read_any_schema

# What of the environment decides how a crawl reaches the sites; a password in it is nothing to be printed.
PROXIES = frozenset({"http_proxy", "https_proxy", "no_proxy"})
# Whose options a mistake in a crawl's options is told to be.
NAME = "archiver schedule"
CRON_ADVICE = """\
Put this line into your crontab with `crontab -e`. cron mails what a crawl prints to the MAILTO of the crontab:
with --quiet only what needs a person. Nothing else is needed: the archive has its lock, the log its rotation."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--every",
    type=DurationType(),
    required=True,
    metavar="TIME",
    help="How often: 5m, 15m, 30m, 1h, 2h, 6h, 12h, 1d and the like.",
)
@click.option("--systemd", is_flag=True, help="Print a service and a timer instead of a line for cron.")
@click.argument("options", metavar="[CRAWL OPTIONS]... [URL]...", nargs=-1, type=click.UNPROCESSED)
def schedule(every: timedelta, systemd: bool, options: tuple[str, ...]) -> None:
    """Print the crontab line that crawls at regular times; install nothing.

    All other options and addresses are those of `archiver crawl`. Paths are made absolute, the minutes are
    chosen by the names of the machine and the archive, --quiet and a log file beside the archive are added.

    \b
    archiver schedule --every 15m
    archiver schedule --every 6h --sources sources.toml --contact me@example.org
    archiver schedule --every 1h --systemd
    """
    from archiver.crawl.schedule import crontab_line, systemd_units, times  # noqa: PLC0415 - as in crawl

    given = _crawl_options(options)
    words = [program_path(), "crawl", *_words(given)]
    archive, log = Path(given["archive"]), Path(given["log_file"])
    try:
        when = times(every, f"{socket.gethostname()} {archive}")
    except ScheduleError as error:
        raise click.BadParameter(str(error), param_hint="'--every'") from error
    _check(given)
    _tell_of_proxies()
    if not systemd:
        click.echo(crontab_line(when, words))
        click.echo(CRON_ADVICE, err=True)
        return
    units = systemd_units(when, words, archive, log)
    for kind, text in (("service", units.service), ("timer", units.timer)):
        click.echo(f"# /etc/systemd/system/{units.name}.{kind}\n{text}")
    click.echo(
        "Write each part into the file that it names, as root, then:\n"
        f"  systemctl daemon-reload && systemctl enable --now {units.name}.timer\n"
        f"Try it at once by `systemctl start {units.name}.service`; `journalctl -u {units.name}` shows what "
        "needs a person.",
        err=True,
    )


def _crawl_options(options: tuple[str, ...]) -> dict[str, Any]:
    """Return the options of a crawl as they are written, with those that a crawl from anywhere needs."""
    context = click.Context(crawl, info_name=NAME)
    given, _, _ = crawl.make_parser(context).parse_args(list(options))
    urls = given.get("urls")
    given["urls"] = urls if isinstance(urls, tuple) else ()  # else click's mark for none
    for parameter in crawl.params:
        # cron knows nothing of our environment.
        if parameter.name not in given and (value := parameter.resolve_envvar_value(context)):
            given[parameter.name] = value
    given.setdefault("archive", settings.ARCHIVE)
    given.setdefault("log_file", str(Path(given["archive"]).with_suffix(".log")))
    given["quiet"] = True
    if not given["urls"]:
        given.setdefault("sources", str(SOURCES))
    for parameter in crawl.params:
        if isinstance(parameter.type, click.Path) and parameter.name in given:
            given[parameter.name] = str(Path(given[parameter.name]).absolute())
    return given


def _check(given: dict[str, Any]) -> None:
    """Read the options as the crawl will read them, so that a mistake is found now; say what is missing."""
    from archiver.crawl.notify import check_addresses  # noqa: PLC0415 - as in crawl

    archive = Path(given["archive"])
    if archive.exists():
        read_any_schema(archive).close()
    elif not archive.parent.is_dir():
        raise ArchiveError(f"{archive} cannot be made: there is no directory {archive.parent}")
    with crawl.make_context(NAME, _words(given)) as context:
        options = CrawlOptions(**context.params)
        check_log_file(options.log_file, options.archive, options.sources or SOURCES)
        check_addresses(options.notify)
        _, contact = sources_of(options)
        if not (options.contact or contact):
            advice = "no --contact: the sites cannot write to you before they shut you out"
            click.echo(f"archiver: {advice}", err=True)


def _tell_of_proxies() -> None:
    """Say which proxies crawls by hand go through and those of cron or systemd will not."""
    if found := sorted(name for name, value in os.environ.items() if name.lower() in PROXIES and value):
        advice = "write the same above the line into the crontab, or as Environment= into the service"
        click.echo(f"archiver: {' and '.join(found)} of this shell is not known there: {advice}", err=True)


def _words(given: dict[str, Any]) -> list[str]:
    """Return options and addresses as words of a command line."""
    words: list[str] = []
    for parameter in crawl.params:
        if not isinstance(parameter, click.Option) or parameter.name not in given:
            continue
        name, value = parameter.opts[0], given[parameter.name]
        if parameter.is_flag:
            words += [name] if value else []
        else:
            for each in value if parameter.multiple else [value]:
                words += [name, str(each)]
    if urls := given["urls"]:
        words += ["--", *urls]
    return words
