"""Articles as Markdown files with front matter, one each, in a folder for each month."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from db.export.manifest import WrittenFile
from db.export.rows import articles
from db.export.selection import Selection
from db.export.streams import HashedFile, buffered
from db.export.targets import SUMS
from db.export.yaml_text import front_matter

# Bytes of a file's name: file systems take 255, and programs that sync or pack add to it.
LONGEST_NAME = 200
UNTITLED, UNDATED = "untitled", "undated"
MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
# Signs of Markdown wherever they stand, and references to characters.
INLINE = re.compile(r"([\\`*_\[\]<>~|]|&(?=#?\w+;))")
# What makes a line a heading, a list, a rule or a fence.
LINE_START = re.compile(r"^([#+=-]|\d+(?=[.)]))", re.MULTILINE)


def write_markdown(selection: Selection, folder: Path, note: Callable[[WrittenFile], None]) -> int:
    """Write the articles of selection into folder, and SUMS; note gets that; return how many there were."""
    number = 0
    months: set[str] = set()
    file = HashedFile(folder / SUMS)
    with buffered(file) as sums:
        for number, article in enumerate(articles(selection), 1):  # noqa: B007 - the count is the result
            month = found[0] if (found := MONTH.match(str(article["date_published"]))) else UNDATED
            if month not in months:
                (folder / month).mkdir()
                months.add(month)
            path = f"{month}/{file_name(str(article['headline']), article['id'])}"
            text = _text(article).encode()
            (folder / path).write_bytes(text)
            sums.write(f"{sha256(text).hexdigest()}  {path}\n".encode())
    note(WrittenFile(path=SUMS, size=file.size, sha256=file.digest.hexdigest()))
    return number


def file_name(headline: str, number: object) -> str:
    """Return a name for the file of an article: words of its headline, and its number, which no other has.

    Only letters, digits and "-" stand before ".md", so that it is a name in every file system, and never one with
    a meaning; it has at most LONGEST_NAME bytes.
    """
    end = f"-{number}.md"
    words = _words(headline).encode()[: LONGEST_NAME - len(end)].decode("utf-8", "ignore").strip("-")
    return f"{words or UNTITLED}{end}"


def _words(headline: str) -> str:
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", headline):
        kind = unicodedata.category(character)[0]
        if kind in "LN" or (kind == "M" and kept and kept[-1] != "-"):
            kept.append(character)
        elif character in "'’":  # don't is one word
            continue
        elif kept and kept[-1] != "-":
            kept.append("-")
    return "".join(kept)


def _text(article: Mapping[str, object]) -> str:
    about = front_matter(
        {
            "title": article["headline"],
            "url": article["url"],
            "source": article["source"],
            "authors": article["authors"],
            "date": article["date_published"],
            "modified": article["date_modified"],
            "language": article["language"],
            "section": article["section"],
            "keywords": article["keywords"],
            "lead": article["lead"],
            "images": article["images"],
            "archived": article["first_seen"],
            "revision": article["revision"],
            "id": article["id"],
        }
    )
    title = " ".join(str(article["headline"]).split())
    heading = f"\n# {plain(title)}\n" if title else ""
    return f"{about}{heading}\n{plain(str(article['body']))}\n"


def plain(text: str) -> str:
    """Return Markdown that shows text as it is: nothing in it is markup or HTML; white space around lines goes."""
    lines = "\n".join(line.strip() for line in text.splitlines())
    return LINE_START.sub(_escaped_start, INLINE.sub(r"\\\1", lines))


def _escaped_start(found: re.Match[str]) -> str:
    # Of a number, the dot behind it is the sign.
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"
