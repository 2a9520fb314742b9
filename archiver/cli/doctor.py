"""archiver doctor: whether crawls can work here, and what to do where they cannot."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from archiver.cli.options import archive_option, json_option
from archiver.cli.rendering import Output, counted, print_json, printable, write_utf8
from archiver.errors import ExitCode
from db.health import Finding, Health

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
@json_option("A line of JSON for each check.")
def doctor(archive: Path, sources: Path | None, contact: str | None, as_json: bool) -> ExitCode:
    """Check the machine, what is installed, the sources and the archive; change nothing.

    Each check is ok, a warning or a failure, with the cure. Ends with 1 if one failed. A large archive takes
    its time, and may be crawled into meanwhile.

    \b
    archiver doctor
    archiver doctor --archive /srv/news/archive.db --json
    """
    from archiver.crawl.doctor import diagnose  # noqa: PLC0415 - a search must not wait for it

    findings = []
    if as_json:
        write_utf8()
    for finding in diagnose(archive, sources, contact):
        findings.append(finding)
        if as_json:
            print_json(finding)
    if not as_json:
        _print(Output(), findings)
    failed = any(finding.health is Health.FAIL for finding in findings)
    return ExitCode.FAILED if failed else ExitCode.DONE


def _print(output: Output, findings: list[Finding]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        found = Text(printable(finding.found))
        if finding.cure:
            found.append(f": {printable(finding.cure)}", "bold")
        if output.is_terminal:
            table.add_row(Text(finding.health, STYLES[finding.health]), finding.name, found)
        else:  # a line each, for grep
            output.say(f"{finding.health:<4}  {finding.name:<12}  ", found)
    if output.is_terminal:
        output.print(table)
    numbers = {health: sum(finding.health is health for finding in findings) for health in Health}
    output.say(
        f"{counted(numbers[Health.FAIL], 'failure')}, {counted(numbers[Health.WARN], 'warning')}, "
        f"{numbers[Health.OK]} ok"
    )
