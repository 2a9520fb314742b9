"""References in XML that name no character there, put right while it is read: one of them ends an XML parser."""

import re
import sys
from typing import Protocol

# References to characters by number, one behind the other.
NUMBERED = re.compile(rb"(?:&#(?:[0-9]+|[xX][0-9a-fA-F]+);?)+")
NUMBER = re.compile(rb"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+))")
# Digits of the largest number that a character can have.
MOST_DIGITS = 7
# What stands for half a character, a control character, or a number that none has: XML has none of them.
NO_CHARACTER = "\ufffd"
IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Which HTML alone knows.
SPACE = b"&nbsp;"
# An ampersand that begins no reference of XML, as in an address that nobody has escaped.
BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,10}|#x[\da-fA-F]{1,10});)")
# What begins and ends comments and CDATA sections, in which an ampersand is one.
MARKS = re.compile(rb"(<!--|-->|<!\[CDATA\[|\]\]>)")
ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
# What may be the beginning of any of these at the end of a piece, or of two halves of a character, and its most bytes.
FIRST_HALF = rb"&#(?:5529[6-9]|55[3-9]\d\d|56[0-2]\d\d|563[01]\d|[xX][dD][89abAB][\da-fA-F]{2});"
UNFINISHED = re.compile(
    rb"(?:(?:" + FIRST_HALF + rb")?&[#\w]{0,14}|" + FIRST_HALF + rb"|<[!\[CDAT-]{0,8}|-{1,2}|\]{1,2})\Z"
)
LONGEST = 24
# Encodings in which an ampersand's byte may be part of another character.
STATEFUL = b"iso-2022"


def numbered(xml: bytes) -> bytes:
    """Return XML in which every reference by number names a character.

    Halves of one that UTF-16 writes as two ("&#55357;&#56832;") are put together, others become U+FFFD.
    """
    return NUMBERED.sub(_put_together, xml)


def _put_together(references: re.Match[bytes]) -> bytes:
    text = "".join(
        _character(decimal or hexadecimal, 10 if decimal else 16)
        for decimal, hexadecimal in NUMBER.findall(references[0])
    )
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(f"&#{ord(character)};" for character in IMPOSSIBLE.sub(NO_CHARACTER, whole)).encode()


def _character(digits: bytes, base: int) -> str:
    significant = digits.lstrip(b"0")[: MOST_DIGITS + 1] or b"0"
    number = int(significant, base)
    return chr(number) if number <= sys.maxunicode else NO_CHARACTER


class Readable(Protocol):
    """Bytes that are read piece by piece."""

    def read(self, size: int) -> bytes:
        """Return up to size bytes, none at the end."""


class PutRight:
    """XML in which every reference names a character: those that name none are text, but for the space of HTML."""

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
                parts[number] = BARE.sub(b"&amp;", numbered(part).replace(SPACE, b" "))
            elif part == self._end:
                self._end = b""
        return b"".join(parts)


def may_be_put_right(head: bytes) -> bool:
    """Whether the bytes of an XML document that begins so can be told one by one, whatever its letters are."""
    return b"\0" not in head and STATEFUL not in head.lower()
