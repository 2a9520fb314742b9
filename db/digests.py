"""Digests that tell whether two fetches, two bodies or two versions of an article are the same."""

import hashlib
import re
import unicodedata
from functools import cache

from archiver.items import Article
from db.values import each_name, storable

WORD = re.compile(r"\w+")
# Stands between parts; storable text never holds it.
SEPARATOR = "\x1f"
# Bodies whose digests are kept in memory: several steps ask for that of the story that is stored.
KEPT_DIGESTS = 8


def bytes_digest(body: bytes) -> str:
    """Return the SHA-256 of what the server sent, as "sha256:<64 hex digits>"."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def body_digest(body: str) -> str:
    """Return the digest of a body's words, as "sha256:<64 hex digits>".

    Case, punctuation, white space and compatibility forms (full width, ligatures) make no difference, so that
    the same agency text in two layouts is one text. All bodies without words share EMPTY_BODY.
    """
    digest: str = _body_digests()[body]
    return digest


def know_body_digest(body: str, digest: str) -> None:
    """Take the digest of a body from where it was computed already."""
    _body_digests().keep(body, digest)


def content_digest(article: Article) -> str:
    """Return the digest of headline, lead, body and authors, as "sha256:<64 hex digits>".

    Only white space is evened out: any other difference is a change that a reader could see.
    """
    parts = (article.headline, article.lead or "", article.body, *each_name(article.authors))
    return bytes_digest(SEPARATOR.join(" ".join(storable(part).split()) for part in parts).encode())


class BodyDigests(dict[str, str]):
    """The digests of the bodies last asked for, made when they are; a third of a millisecond each."""

    def __missing__(self, body: str) -> str:
        """Return the digest of a body."""
        words = WORD.findall(unicodedata.normalize("NFKC", storable(body)).casefold())
        return self.keep(body, bytes_digest(" ".join(words).encode()))

    def keep(self, body: str, digest: str) -> str:
        """Return the digest of a body, which is known from now on."""
        if len(self) >= KEPT_DIGESTS:
            self.clear()
        self[body] = digest
        return digest


@cache
def _body_digests() -> BodyDigests:
    return BodyDigests()


EMPTY_BODY = body_digest("")
