"""Clusters of copies: articles that hang together by pairs.

A cluster's id is given once and never to another. Where clusters grow together, the oldest id stays, and those of the
others lead to it for ever. An article that changed leaves, unless it still has a copy there; where only it held the
others together, the part with the oldest article keeps the id and each other part gets a new one. A cluster may be left
with one article, which takes up its id again once it has a copy; views show only those of two and more.
"""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection


def join_cluster(archive: Connection, article_id: int, copies: Sequence[int]) -> int:
    """Put an article into the cluster of its copies, which become one if they were several; return its id."""
    everyone = [article_id, *copies]
    known = {cluster for id_ in everyone if (cluster := _cluster_of(archive, id_)) is not None}
    if known:
        cluster, *others = sorted(known)
        for other in others:
            archive.execute(
                "UPDATE cluster_members SET cluster_id = ? WHERE cluster_id = ?", (cluster, other)
            )
            archive.execute(
                "UPDATE clusters SET merged_into = ?1 WHERE id = ?2 OR merged_into = ?2", (cluster, other)
            )
    else:
        cluster = _new_cluster(archive)
    _add_members(archive, cluster, everyone)
    return cluster


def leave_cluster(archive: Connection, article_id: int) -> int | None:
    """Take an article and its pairs out of its cluster, and return the cluster's id, None if it had no pair.

    Once it has joined that of its new copies, if it has any, split_cluster settles what it left.
    """
    pairs = archive.execute(
        "DELETE FROM duplicate_pairs WHERE article_id = ?1 OR other_id = ?1", (article_id,)
    ).rowcount
    cluster = _cluster_of(archive, article_id)
    if cluster is None or not pairs:
        return None
    archive.execute("DELETE FROM cluster_members WHERE article_id = ?", (article_id,))
    return cluster


def split_cluster(archive: Connection, cluster: int) -> None:
    """Make clusters of what no longer hangs together in one."""
    rows = archive.execute(
        "SELECT article_id FROM cluster_members WHERE cluster_id = ? ORDER BY article_id", (cluster,)
    )
    members = [id_ for (id_,) in rows]
    for part in _parts(archive, members)[1:]:
        if len(part) > 1:
            _add_members(archive, _new_cluster(archive), part)
        else:
            archive.execute("DELETE FROM cluster_members WHERE article_id = ?", (min(part),))


def current_cluster(archive: Connection, cluster_id: int) -> int | None:
    """Return the id that a cluster's id, which may be one that was merged into another, leads to; None if none does."""
    row = archive.execute(
        "SELECT ifnull(merged_into, id) FROM clusters WHERE id = ?", (cluster_id,)
    ).fetchone()
    return None if row is None else int(row[0])


def _cluster_of(archive: Connection, article_id: int) -> int | None:
    row = archive.execute(
        "SELECT cluster_id FROM cluster_members WHERE article_id = ?", (article_id,)
    ).fetchone()
    return None if row is None else int(row[0])


def _new_cluster(archive: Connection) -> int:
    return int(archive.execute("INSERT INTO clusters DEFAULT VALUES RETURNING id").fetchone()[0])


def _add_members(archive: Connection, cluster: int, ids: Iterable[int]) -> None:
    archive.executemany(
        "INSERT INTO cluster_members(article_id, cluster_id) VALUES (?, ?) "
        "ON CONFLICT(article_id) DO UPDATE SET cluster_id = excluded.cluster_id",
        [(id_, cluster) for id_ in ids],
    )


def _parts(archive: Connection, members: Sequence[int]) -> list[set[int]]:
    """Return the articles of a cluster by what hangs together, the part with the first of members first."""
    parts: dict[int, set[int]] = {id_: {id_} for id_ in members}
    for id_ in members:
        for (other,) in archive.execute("SELECT other_id FROM duplicate_pairs WHERE article_id = ?", (id_,)):
            one, two = parts[id_], parts[other]
            if one is not two:
                one |= two
                parts.update(dict.fromkeys(two, one))
    return list({id(parts[id_]): parts[id_] for id_ in members}.values())
