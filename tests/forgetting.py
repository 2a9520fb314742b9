"""A site with a story that is to be forgotten, and what is left of it in an archive, for the tests."""

import zlib
from contextlib import closing, suppress
from pathlib import Path

from archives import compare_with_index
from misbehaving import Answer, answer, story

from db.connection import open_archive, read_archive
from db.raw_pages.verify import Verification, verify
from db.raw_pages.warc_places import warc_directory

WORD = "Quizzaciously"
GONE = f"Mayor of {WORD} accused without any proof"
KEPT = "Ferry runs again after three weeks of repairs"
PARAGRAPHS = (
    f"{WORD} is a word that stands nowhere else, and neither does Zabernalistic; it was said on Friday.",
    "The council closed the hall for the weekend and asked all of its visitors to come back on Monday.",
    "Engineers will look at the roof on Monday, when the weather is expected to be a little better again.",
)


def front(*paths_and_headlines: tuple[str, str]) -> bytes:
    items = "".join(f"<li><a href='{path}'><h3>{text}</h3></a></li>" for path, text in paths_and_headlines)
    return f"<!doctype html><html lang='en'><body><h2>Latest</h2><ul>{items}</ul></body></html>".encode()


def related(page: bytes, path: str, headline: str) -> bytes:
    box = f"<aside><h2>Read also</h2><ul><li><a href='{path}'>{headline}</a></li></ul></aside></body>"
    return page.replace(b"</body>", box.encode())


def two_stories() -> dict[str, Answer]:
    """Return a front page with a story that is to be forgotten and one that stays, which show each other."""
    return {
        "/": answer(front(("/2026/mayor-accused-zz", GONE), ("/2026/ferry", KEPT))),
        "/2026/mayor-accused-zz": answer(related(story(GONE, *PARAGRAPHS), "/2026/ferry", KEPT)),
        "/2026/ferry": answer(related(story(KEPT), "/2026/mayor-accused-zz", GONE)),
    }


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(read_archive(archive)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def unpacked(packed: bytes) -> bytes:
    """Return all that any gzip file in some bytes unpacks to, torn ones included."""
    found, at = b"", packed.find(b"\x1f\x8b\x08")
    while at >= 0:
        with suppress(zlib.error):
            found += zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed[at:])
        at = packed.find(b"\x1f\x8b\x08", at + 1)
    return found


def files_with(archive: Path, *words: str) -> list[str]:
    """Return the files of the archive that hold any of the words, as they are or packed."""
    files = [archive, *archive.parent.glob(f"{archive.name}-*"), *warc_directory(archive).glob("*")]
    found = []
    for file in files:
        content = file.read_bytes()
        content += unpacked(content) if ".warc" in file.name else b""
        if any(word.lower().encode() in content.lower() for word in words):
            found.append(file.name)
    return found


def problems(archive: Path) -> list[str]:
    with closing(read_archive(archive)) as connection:
        found = verify(connection, warc_directory(archive), Verification(), lambda done, total: None)
        return [finding.message for finding in found]


def is_sound(archive: Path) -> bool:
    with closing(open_archive(archive)) as connection:
        compare_with_index(connection)
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return whole and not connection.execute("PRAGMA foreign_key_check").fetchall()
