"""The log of a crawl: a line for each thing that happened, for people or as JSON, in files of bounded size."""

# ruff: noqa: ARG002 - Scrapy names the arguments

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import Settings
from twisted.python.failure import Failure

from archiver.errors import ArchiveError
from archiver.items import Discovery, Visit

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its text is for people, its name and fields are for programs."""

    name: str
    text: str
    fields: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


class VisitLog(LogFormatter):
    """Scrapy's log with visits and discoveries in the archive's words."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """Say what came of an item."""
        return {"level": logging.INFO, "msg": "%s", "args": (_event(item, response),)}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Say which item a pipeline failed on; the traceback follows.

        An archive that cannot be written ends the crawl, which says so once: no item needs to say it too.
        """
        level = logging.DEBUG if isinstance(exception, ArchiveError) else logging.ERROR
        return {"level": level, "msg": "Failed to archive %s", "args": (_event(item, None).text,)}

    def spider_error(
        self, failure: Failure, request: Request, response: Response | Failure, spider: Spider
    ) -> LogFormatterResult:
        """Say which page a spider failed on; the traceback follows, unless the archive ends the crawl as above."""
        said = super().spider_error(failure, request, response, spider)
        return {**said, "level": logging.DEBUG} if isinstance(failure.value, ArchiveError) else said


@contextmanager
def logging_by(settings: Settings, *, as_json: bool) -> Iterator[None]:
    """Log to LOG_FILE, or else to standard error, as long as the context lasts."""
    handler = _handler(settings)
    handler.setLevel(settings.get("LOG_LEVEL"))
    text = logging.Formatter(settings.get("LOG_FORMAT"), settings.get("LOG_DATEFORMAT"))
    handler.setFormatter(JsonLines() if as_json else text)
    root = logging.getLogger()
    root.setLevel(logging.NOTSET)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


class JsonLines(logging.Formatter):
    """Writes each record as one line of JSON in ASCII; what is no event of ours is an event called log."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        args = record.args
        event = args[0] if isinstance(args, tuple) and args and isinstance(args[0], Event) else None
        if event is None:
            event = Event("log", "", {"logger": record.name, "message": record.getMessage()})
        trace = {"traceback": self.formatException(record.exc_info)} if record.exc_info else {}
        return json_line(event, record.levelname, record.created, trace)


def json_line(event: Event, level: str, moment: float, more: Mapping[str, object]) -> str:
    """Return the line of JSON for an event at a moment, in seconds of Unix time."""
    time = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = {"time": time, "level": level.lower(), "event": event.name, **event.fields, **more}
    return json.dumps(fields, default=str)


class LogFile(RotatingFileHandler):
    """A log file that is set aside when it is large; no trouble with it is one of the crawl."""

    def doRollover(self) -> None:  # noqa: N802 - logging names it
        """Begin a new file; go on in the old one where that is not possible."""
        try:
            super().doRollover()
        except OSError:
            self.maxBytes = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as above
        """Lose a line that the disk has no room for: that ends the crawl anyway, which says so."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def _handler(settings: Settings) -> logging.Handler:
    if (file := settings.get("LOG_FILE")) is None:
        return logging.StreamHandler()
    return LogFile(
        file,
        maxBytes=settings.getint("LOG_FILE_SIZE") * MEGABYTE,
        backupCount=settings.getint("LOG_FILE_COUNT"),
        encoding="utf-8",
        errors="replace",
    )


def _event(item: object, response: Response | Failure | None) -> Event:
    if isinstance(item, Visit):
        return _visited(item, response)
    if isinstance(item, Discovery):
        text = f"found {len(item.listings)} addresses on {item.found_on}"
        fields = {
            "source": item.source,
            "url": item.found_on,
            "found_by": item.found_by,
            "addresses": len(item.listings),
        }
        return Event("listing_read", text, fields)
    return Event("item", repr(item))


def _visited(visit: Visit, response: Response | Failure | None) -> Event:
    article = visit.split.article if visit.split else None
    fields = {
        "source": visit.source,
        "url": visit.url,
        "outcome": visit.outcome,
        "detail": visit.detail,
        "status": visit.response.status if visit.response else None,
        "bytes": len(visit.response.body) if visit.response else 0,
        "seconds": _seconds(response),
        "headline": article.headline if article else None,
    }
    detail = f" ({visit.detail})" if visit.detail else ""
    return Event("page_visited", f"{visit.outcome} {visit.url}{detail}", fields)


def _seconds(response: Response | Failure | None) -> float | None:
    """Return how long the server took to begin its answer, if it did."""
    latency = response.meta.get("download_latency") if isinstance(response, Response) else None
    return None if latency is None else round(latency, 3)
