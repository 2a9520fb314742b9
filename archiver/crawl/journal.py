"""The beginning and the end of a crawl, and of each of its sources, in its log."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from archiver.crawl.log import Event, json_line
from archiver.items import Outcome

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEnd:
    """What a crawl leaves of a source."""

    source: str
    counts: Mapping[Outcome, int]
    not_due: int
    left: int


def crawl_began(crawl_id: int, sources: Sequence[str]) -> None:
    """Log that a crawl begins."""
    fields = {"crawl": crawl_id, "sources": list(sources)}
    logger.info("%s", Event("crawl_began", f"Crawl {crawl_id} of {', '.join(sources)} begins", fields))


def asked_again(source: str, url: str, answer: str, then: str) -> None:
    """Log that an answer was none yet, and what is asked for then: the address of a redirect, or the same again."""
    fields = {"source": source, "url": url, "answer": answer, "then": then}
    what = "tried again" if then == url else f"then {then}"
    logger.info("%s", Event("asked_again", f"{answer} at {url}: {what}", fields))


def source_ended(end: SourceEnd) -> None:
    """Log what came of a source."""
    counts = {outcome.value: number for outcome, number in end.counts.items()}
    words = ", ".join(f"{number} {name}" for name, number in counts.items()) or "nothing visited"
    fields = {"source": end.source, "counts": counts, "not_due": end.not_due, "left": end.left}
    logger.info("%s", Event("source_ended", f"{end.source} ended: {words}; {end.left} left", fields))


def crawl_ended(
    crawl_id: int, state: str, elapsed: timedelta, alarms: Sequence[str], ended: Sequence[str]
) -> None:
    """Log how a crawl ended, with the alarms that it raised and those that it ended."""
    seconds = round(elapsed.total_seconds(), 3)
    fields = {
        "crawl": crawl_id,
        "state": state,
        "seconds": seconds,
        "alarms": list(alarms),
        "ended": list(ended),
    }
    logger.info("%s", Event("crawl_ended", f"Crawl {crawl_id} ended after {seconds:g} s: {state}", fields))


def crawl_failed(message: str) -> None:
    """Log why a crawl ended before its time."""
    logger.error("%s", Event("error", message, {"message": message}))


def error_line(message: str) -> str:
    """Return crawl_failed's line of JSON, for where no log is open."""
    return json_line(Event("error", message, {"message": message}), "ERROR", time.time(), {})
