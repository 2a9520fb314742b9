"""Datasets of articles and of related links, as JSON lines or CSV, in constant memory."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection, Row
from typing import TextIO

from archiver.errors import ExportError
from db.articles import AUTHORS
from db.connection import archive_errors
from db.filters import ALL_ARTICLES, Filters, article_condition, link_condition
from db.matching import article_matches
from db.warc import warc_directory

ARTICLE_COLUMNS = (
    "id",
    "url",
    "source",
    "headline",
    "lead",
    "body",
    "authors",
    "date_published",
    "date_modified",
    "language",
    "section",
    "keywords",
    "images",
    "first_seen",
    "last_seen",
    "revision",
)
RELATED_LINK_COLUMNS = (
    "page_url",
    "page_headline",
    "source",
    "target_url",
    "headline",
    "kind",
    "block",
    "position",
    "first_seen",
    "last_seen",
)
IMAGES = """(SELECT json_group_array(json_object('url', url, 'caption', caption, 'credit', credit)) FROM (
    SELECT url, caption, credit FROM images WHERE article_id = articles.id ORDER BY position))"""
# How every SQLite database begins (https://sqlite.org/fileformat2.html#magic_header_string).
SQLITE_HEADER = b"SQLite format 3\0"
# What SQLite and we append to the name of an archive for the files beside it.
BESIDE = ("", "-wal", "-shm", "-journal", "-lock")
# What a spreadsheet takes for the beginning of a formula, in half and full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# White space and quotes that some spreadsheets take off before they look.
BEFORE_FORMULA = " \n\"'\u00a0\u3000"
# Ends of lines to some readers of JSON lines, though not to JSON.
OTHER_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def articles(
    archive: Connection, filters: Filters = ALL_ARTICLES, words: str | None = None
) -> Iterator[dict[str, object]]:
    """Yield the latest version of each article that filters and words, a search, ask for, in order of id.

    The keys are ARTICLE_COLUMNS; authors, keywords and images are lists, an image is a dict of url, caption
    and credit. Times are ISO 8601 in UTC. Raises QueryError as db.search.search does.
    """
    chosen = article_condition if words is None else partial(article_matches, words=words)
    condition = chosen(archive, filters=filters)
    sql = f"""
        SELECT articles.*, sources.host AS source, {AUTHORS} AS authors, {IMAGES} AS images
        FROM articles JOIN sources ON sources.id = articles.source_id
        WHERE {condition.sql} ORDER BY articles.id
    """  # noqa: S608 - only text of this program
    with archive_errors(archive):
        for row in archive.execute(sql, condition.values):
            yield _article(row)


def related_links(archive: Connection, filters: Filters = ALL_ARTICLES) -> Iterator[dict[str, object]]:
    """Yield the related links of all pages, front pages included, by page and position.

    The keys are RELATED_LINK_COLUMNS. Of filters, source is the page's, since and until mean that the page
    showed the link at some time between them, language and author are those of the page's article.
    """
    condition = link_condition(archive, filters)
    sql = f"""
        SELECT pages.url AS page_url, articles.headline AS page_headline, sources.host AS source,
            targets.url AS target_url, related_links.headline AS headline, kind, block, position,
            related_links.first_seen AS first_seen, related_links.last_seen AS last_seen
        FROM pages CROSS JOIN related_links ON related_links.page_id = pages.id
        LEFT JOIN sources ON sources.id = pages.source_id
        LEFT JOIN pages AS targets ON targets.id = related_links.target_id
        LEFT JOIN articles ON articles.id = pages.article_id
        WHERE {condition.sql} ORDER BY pages.id, position, related_links.id
    """  # noqa: S608 - only text of this program; CROSS: page by page, so that no more than one's are sorted
    with archive_errors(archive):
        for row in archive.execute(sql, condition.values):
            yield dict(row)


def export_file(path: Path, archive: Path) -> Path:
    """Return path, a file to write to, if that destroys neither archive, the files beside it, nor a database.

    Raises ExportError if it would, whichever links or spelling of the path lead there.
    """
    for written in (path.resolve(), _part(path.resolve())):
        if any(_is_same(written, own) for own in _own_files(archive)):
            raise ExportError(f"{path} belongs to the archive: name another file to write to")
    if path.is_file() and _is_database(path):
        raise ExportError(f"{path} is an SQLite database: name another file to write to")
    return path


def write_jsonl(rows: Iterable[Mapping[str, object]], target: Path | TextIO) -> int:
    """Write each row as one line of JSON in UTF-8 to target and return how many there were.

    A file is replaced only when all is written. Raises ExportError if target cannot be written.
    """

    def write(stream: TextIO) -> int:
        number = 0
        for number, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
            stream.write(f"{_json_line(row)}\n")
        return number

    return _written(write, target)


def write_csv(rows: Iterable[Mapping[str, object]], target: Path | TextIO, columns: Sequence[str]) -> int:
    """Write columns of rows as CSV in UTF-8, with a header, to target and return how many rows there were.

    Lists are joined by "; " (images by their addresses), None is an empty cell. A text that a spreadsheet
    would run as a formula gets an apostrophe in front. A file is replaced only when all is written. Raises
    ExportError if target cannot be written.
    """

    def write(stream: TextIO) -> int:
        number = 0
        writer = csv.writer(stream)  # ends lines as RFC 4180 says
        writer.writerow(columns)
        for number, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
            writer.writerow([_cell(row[column]) for column in columns])
        return number

    return _written(write, target)


def _own_files(archive: Path) -> Iterator[Path]:
    """Yield the files and the directory of an archive, by the name given and by the one that links lead to."""
    for base in (archive, archive.resolve()):
        yield from (base.with_name(f"{base.name}{ending}") for ending in BESIDE)
        yield warc_directory(base)


def _is_same(path: Path, own: Path) -> bool:
    """Whether path, resolved, is a file of ours or lies in a directory of ours."""
    return path.is_relative_to(own.resolve()) or (path.exists() and own.exists() and path.samefile(own))


def _is_database(path: Path) -> bool:
    with _export_errors(path), path.open("rb") as file:
        return file.read(len(SQLITE_HEADER)) == SQLITE_HEADER


def _article(row: Row) -> dict[str, object]:
    lists = {name: json.loads(row[name]) for name in ("authors", "keywords", "images")}
    return {name: lists[name] if name in lists else row[name] for name in ARTICLE_COLUMNS}


def _json_line(row: Mapping[str, object]) -> str:
    line = json.dumps(row, ensure_ascii=False)
    for character, escaped in OTHER_LINE_ENDS.items():
        line = line.replace(character, escaped)
    return line


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = "; ".join(str(part["url"]) if isinstance(part, dict) else str(part) for part in value)
    if isinstance(value, str) and value.lstrip(BEFORE_FORMULA).startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _written(write: Callable[[TextIO], int], target: Path | TextIO) -> int:
    """Let write fill target; what stood there before stays until write is done."""
    with _export_errors(target):
        if not isinstance(target, Path):
            return write(target)
        path = target.resolve()  # a link stays a link
        if path.exists() and not path.is_file():  # a pipe or device cannot be replaced
            with path.open("w", encoding="utf-8", newline="") as stream:
                return write(stream)
        return _replaced(write, path)


def _replaced(write: Callable[[TextIO], int], path: Path) -> int:
    part = _part(path)
    part.unlink(missing_ok=True)  # a killed export's; a link that stands there is not followed
    try:
        with part.open("x", encoding="utf-8", newline="") as stream:
            number = write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return number


def _part(path: Path) -> Path:
    """Return where the rows are written until they are all there."""
    return path.with_name(f"{path.name}.part")


@contextmanager
def _export_errors(target: Path | TextIO) -> Iterator[None]:
    """Turn a failure to write into an ExportError; that a reader went away is for the caller to know."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        name = target if isinstance(target, Path) else getattr(target, "name", "the output")
        raise ExportError(f"{name} cannot be written: {error.strerror}") from error
