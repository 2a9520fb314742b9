"""References in XML that name no character there, put right while it is read: one of them ends an XML parser."""

import re
from typing import Protocol

# "&nbsp;", which HTML alone knows, and characters that XML has none of: halves of an emoji, control characters.
SPACES = re.compile(
    rb"&(?:nbsp|#(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]|[0-8]|1[124-9]|2\d|3[01])"
    rb"|#x(?:[dD][89a-fA-F][\da-fA-F]{2}|0?[0-8bBcCeEfF]|1[\da-fA-F]));"
)
# An ampersand that begins no reference of XML, as in an address that nobody has escaped.
BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,10}|#x[\da-fA-F]{1,10});)")
# What begins and ends comments and CDATA sections, in which an ampersand is one.
MARKS = re.compile(rb"(<!--|-->|<!\[CDATA\[|\]\]>)")
ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
# What may be the beginning of any of these, at the end of a piece, and its most bytes.
UNFINISHED = re.compile(rb"(?:&[#\w]{0,14}|<[!\[CDAT-]{0,8}|-{1,2}|\]{1,2})\Z")
LONGEST = 16
# Encodings in which an ampersand's byte may be part of another character.
STATEFUL = b"iso-2022"


class Readable(Protocol):
    """Bytes that are read piece by piece."""

    def read(self, size: int) -> bytes:
        """Return up to size bytes, none at the end."""


class PutRight:
    """XML in which every reference names a character: a space in place of some, else the ampersand itself."""

    def __init__(self, xml: Readable) -> None:
        self._xml = xml
        self._rest = b""
        self._end = b""
        """What ends the comment or CDATA section that was begun, if one was."""

    def read(self, size: int) -> bytes:
        """Return some bytes more or less than size, none at the end."""
        part = b""
        while not part and (piece := self._xml.read(size)):
            text = self._rest + piece
            unfinished = UNFINISHED.search(text, max(len(text) - LONGEST, 0))
            end = unfinished.start() if unfinished else len(text)
            self._rest = text[end:]
            part = self._put_right(text[:end])
        if not part:
            part, self._rest = self._put_right(self._rest), b""
        return part

    def _put_right(self, text: bytes) -> bytes:
        parts = MARKS.split(text)
        for number, part in enumerate(parts):
            if not self._end:
                self._end = ENDS.get(part, b"")
                parts[number] = BARE.sub(b"&amp;", SPACES.sub(b" ", part))
            elif part == self._end:
                self._end = b""
        return b"".join(parts)


def may_be_put_right(head: bytes) -> bool:
    """Whether the bytes of an XML document that begins so can be told one by one, whatever its letters are."""
    return b"\0" not in head and STATEFUL not in head.lower()
