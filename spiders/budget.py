"""What may still be asked of one source: by this crawl, and by all crawls of 24 hours together."""

from math import inf

MEGABYTE = 1_000_000
# Of the megabytes of a day, one in so many is kept for listings once the others are used up: a story that comes and
# goes within hours is known only if they are read.
LISTING_SHARE = 10


class Budget:
    """Counts down the story pages of a crawl, and the pages and bytes of a day."""

    def __init__(
        self, pages: int, pages_a_day: int | None, megabytes_a_day: float | None, spent: tuple[int, int]
    ) -> None:
        """Begin with so many story pages; None is no limit, spent are the pages and bytes of the last 24 hours."""
        self._pages = pages
        self._pages_a_day = pages_a_day
        self._megabytes_a_day = megabytes_a_day
        self._pages_today = inf if pages_a_day is None else pages_a_day - spent[0]
        self._bytes_today = inf if megabytes_a_day is None else megabytes_a_day * MEGABYTE - spent[1]
        self._kept = 0.0 if megabytes_a_day is None else megabytes_a_day * MEGABYTE / LISTING_SHARE

    @property
    def pages(self) -> int:
        """Story pages that may still be visited."""
        return 0 if self.day_is_over else max(int(min(self._pages, self._pages_today)), 0)

    @property
    def day_is_over(self) -> str:
        """Which budget of stories is used up until later crawls, "" if none is."""
        if self._pages_today <= 0:
            return f"{self._pages_a_day:,} pages a day (pages_a_day)"
        if self._bytes_today <= self._kept:
            return f"{self._megabytes_a_day:g} megabytes a day (megabytes_a_day)"
        return ""

    @property
    def allows_listings(self) -> bool:
        """Whether a page that lists stories may be asked for: those cost bytes alone."""
        return self._bytes_today > 0

    def take(self, pages: int = 1) -> None:
        """Note that so many story pages are asked for; less than 0: that they were not asked for after all."""
        self._pages -= pages
        self._pages_today -= pages

    def weigh(self, size: int) -> None:
        """Note that a response of so many bytes came."""
        self._bytes_today -= size
