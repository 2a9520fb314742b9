"""archiver doctor: whether crawls can work here, and what to do where they cannot."""

from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from archiver.cli.options import archive_option, json_option
from archiver.cli.rendering import Output, counted, print_json, printable, write_utf8
from archiver.errors import ExitCode
from db.health import Finding, Health

# Columns of the longest word for how good a thing is, and of the longest name of a check.
HEALTH_WIDTH, NAME_WIDTH = 4, 12
STYLES = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "bold red"}


@click.command()
@archive_option
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Sites that crawls take.  [default: sources.toml]",
)
@click.option("--contact", envvar="ARCHIVER_CONTACT", hidden=True)
@click.option(
    "--thorough",
    is_flag=True,
    help="Compare all of the search index with the articles, and each index of the database with its table: minutes "
    "where the archive is large.",
)
@json_option("A line of JSON for each check.")
def doctor(
    archive: Path, sources: Path | None, contact: str | None, thorough: bool, as_json: bool
) -> ExitCode:
    """Check the machine, what is installed, the sources and the archive; change nothing.

    Each check is ok, a warning or a failure, with the cure. Ends with 1 if one failed. It takes seconds, also with a
    large archive, which may be crawled into meanwhile; with --thorough no crawl can begin until the search index is
    compared. The raw pages are read by `archiver verify`.

    \b
    archiver doctor
    archiver doctor --thorough
    archiver doctor --archive /srv/news/archive.db --json
    """
    from archiver.crawl.doctor import diagnose  # noqa: PLC0415 - a search must not wait for it

    if as_json:
        write_utf8()
    output = Output()
    numbers: Counter[Health] = Counter()
    with output.status("Checking") if output.is_terminal and not as_json else nullcontext():
        for finding in diagnose(archive, sources, contact, thorough=thorough):
            numbers[finding.health] += 1
            if as_json:
                print_json(finding)
            else:
                _print(output, finding)
    if not as_json:
        failures, warnings = (
            counted(numbers[Health.FAIL], "failure"),
            counted(numbers[Health.WARN], "warning"),
        )
        output.say(f"{failures}, {warnings}, {numbers[Health.OK]} ok")
    return ExitCode.FAILED if numbers[Health.FAIL] else ExitCode.DONE


def _print(output: Output, finding: Finding) -> None:
    """Print a finding at once: the next may take its time."""
    found = Text(printable(finding.found))
    if finding.cure:
        found.append(f": {printable(finding.cure)}", "bold")
    if not output.is_terminal:  # a line each, for grep
        output.say(f"{finding.health:<{HEALTH_WIDTH}}  {finding.name:<{NAME_WIDTH}}  ", found)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, min_width=HEALTH_WIDTH)
    table.add_column(no_wrap=True, min_width=NAME_WIDTH)
    table.add_column(overflow="fold")
    table.add_row(Text(finding.health, STYLES[finding.health]), finding.name, found)
    output.print(table)
