"""Digests that tell whether two fetches, two bodies or two versions of an article are the same."""

import hashlib
import re
import unicodedata
from functools import lru_cache

from archiver.items import Article
from db.values import each_name, storable

WORD = re.compile(r"\w+")
# Stands between parts; storable text never holds it.
SEPARATOR = "\x1f"


def bytes_digest(body: bytes) -> str:
    """Return the SHA-256 of what the server sent, as "sha256:<64 hex digits>"."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@lru_cache(maxsize=4)  # several steps ask it of the story that is stored; a third of a millisecond each
def body_digest(body: str) -> str:
    """Return the digest of a body's words, as "sha256:<64 hex digits>".

    Case, punctuation, white space and compatibility forms (full width, ligatures) make no difference, so that
    the same agency text in two layouts is one text. All bodies without words share EMPTY_BODY.
    """
    words = WORD.findall(unicodedata.normalize("NFKC", storable(body)).casefold())
    return bytes_digest(" ".join(words).encode())


def content_digest(article: Article) -> str:
    """Return the digest of headline, lead, body and authors, as "sha256:<64 hex digits>".

    Only white space is evened out: any other difference is a change that a reader could see.
    """
    parts = (article.headline, article.lead or "", article.body, *each_name(article.authors))
    return bytes_digest(SEPARATOR.join(" ".join(storable(part).split()) for part in parts).encode())


EMPTY_BODY = body_digest("")
