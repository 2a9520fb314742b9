"""archiver export: datasets of articles and of related links."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click

from archiver.cli.options import archive_option, filter_options
from archiver.cli.rendering import counted, printable, write_utf8
from archiver.cli.words import Words
from archiver.errors import ExitCode, ExportError
from db.export import Exported, Form, Request, What, form_of
from db.export import export as write_export
from db.export.request import FOLDERS, SPLITS
from db.searching.filters import Filters

# Lines of raw pages that cannot be read that are shown; all of them stand in the manifest.
MOST_LINES = 20
NOUNS: Mapping[str, str] = {"articles": "article", "links": "related link"}


class SplitsType(click.ParamType[Any]):
    """Shares of a dataset's splits."""

    name = "splits"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the shares that value, an option's text, means."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} are no shares: give up to three numbers that make 100", param, ctx)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an export goes, and in which form."""

    path: Path | None
    """None: standard output."""
    form: Form


def place(output: str, form: str | None) -> Place:
    """Return where output, an option's text, leads to.

    Raises UsageError if its name does not tell the form, ExportError if it is a folder's and the form is a file.
    """
    path = None if output == "-" else Path(output)
    known = Form(form) if form else form_of(path)
    if known is None:
        # What is no regular file, such as /dev/stdout or a pipe, has no ending.
        if path is not None and path.suffix and not (path.exists() and not path.is_file()):
            raise click.UsageError(
                f"the ending of {output} tells no format: give --format {'|'.join(Form)}, or another ending"
            )
        known = Form.JSONL
    if output.endswith(os.sep) and known not in FOLDERS:
        raise ExportError(f"{output} is a folder: name a file to write to")
    return Place(path, known)


@click.command(cls=Words)
@click.argument("words", nargs=-1)
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice([str(form) for form in Form]),
    help="Else by the ending of FILE; jsonl.",
)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    default="-",
    help="Where to write, a folder for dataset and markdown; - is standard output.  [default: -]",
)
@click.option(
    "--what",
    type=click.Choice(list(NOUNS)),
    default="articles",
    show_default=True,
    help="Articles, or related links with the page that shows them.",
)
@click.option(
    "--since-last",
    metavar="NAME",
    help="Only what is new or changed since the last export of this name; the first holds all.",
)
@click.option("--force", is_flag=True, help="Replace an earlier --since-last export that stands at FILE.")
@click.option(
    "--raw", is_flag=True, help="CSV: texts exactly as they are, lists as JSON; not for spreadsheets."
)
@click.option(
    "--splits",
    type=SplitsType(),
    default=",".join(map(str, SPLITS)),
    show_default=True,
    metavar="N,N,N",
    help="Dataset: percent for train, validation and test.",
)
@filter_options
@archive_option
def export(
    words: tuple[str, ...], form: str | None, output: str, filters: Filters, archive: Path, **others: Any
) -> ExitCode:
    """Write articles or related links as a dataset.

    Formats: jsonl, csv, parquet, dataset (a folder for load_dataset), markdown (a folder), sqlite (an archive),
    wacz (the raw pages, for ReplayWeb.page), and for links graphml. Rows come in the order of the archive, however
    many there are; a file or folder is replaced only once all is written, and gets a manifest; one that holds what
    was new for --since-last is replaced only with --force. WORDS choose articles as a search does.

    \b
    archiver export -o articles.jsonl
    archiver export --since 2026-01 --lang fr -o articles.parquet
    archiver export flood bridge | jq .headline
    archiver export --format dataset -o news-dataset
    archiver export --what links -o links.graphml
    archiver export --since-last weekly -o weekly-2026-11-28.jsonl.gz
    """
    chosen = place(output, form)
    request = Request(
        what=What(others["what"]),
        form=chosen.form,
        filters=filters,
        words=" ".join(words) if words else None,
        raw=others["raw"],
        since_last=others["since_last"],
        replace=others["force"],
        splits=others["splits"],
    )
    write_utf8()
    exported = write_export(archive, request, chosen.path or sys.stdout.buffer)
    if chosen.path is not None:
        _tell(exported, request, output)
    unreadable = cast("list[str]", exported.counts.get("unreadable", []))
    for line in unreadable[:MOST_LINES]:
        click.echo(f"archiver: {printable(line)}", err=True)
    if len(unreadable) > MOST_LINES:
        more = len(unreadable) - MOST_LINES
        click.echo(f"archiver: and {counted(more, 'more raw page')} that cannot be read", err=True)
    return ExitCode.FAILED if unreadable else ExitCode.DONE


def _tell(exported: Exported, request: Request, output: str) -> None:
    """Say what was written, on standard error: standard output is for rows."""
    written = int(str(exported.counts.get("pages", exported.rows)))
    told = f"{counted(written, NOUNS[request.what])} written to {output}"
    if request.since_last is not None and not exported.rows:
        told += f": nothing is new or changed for --since-last {request.since_last}"
    click.echo(told, err=True)
    if missing := exported.counts.get("without_page"):
        click.echo(f"{counted(int(str(missing)), 'article')} without a raw page: not in it", err=True)
    if left := exported.counts.get("not_compared"):
        click.echo(
            f"{counted(int(str(left)), 'article')} not compared with others yet, so that near copies may be in two "
            "splits: run `archiver duplicates --rebuild` first",
            err=True,
        )
    if exported.removed:
        stands = "its id stands" if len(exported.removed) == 1 else "their ids stand"
        click.echo(
            f"{counted(len(exported.removed), NOUNS[request.what])} removed since then: {stands} in the manifest",
            err=True,
        )
