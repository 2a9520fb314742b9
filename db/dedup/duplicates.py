"""Finding the copies of an article when it is stored, and the clusters that copies form.

All happens inside the transaction that stores the article. Clusters are told by pairs of articles: db.dedup.clusters.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Row

from db.columns import AUTHORS
from db.dedup.agencies import agency_of
from db.dedup.bands import add_bands, remove_bands, sharing_bands, signature_of, signatures
from db.dedup.clusters import join_cluster, leave_cluster, split_cluster
from db.dedup.fingerprint import VERSION, Signature, band_keys, fingerprint_of, words_of
from db.dedup.overlap import Overlap, overlap
from db.values import list_of

# Articles whose words are compared, those with the most alike signatures.
MOST_COMPARED = 16
# The share of places at which two signatures agree from which on words are compared: copies that count have 0.4 or,
# where one is a part of the other, a little less.
LEAST_ALIKE = 0.25
TEXT = f"""
SELECT body, body_digest, {AUTHORS} AS authors, version FROM articles
LEFT JOIN fingerprints ON fingerprints.article_id = articles.id WHERE articles.id = ?
"""  # noqa: S608 - only text of this program


@dataclass(frozen=True, slots=True)
class Compared:
    """An article that is a copy of another."""

    article_id: int
    is_same_text: bool
    overlap: Overlap


def note_duplicates(archive: Connection, article_id: int) -> None:
    """Compare the latest version of an article with all others, in place of its earlier version."""
    row = archive.execute(TEXT, (article_id,)).fetchone()
    left = None if row["version"] is None else _forget(archive, article_id)
    size, blob = fingerprint_of(row["body"])
    archive.execute(
        "INSERT INTO fingerprints(article_id, version, shingles, signature, agency) VALUES (?, ?, ?, ?, ?)",
        (
            article_id,
            VERSION,
            size,
            blob,
            agency_of(list_of(row["authors"]), row["body"]),
        ),
    )
    if blob:
        found = signature_of(blob)
        keys = band_keys(found)
        _join(archive, article_id, list(_copies(archive, row, _alike(archive, found, keys))))
        add_bands(archive, article_id, keys)
    if left is not None:
        split_cluster(archive, left)


def forget_duplicates(archive: Connection, article_id: int) -> None:
    """Take an article out of all that is known of copies, before its row is deleted."""
    left = _forget(archive, article_id)
    archive.execute("DELETE FROM cluster_members WHERE article_id = ?", (article_id,))
    archive.execute("DELETE FROM story_addresses WHERE article_id = ?", (article_id,))
    if left is not None:
        split_cluster(archive, left)


def not_compared(archive: Connection, after: int = 0, limit: int = -1) -> list[int]:
    """Return the ids of articles behind after that were not compared yet, or by another version of the rules."""
    rows = archive.execute(
        """
        SELECT id FROM articles LEFT JOIN fingerprints ON article_id = id AND version = ?
        WHERE id > ? AND article_id IS NULL ORDER BY id LIMIT ?
        """,
        (VERSION, after, limit),
    )
    return [id_ for (id_,) in rows]


def _join(archive: Connection, article_id: int, copies: Sequence[Compared]) -> None:
    if not copies:
        return
    archive.executemany(
        "INSERT INTO duplicate_pairs(article_id, other_id, level, share, other_share) VALUES (?, ?, ?, ?, ?)",
        [_pair(article_id, copy) for copy in copies],
    )
    join_cluster(archive, article_id, [copy.article_id for copy in copies])


def _forget(archive: Connection, article_id: int) -> int | None:
    """Take back what is known of an article's earlier version; return the cluster that it left, if it had copies."""
    row = archive.execute(
        "SELECT version, signature FROM fingerprints WHERE article_id = ?", (article_id,)
    ).fetchone()
    if row is None:
        return None
    if row["signature"] and row["version"] == VERSION:
        remove_bands(archive, article_id, band_keys(signature_of(row["signature"])))
    elif row[
        "signature"
    ]:  # how another version made keys of a signature is not known: all are looked through
        archive.execute("DELETE FROM fingerprint_bands WHERE article_id = ?", (article_id,))
        archive.execute("DELETE FROM recent_fingerprints WHERE article_id = ?", (article_id,))
    archive.execute("DELETE FROM fingerprints WHERE article_id = ?", (article_id,))
    return leave_cluster(archive, article_id)


def _alike(archive: Connection, own: Signature, keys: Sequence[int]) -> list[int]:
    """Return the articles with the signatures most like own, the most alike first, then by id."""
    sharing = sharing_bands(archive, keys)
    if not sharing:
        return []
    rows: list[Row] = archive.execute(
        "SELECT article_id, signature FROM fingerprints WHERE version = ? "
        "AND article_id IN (SELECT value FROM json_each(?))",
        (VERSION, json.dumps(sharing)),
    ).fetchall()
    if not rows:
        return []
    alike = (signatures([row["signature"] for row in rows]) == own).mean(axis=1).tolist()
    ranked = sorted(
        (-share, row["article_id"]) for share, row in zip(alike, rows, strict=True) if share >= LEAST_ALIKE
    )
    return [id_ for _, id_ in ranked[:MOST_COMPARED]]


def _copies(archive: Connection, own: Row, ids: Sequence[int]) -> Iterator[Compared]:
    if not ids:
        return
    words = words_of(own["body"])
    for id_ in ids:
        other = archive.execute("SELECT body, body_digest FROM articles WHERE id = ?", (id_,)).fetchone()
        is_same = other["body_digest"] == own["body_digest"]
        found = (
            Overlap(1.0, 1.0, 1.0, is_template=False) if is_same else overlap(words, words_of(other["body"]))
        )
        if found.is_copy:
            yield Compared(id_, is_same, found)


def _pair(article_id: int, copy: Compared) -> tuple[int, int, str, float, float]:
    level = "text" if copy.is_same_text else "near"
    share, other_share = copy.overlap.share, copy.overlap.other_share
    if article_id > copy.article_id:
        return article_id, copy.article_id, level, share, other_share
    return copy.article_id, article_id, level, other_share, share
