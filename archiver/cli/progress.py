"""What a crawl is doing, told while it runs, and noted for its end."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from archiver.cli.outcomes import grouped, outcome_text, told
from archiver.cli.rendering import Output, counted, duration_text, printable
from archiver.items import Discovery, FoundBy, Outcome, Visit

# Seconds between two lines where no terminal shows a bar: few enough for the log of a long crawl.
LINE_SECONDS = 60.0
BAR_WIDTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is worth telling of a visit when the crawl is over."""

    source: str
    url: str
    outcome: Outcome
    detail: str
    headline: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingNote:
    """A page that was read for the addresses of stories."""

    source: str
    url: str
    found_by: FoundBy
    detail: str
    """How much it lists."""


class Diary:
    """Follows a crawl in silence; what it has noted is for the end."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        """Every visit to a story, in order, and every listing that could not be read."""
        self.listings: list[ListingNote] = []
        """Every listing that could be read, in order."""
        self.addresses = 0
        """Found on front pages, in feeds and in sitemaps."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def began(self, sources: tuple[str, ...]) -> None:
        """A crawl of these site addresses begins."""

    def found(self, discovery: Discovery, waiting: int) -> None:
        """Count the addresses of a listing."""
        self.addresses += len(discovery.listings)
        self.tell(waiting)

    def visited(self, visit: Visit, waiting: int) -> None:
        """Note a visit."""
        if visit.outcome is Outcome.LISTING:
            self.listings.append(
                ListingNote(source=visit.source, url=visit.url, found_by=visit.found_by, detail=visit.detail)
            )
        else:
            article = visit.split.article if visit.split else None
            note = Note(
                source=visit.source,
                url=visit.url,
                outcome=visit.outcome,
                detail=visit.detail,
                headline=article.headline if article else "",
                language=article.language if article else None,
            )
            self.notes.append(note)
        self.tell(waiting)

    def tell(self, waiting: int) -> None:
        """Say how far the crawl is, with so many stories waiting."""

    def close(self) -> None:
        """Say no more."""

    def counts(self) -> str:
        """Return what came of the visits so far: "22 new, 3 failed"."""
        return told(grouped(Counter(note.outcome for note in self.notes)))


class Bar(Diary):
    """Shows a bar on a terminal, with the latest headline below it."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._progress = Progress(
            TextColumn("Crawling"),
            BarColumn(BAR_WIDTH),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=output,
        )
        self._task = self._progress.add_task("", total=None)
        self._live = Live(console=output, get_renderable=self._view, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def tell(self, waiting: int) -> None:
        """Move the bar."""
        done = len(self.notes)
        self._progress.update(self._task, completed=done, total=done + waiting or None)

    def close(self) -> None:
        """Take the bar away."""
        self._live.stop()

    def _view(self) -> Group:
        latest = self.notes[-1] if self.notes else None
        counts = self.counts() or f"looking for stories: {counted(self.addresses, 'address', 'addresses')}"
        news = (latest.headline or f"{outcome_text(latest.outcome)} {latest.url}") if latest else ""
        return Group(self._progress, _one_line(counts), _one_line(news))


def _one_line(text: str) -> Text:
    return Text(printable(text), "dim", no_wrap=True, overflow="ellipsis")


class Lines(Diary):
    """Prints a line now and then, for logs and mails."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output
        self._start = self._last = monotonic()

    def tell(self, waiting: int) -> None:
        """Print a line if the last one is long enough ago."""
        now = monotonic()
        if now - self._last >= LINE_SECONDS:
            self._last = now
            took = duration_text(timedelta(seconds=now - self._start))
            counts = f" ({self.counts()})" if self.notes else ""
            self._output.say(
                f"{took}: {counted(len(self.notes), 'page')} visited{counts}, {waiting:,} waiting"
            )
