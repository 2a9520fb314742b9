"""Which articles are near duplicates of each other, as far as datasets must know: they may not be torn apart."""

from collections.abc import Iterator
from hashlib import sha256

from db.digests import EMPTY_BODY
from db.export.selection import CHOSEN, Selection

# The group of a row of articles: a text that near duplicates share and keep. Of a cluster it is the address of the
# article that was archived first, so that an article stays in its group when a copy comes. What is too short to be
# compared, or was not compared yet, is told by its words.
GROUP = f"""
CASE
    WHEN cluster_members.article_id NOT NULL THEN (
        SELECT firsts.url FROM cluster_members AS others JOIN articles AS firsts ON firsts.id = others.article_id
        WHERE others.cluster_id = cluster_members.cluster_id ORDER BY others.article_id LIMIT 1)
    WHEN fingerprints.signature <> x'' OR articles.body_digest = '{EMPTY_BODY}' THEN articles.url
    ELSE articles.body_digest
END
"""  # noqa: S608 - only text of this program
GROUPS = f"""
SELECT {GROUP} AS name FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id
LEFT JOIN cluster_members ON cluster_members.article_id = articles.id
LEFT JOIN fingerprints ON fingerprints.article_id = articles.id
ORDER BY chosen.id
"""  # noqa: S608


def groups(selection: Selection) -> Iterator[str]:
    """Yield the group of each article of selection, in order of id."""
    return (str(group) for (group,) in selection.archive.execute(GROUPS))


def group_count(selection: Selection) -> int:
    """Return how many groups the articles of selection fall into."""
    sql = f"SELECT count(DISTINCT name) FROM ({GROUPS})"  # noqa: S608
    return int(selection.archive.execute(sql).fetchone()[0])


def not_compared(selection: Selection) -> int:
    """Return how many articles of selection were not compared with others yet: their copies are not known."""
    sql = f"""SELECT count(*) FROM {CHOSEN} LEFT JOIN fingerprints ON article_id = chosen.id
              WHERE article_id IS NULL"""  # noqa: S608
    return int(selection.archive.execute(sql).fetchone()[0])


def share_of(group: str) -> int:
    """Return a number from 0 to 99 for a group, the same for good, so that shares of groups can be told apart."""
    return int.from_bytes(sha256(group.encode()).digest()[:8], "big") % 100
