"""What whoever mends a source needs: some of the pages that raised an alarm, as they came, in one small file."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from sqlite3 import Connection, Row
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from archiver.errors import ArchiveError
from db.crawls.alarms import StandingAlarm, bundle_path
from db.crawls.unusual import READABLE_FAILURES, AlarmKind
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory

# Pages of one bundle: enough to see what they have in common.
MOST_PAGES = 5
# Alarms that pages show; of the others nothing came.
SHOWN_BY = {
    AlarmKind.FEW_ARTICLES: f"captures.outcome IN ({', '.join(map(repr, map(str, sorted(READABLE_FAILURES))))})",
    AlarmKind.SHORT_TEXTS: "body_length NOT NULL",
    AlarmKind.NO_DATES: "has_date = 0",
    AlarmKind.NO_AUTHORS: "has_author = 0",
    AlarmKind.FEW_LINKS: "body_length NOT NULL",
}
ABOUT = """\
{message}

Site: {source}    Raised: {raised}    Alarm: {kind}

Each page-N.html is a page as the site sent it; page-N.json says from where and when, and what was read from it.
See how one is split:

    archiver parse --explain page-1.html --url ADDRESS

Where the site was made anew, rules for it in sources.toml say where its parts are ([[source.rules]], from = the day
of the change). What was archived meanwhile is kept as it came and can be read again: archiver reparse.
"""


def write_bundle(connection: Connection, archive: Path, alarm: StandingAlarm) -> Path | None:
    """Write the latest pages that show an alarm beside the archive at path; return the file, None if none shows it.

    Raises ArchiveError if the disk does not take it. Pages whose bytes cannot be read any more are left out.
    """
    pages = list(_pages(connection, archive, alarm))
    if not pages:
        return None
    path = bundle_path(archive, alarm)
    try:
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_name(f"{path.name}.new")
        with ZipFile(unfinished, "w", ZIP_DEFLATED) as bundle:
            about = {
                "message": alarm.message,
                "source": alarm.source,
                "raised": alarm.raised,
                "kind": alarm.kind,
            }
            bundle.writestr("README.txt", ABOUT.format(**about))
            for number, (row, body) in enumerate(pages, 1):
                bundle.writestr(f"page-{number}.html", body)
                bundle.writestr(f"page-{number}.json", json.dumps(row, indent=2, ensure_ascii=False))
        return unfinished.rename(path)
    except OSError as error:
        raise ArchiveError(f"{path.parent} cannot be written: {error.strerror}") from error


def remove_from_bundles(directory: Path, addresses: Collection[str]) -> None:
    """Take the pages of these addresses out of all bundles. Raises ArchiveError if the disk does not take them."""
    try:
        for path in sorted(directory.glob("*.zip")):
            with ZipFile(path) as bundle:
                about = {name: bundle.read(name) for name in bundle.namelist() if name.endswith(".json")}
                gone = {name for name, text in about.items() if _is_of(text, addresses)}
                if not gone:
                    continue
                gone |= {name.replace(".json", ".html") for name in gone}
                unfinished = path.with_name(f"{path.name}.new")
                with ZipFile(unfinished, "w", ZIP_DEFLATED) as rest:
                    for name in bundle.namelist():
                        if name not in gone:
                            rest.writestr(name, bundle.read(name))
            unfinished.replace(path)
    except (OSError, BadZipFile) as error:
        raise ArchiveError(f"{directory} cannot be read or written: {error}") from error


def _is_of(about: bytes, addresses: Collection[str]) -> bool:
    page = json.loads(about)
    return page.get("url") in addresses or page.get("final_url") in addresses


def _pages(
    connection: Connection, archive: Path, alarm: StandingAlarm
) -> Iterator[tuple[dict[str, object], bytes]]:
    found = 0
    for row in _captures(connection, alarm):
        place = WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])
        try:
            response = read_capture(warc_directory(archive), place)
        except ArchiveError:  # `archiver verify` tells of it
            continue
        yield {name: row[name] for name in row.keys() if not name.startswith("warc_")}, response.body  # noqa: SIM118
        found += 1
        if found == MOST_PAGES:
            return


def _captures(connection: Connection, alarm: StandingAlarm) -> Iterator[Row]:
    """Yield the latest captures of the source that show the alarm; of those with a measure the smallest first."""
    if alarm.kind not in SHOWN_BY:
        return
    order = {AlarmKind.SHORT_TEXTS: "body_length", AlarmKind.FEW_LINKS: "link_count"}.get(
        alarm.kind, "id DESC"
    )
    rows = connection.execute(
        f"""
        SELECT url, final_url, fetched, status, content_type, outcome, detail, body_length, has_date, has_author,
               link_count, warc_file, warc_offset, warc_length
        FROM (
            SELECT captures.*, pages.url FROM captures JOIN pages ON pages.id = page_id
            WHERE pages.source_id = (SELECT source_id FROM alarms WHERE id = ?)
                AND warc_file NOT NULL AND captures.refers_to IS NULL AND {SHOWN_BY[alarm.kind]}
            ORDER BY captures.id DESC LIMIT {4 * MOST_PAGES})
        ORDER BY {order}
        """,  # noqa: S608 - only text of this program
        (alarm.id,),
    )
    yield from rows
