"""Joining what is known of versions and headlines: which stood when, what changed, and where else they stood."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from db.merging.joining import Join

PERIODS = """
SELECT first_seen, last_seen, content_digest FROM version_periods
JOIN article_versions USING (article_id, number) WHERE article_id = ?
"""
NUMBERS = "SELECT number, seen_at, content_digest FROM article_versions WHERE article_id = ? ORDER BY number"
SEE_VERSION = """
INSERT INTO version_sightings(article_id, first_seen, number, last_seen) VALUES (?, ?, ?, ?)
ON CONFLICT(article_id, first_seen, number) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)
"""
SEE_HEADLINE = """
INSERT INTO listed_headlines(page_id, origin, listed_on_id, headline, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT(page_id, origin, listed_on_id, headline)
DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
"""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A time during which a page showed one text of its story; the number of that version may yet change."""

    first_seen: str
    last_seen: str
    content_digest: str


def periods_of(archive: Connection, article: int) -> list[Period]:
    """Return when the page of an article showed which text."""
    return [Period(*row) for row in archive.execute(PERIODS, (article,))]


def write_sightings(archive: Connection, article: int, periods: Iterable[Period]) -> None:
    """Note when each version of an article was shown, once versions of both archives stand there."""
    archive.execute("DELETE FROM version_sightings WHERE article_id = ?", (article,))
    versions = [tuple(row) for row in archive.execute(NUMBERS, (article,))]
    if len(versions) < 2:  # as it is from first to last seen
        return
    archive.executemany(
        SEE_VERSION,
        [(article, *sighting) for sighting in _sightings(versions, sorted(periods))],
    )


def join_listed_headlines(join: Join) -> None:
    """Join headlines by story, place and words; those of what was forgotten here stay out."""
    for batch in join.batches("listed_headlines"):
        for row in batch:
            page, listed_on = join.our("pages", row["page_id"]), join.our("pages", row["listed_on_id"])
            if page is not None and listed_on is not None:
                values = (
                    page,
                    row["origin"],
                    listed_on,
                    row["headline"],
                    row["first_seen"],
                    row["last_seen"],
                )
                join.ours.execute(SEE_HEADLINE, values)


def _sightings(
    versions: Sequence[tuple[int, str, str]], periods: Sequence[Period]
) -> list[tuple[str, int, str]]:
    """Return first seen, number and last seen of each time that a version was shown, in order of time."""
    found: list[tuple[str, int, str]] = []
    for period in periods:
        number = _number(versions, period)
        if number is None:
            continue
        if found and found[-1][1] == number:
            first, _, last = found.pop()
            found.append((first, number, max(last, period.last_seen)))
        else:
            found.append((period.first_seen, number, period.last_seen))
    return found


def _number(versions: Sequence[tuple[int, str, str]], period: Period) -> int | None:
    """Return the number of the version with the text of a period: the latest by then, else the first after it."""
    same = [(number, seen) for number, seen, digest in versions if digest == period.content_digest]
    by_then = [number for number, seen in same if seen <= period.first_seen]
    return by_then[-1] if by_then else next((number for number, _ in same), None)
