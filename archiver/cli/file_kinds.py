"""What a file is that shall be split: a page, a page in a single file with all that belongs to it, a text, or none."""

import csv
import re
from codecs import BOM_UTF8
from email import message_from_bytes
from email.message import Message
from unicodedata import category

from archiver.errors import PageError

# What no text for readers has near its beginning, but every page does.
MARKUP = re.compile(rb"<(?:!doctype|html|head|meta|title|body|div|p|script|article|a)\b", re.IGNORECASE)
SNIFFED_BYTES = 4000
# How a web page begins that a browser saved in a single file with all that belongs to it: headers, as of a mail.
MHTML = re.compile(
    rb"\A[\w-]+:.*?^content-type:\s*multipart/related\b", re.IGNORECASE | re.DOTALL | re.MULTILINE
)
UNPACK = "unpack it first"
# How files begin that are no text, what they are, and what to do with them.
BINARIES = (
    (
        re.compile(rb"SQLite format 3\0"),
        "an SQLite file: `archiver search` and `archiver show` read archives",
    ),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), f"a ZIP file: {UNPACK}, or read in WACZ by `archiver import`"),
    (re.compile(rb".{257}ustar", re.DOTALL), f"a tar file: {UNPACK}"),
    (re.compile(rb"BZh[1-9]1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!\x1a"), f"packed: {UNPACK}"),
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "a document of Word, Excel or PowerPoint: save its text",
    ),
    (re.compile(rb"%PDF"), "a PDF document: save its text"),
    (re.compile(rb"%!PS"), "a PostScript document: save its text"),
    (re.compile(rb"bplist00"), "a web archive of Safari: save the page's source"),
    (re.compile(rb"PAR1|ARROW1|Obj\x01|\x89HDF"), "a table: give every page a file of its own"),
)
# The same of those that are text, and none for readers.
OTHERS = (
    (re.compile(rb"WARC/\d"), "a WARC file: `archiver import` reads it in"),
    (re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])"), "JSON"),
    (re.compile(rb"\s*\{\\rtf"), "RTF"),
    (
        re.compile(rb"(?:\s|<[!?][^>]*>)*<(?:rss|feed|rdf:rdf|urlset|sitemapindex)\b", re.IGNORECASE),
        "a feed or sitemap",
    ),
)
XML = re.compile(rb"\s*<\?xml\b")
# The first line of a table of values: names of its columns, with nothing but a mark between them.
COLUMNS = re.compile(r"\"?[\w.-]{1,40}\"?([,;\t|])(?:\"?[\w.-]{1,40}\"?\1)+\"?[\w.-]{1,40}\"?\s*\Z")
# What stands in no text: control characters, and code points for none, in private use or halves of pairs. Bytes of
# anything else read as text hold 11 in 100 of the first, or if read as UTF-16 as many of the others. NULs, too, are
# none of a text; pages are read without them.
CONTROL = re.compile("[\x01-\x08\x0e-\x1f]")
NO_CHARACTERS = frozenset({"Cn", "Co", "Cs"})
MOST_JUNK = 0.03


def refuse_others(file: bytes, *, is_text: bool) -> None:
    """Raise PageError if a file is neither a page nor a text for readers, with what to do; is_text lets texts pass."""
    head = file[:SNIFFED_BYTES]
    for beginning, what in BINARIES:
        if beginning.match(head):
            raise PageError(f"holds no page: it is {what}")
    if is_text:
        return
    head = head.replace(b"\0", b"").removeprefix(BOM_UTF8)
    for beginning, what in OTHERS:
        if beginning.match(head):
            raise PageError(f"holds no page: it is {what}")
    if XML.match(head) and not MARKUP.search(head):
        raise PageError("holds no page: it is XML of another kind")
    if _is_table(head.decode("utf-8", "replace")):
        raise PageError("holds no page: it is a table (CSV): give every page a file of its own")


def refuse_junk(page: bytes) -> None:
    """Raise PageError if there is nothing in a file that anybody could read."""
    from archiver.parsers.markup.decoding import page_encoding  # noqa: PLC0415 - a search must not wait for it

    if not page.strip(b"\0 \t\r\n\f"):
        raise PageError("holds no page: it is empty")
    head = page[:SNIFFED_BYTES]
    text = head.decode(page_encoding(page), "replace")
    if _is_marked(head):
        text = text.replace("\0", "")
    junk = len(CONTROL.findall(text)) + sum(c == "\0" or category(c) in NO_CHARACTERS for c in text)
    if junk > len(text) * MOST_JUNK:
        raise PageError("holds no page: it is no text")


def unwrapped(file: bytes) -> tuple[bytes, str | None]:
    """Return the page alone if a file is MHTML, and its address if that says so; any other file as it is.

    Raises PageError if it is MHTML without a page.
    """
    if not MHTML.search(file[:SNIFFED_BYTES]):
        return file, None
    message = message_from_bytes(file)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            return bytes(part.get_payload(decode=True)), _address(message, part)
    raise PageError("holds no page: no part of it is HTML")


def is_text(name: str, page: bytes) -> bool:
    """Whether a file is plain text: by its name, else because its beginning holds no tag of a page."""
    suffix = name.lower().removesuffix(".gz").rpartition(".")[2]
    if suffix in ("txt", "text"):
        return True
    return suffix not in ("html", "htm", "xhtml") and not _is_marked(page[:SNIFFED_BYTES])


def _is_marked(head: bytes) -> bool:
    """Whether the beginning of a file, be it in UTF-16, holds a tag of a page."""
    return MARKUP.search(head.replace(b"\0", b"")) is not None


def _address(message: Message, part: Message) -> str | None:
    """Return where a page was saved from, as its part or the whole says."""
    from archiver.parsers.urls import canonical_url  # noqa: PLC0415 - as above

    stated = (
        message["Snapshot-Content-Location"],
        part["Content-Location"],
        message["Content-Location"],
    )
    urls = ("".join(str(value).split()) for value in stated if value)
    return next((url for url in urls if canonical_url(url) is not None), None)


def _is_table(head: str) -> bool:
    """Whether a text is a table of values: the names of columns, and rows of as many."""
    lines = head.lstrip("\r\n").splitlines()
    columns = COLUMNS.match(lines[0]) if lines else None
    if columns is None:
        return False
    whole = lines if len(head) < SNIFFED_BYTES else lines[:-1]
    widths = [len(row) for row in csv.reader(whole, delimiter=columns[1])]
    return len(widths) > 1 and widths[1] == widths[0]
