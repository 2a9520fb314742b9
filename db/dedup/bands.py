"""Which articles share a band of their signatures: the index by which copies are found.

A row for each of an article's bands, each at another place of a large table, would write some 100 kB for every article.
So the bands of the latest articles are held in memory, and many articles' are written at once, in order. Which
articles those are stands in the archive with their signatures: a process that dies loses nothing.
"""

from collections import Counter
from collections.abc import Sequence
from sqlite3 import Connection

import numpy as np
from numpy.typing import NDArray

from db.connection import ArchiveWriter
from db.dedup.fingerprint import BANDS, Signature, all_band_keys

# Articles whose bands are held in memory: some 12 MB, and 40 ms to read them when an archive is opened.
MOST_RECENT = 4096
# Articles that share a band and are looked at, those that share the most bands, and rows that are read to find them:
# reports of one template may be thousands.
MOST_SHARING = 64
MOST_ROWS = 4096
SHARING = (
    f"SELECT article_id FROM fingerprint_bands WHERE band IN ({', '.join('?' * BANDS)}) LIMIT {MOST_ROWS}"  # noqa: S608
)


class RecentBands:
    """The bands of the articles whose rows are not written yet."""

    def __init__(self) -> None:
        # Nearly every band is that of one article: a list for each would be 100,000 of them.
        self._bands: dict[int, int | list[int]] = {}
        self._articles: dict[int, Sequence[int]] = {}

    @property
    def is_full(self) -> bool:
        """Whether there is room for no other article."""
        return len(self._articles) >= MOST_RECENT

    def add(self, article_id: int, keys: Sequence[int]) -> None:
        """Keep the bands of one more article."""
        self._articles[article_id] = keys
        bands = self._bands
        for key in keys:
            known = bands.setdefault(key, article_id)
            if isinstance(known, list):
                known.append(article_id)
            elif known != article_id:
                bands[key] = [known, article_id]

    def remove(self, article_id: int) -> None:
        """Forget an article."""
        for key in set(self._articles.pop(article_id, ())):
            if left := [id_ for id_ in self._with(key) if id_ != article_id]:
                self._bands[key] = left
            else:
                del self._bands[key]

    def sharing(self, keys: Sequence[int]) -> list[int]:
        """Return the articles that share a band, once for each band."""
        known = self._bands.keys()
        return [id_ for key in keys if key in known for id_ in self._with(key)[:MOST_ROWS]]

    def _with(self, key: int) -> list[int]:
        found = self._bands[key]
        return [found] if isinstance(found, int) else found

    def rows(self) -> list[tuple[int, int]]:
        """Return band and article of each, in the order of the table."""
        return sorted((key, id_) for id_, keys in self._articles.items() for key in keys)


def sharing_bands(archive: Connection, keys: Sequence[int]) -> list[int]:
    """Return the articles that share the most bands with keys, MOST_SHARING at most, in order of id."""
    found = [id_ for (id_,) in archive.execute(SHARING, keys).fetchall()] + _recent(archive).sharing(keys)
    if not found:
        return []
    shared = Counter(found)
    ranked = sorted(shared, key=lambda id_: (-shared[id_], -id_))
    return sorted(ranked[:MOST_SHARING])


def add_bands(archive: Connection, article_id: int, keys: Sequence[int]) -> None:
    """Let an article be found by its bands."""
    recent = _recent(archive)
    if recent.is_full:
        archive.executemany(
            "INSERT OR IGNORE INTO fingerprint_bands(band, article_id) VALUES (?, ?)", recent.rows()
        )
        archive.execute("DELETE FROM recent_fingerprints")
        recent = _remember(archive, RecentBands())
    archive.execute("INSERT INTO recent_fingerprints(article_id) VALUES (?)", (article_id,))
    recent.add(article_id, keys)


def remove_bands(archive: Connection, article_id: int, keys: Sequence[int]) -> None:
    """Let an article no longer be found by the bands that it had."""
    _recent(archive).remove(article_id)
    archive.execute("DELETE FROM recent_fingerprints WHERE article_id = ?", (article_id,))
    archive.executemany(
        "DELETE FROM fingerprint_bands WHERE band = ? AND article_id = ?", [(key, article_id) for key in keys]
    )


def signature_of(blob: bytes) -> Signature:
    """Return a signature as a column holds it."""
    return np.frombuffer(blob, "<u2")


def bands_of(blobs: Sequence[bytes]) -> list[list[int]]:
    """Return the keys of the bands of several signatures."""
    return all_band_keys(signatures(blobs))


def signatures(blobs: Sequence[bytes]) -> NDArray[np.uint16]:
    """Return several signatures, a row each."""
    return signature_of(b"".join(blobs)).reshape(len(blobs), -1)


def _recent(archive: Connection) -> RecentBands:
    """Return the bands in memory, read anew if this writer has none or took a transaction back."""
    if isinstance(archive, ArchiveWriter) and isinstance(archive.remembered, RecentBands):
        return archive.remembered
    recent = RecentBands()
    rows = archive.execute(
        "SELECT article_id, signature FROM recent_fingerprints JOIN fingerprints USING (article_id)"
    ).fetchall()
    if rows:
        for (article_id, _), keys in zip(rows, bands_of([blob for _, blob in rows]), strict=True):
            recent.add(article_id, keys)
    return _remember(archive, recent)


def _remember(archive: Connection, recent: RecentBands) -> RecentBands:
    if isinstance(archive, ArchiveWriter):
        archive.remembered = recent
    return recent
