"""What earlier crawls left to a crawl, and when an address should be visited by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from archiver.items import FoundBy, Listing
from spiders.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One address to visit, and how it came to be known."""

    url: str
    found_by: FoundBy
    found_on: str | None = None
    listing: Listing | None = None
    is_due: bool = False
    """Whether an earlier crawl visited it, and the archive says that its turn has come again."""
    is_announced: bool = False
    """Whether it is visited again because its site says that it changed."""
    is_whole: bool = False
    """Whether it was asked for without conditions although there were some to name."""


class Turn(Enum):
    """When an address should be visited, by what is known of it."""

    NOW = "now"
    ANNOUNCED = "announced"
    """It was visited before, and its site says that it changed."""
    AGAIN = "again"
    """It was visited before, and is due."""
    NOT_DUE = "not_due"


class Memory(Protocol):
    """What earlier crawls left."""

    def turn(self, asked: Asked) -> Turn:
        """Return when a story's address should be visited."""

    def waiting(self, source: Source, limit: int) -> Iterable[Asked]:
        """Return addresses that earlier crawls had no room for, and stories due again, up to limit of each."""

    def waits_since(self, url: str) -> datetime | None:
        """Return when a story that waits for its first visit appeared; None if no earlier crawl left it."""

    def lease(self, asked: Asked, source: Source) -> None:
        """Note that an address is on its way: whatever happens now, it will be asked for."""

    def related(self, url: str) -> Iterable[str]:
        """Return the addresses of the related headlines that a page showed when it was last split."""

    def sitemap_read(self, url: str) -> datetime | None:
        """Return when an earlier crawl read the stories of a sitemap; None if none did."""

    def may_list(self, url: str, source: Source) -> bool:
        """Return whether to look for a listing where a source's may stand, though nothing on the site says so."""

    def are_lost(self, urls: Sequence[str]) -> bool:
        """Return whether none of the listings that a user named, of which there are some, has come for long."""

    def spent(self, source: Source) -> tuple[int, int]:
        """Return the pages and bytes that the crawls of the last 24 hours fetched of a source."""

    def spend(self, source: Source, pages: int, size: int) -> None:
        """Note requests for stories, and bytes, of which there is no visit, for later crawls of the day."""

    def left(self, source: Source, waiting: Iterable[Asked]) -> int:
        """Return how many addresses of a source wait for the next crawl, by what this one has still in its queue."""


class NoMemory:
    """The memory of a first crawl."""

    def turn(self, asked: Asked) -> Turn:  # noqa: ARG002 - as in Memory
        return Turn.NOW

    def waiting(self, source: Source, limit: int) -> Iterable[Asked]:  # noqa: ARG002 - as in Memory
        return ()

    def waits_since(self, url: str) -> datetime | None:  # noqa: ARG002 - as in Memory
        return None

    def lease(self, asked: Asked, source: Source) -> None:
        pass

    def related(self, url: str) -> Iterable[str]:  # noqa: ARG002 - as in Memory
        return ()

    def sitemap_read(self, url: str) -> datetime | None:  # noqa: ARG002 - as in Memory
        return None

    def may_list(self, url: str, source: Source) -> bool:  # noqa: ARG002 - as in Memory
        return True

    def are_lost(self, urls: Sequence[str]) -> bool:  # noqa: ARG002 - as in Memory
        return False

    def spent(self, source: Source) -> tuple[int, int]:  # noqa: ARG002 - as in Memory
        return 0, 0

    def spend(self, source: Source, pages: int, size: int) -> None:
        pass

    def left(self, source: Source, waiting: Iterable[Asked]) -> int:  # noqa: ARG002 - as in Memory
        return len({asked.url for asked in waiting})
