"""The addresses of one source that wait for their visit: each once, in the order of their turn."""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import IntEnum
from itertools import chain, count

from archiver.items import ARTICLE_OUTCOMES, FoundBy, Outcome
from archiver.parsers.urls import canonical_url, host, same_site
from spiders.budget import Budget
from spiders.memory import Asked, Memory, NoMemory, Turn
from spiders.source import Source, source_address
from spiders.traps import FRUITLESS, LONGEST_ADDRESS, MOST_RECORDED, TrapWatch, looks_endless

__all__ = ["LONGEST_ADDRESS", "Asked", "Frontier", "Memory", "NoMemory", "Source", "Turn", "source_address"]

# Requests of one source under way at once, unless said otherwise: one on the wire, two being split by the workers.
UNDER_WAY = 3
# Visits in a row that found nobody there, or a check for robots, after which a site is left alone until the next crawl.
LOST_IN_A_ROW = 5
# The same of statuses such as 403 and 500 without a story between: some pages of a site may have them for good.
ERRORS_IN_A_ROW = 20
# Addresses of one source that wait at most, about 25 MB; more than that no budget lets a crawl visit.
MOST_WAITING = 50_000
# One visit in so many at least is one to a story that is due again, if any is: however many new ones wait.
REVISIT_SHARE = 5
# Listings on other hosts of one sort, feeds or sitemaps, that one page of a site may name.
MOST_ELSEWHERE = 5
# Ends of time that have a timestamp.
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
NEWEST = datetime(2100, 1, 1, tzinfo=UTC)


class _Rank(IntEnum):
    """Stories that the site shows as its news go first, what it merely maps goes last."""

    LISTED = 0
    RELATED = 1
    MAPPED = 2


class Frontier:
    """What one crawl has still to visit of one source, within its budget of story pages."""

    def __init__(self, source: Source, budget: int, memory: Memory) -> None:
        self.source = source
        self.listings_open = 0
        """Feeds, sitemaps and fronts that were asked for and not read yet."""
        self.sitemaps_asked = 0
        self.left = 0
        """Addresses that wait for the next crawl, once take_stock has counted them."""
        self.not_due = 0
        """Addresses left out because their next visit is not due, or they are done with."""
        self.most_under_way = UNDER_WAY
        """Story pages that are fetched or split at the same time."""
        self.is_ending = False
        """Whether nothing shall be visited any longer."""
        self.traps = 0
        """Addresses that were not followed because they look like traps."""
        self._trap_watch = TrapWatch()
        self._met_before: set[str] = set()
        self._trapped: list[tuple[Asked, str]] = []
        self._left_alone: set[str] = set()
        self._vouched: set[str] = set()
        self._memory = memory
        spent = memory.spent(source) if source.pages_a_day or source.megabytes_a_day else (0, 0)
        self._budget = Budget(budget, source.pages_a_day, source.megabytes_a_day, spent)
        self._seen: set[str] = set()
        self._under_way: set[str] = set()
        self._lost_in_a_row = 0
        self._challenged_in_a_row = 0
        self._errors_in_a_row = 0
        self._queued: dict[str, list[Asked]] = {}
        """What waits, as each listing that names it says: by any of them it may be its turn."""
        self._heap: list[tuple[_Rank, float, int, str]] = []
        self._due: deque[str] = deque()
        self._taken = 0
        self._taken_again = 0
        self._serial = count()

    @property
    def waiting(self) -> int:
        """Story pages that this crawl may still visit, as far as it knows now."""
        return min(len(self._queued), self._budget.pages) + len(self._under_way)

    @property
    def day_is_over(self) -> str:
        """Which budget of the source is used up until later crawls, "" if none is."""
        return self._budget.day_is_over

    @property
    def allows_listings(self) -> bool:
        """Whether its listings may be read, also where a budget of stories is used up."""
        return self._budget.allows_listings

    def weigh(self, size: int) -> None:
        """Note that a response of so many bytes came, of which there will be a visit."""
        self._budget.weigh(size)

    def weigh_further(self, size: int, pages: int = 0) -> None:
        """Note what came beside visits: so many bytes, to so many requests for stories."""
        self._budget.weigh(size)
        self._budget.take(pages)
        if size or pages:
            self._memory.spend(self.source, pages, size)

    def take_stock(self) -> None:
        """Find out what is left for the next crawl, now that this one visits nothing any longer."""
        self.left = self._memory.left(self.source, chain.from_iterable(self._queued.values()))

    def leave_alone(self, host: str) -> None:
        """Visit no page of a host any longer; they are left for the next crawl."""
        self._left_alone.add(host)

    def is_new(self, url: str) -> bool:
        """Whether this crawl meets the address for the first time, and may follow it; then it is known."""
        return same_site(url, self.source.url) and self._is_met_first(url)

    def vouched(self, urls: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the listings that the site itself names: those of its own, and some of those on other hosts.

        From now on listings may stand there, too.
        """
        own: list[str] = []
        elsewhere: list[str] = []
        for url in urls:
            (own if self.source.may_list(url) else elsewhere).append(url)
        del elsewhere[MOST_ELSEWHERE:]
        self._vouched |= {host(url) for url in elsewhere}
        return own, elsewhere

    def may_list(self, url: str) -> bool:
        """Whether a page may list stories of the source: as the user says, or the site itself."""
        return self.source.may_list(url) or host(url) in self._vouched

    def is_new_listing(self, url: str) -> bool:
        """Return the same as is_new of a page that lists stories."""
        return self.may_list(url) and self._is_met_first(url)

    def add(self, asked: Asked) -> None:
        """Queue a story's address unless this crawl has met it; one that waits goes by the best of its listings."""
        if len(self._queued) >= MOST_WAITING:
            return
        is_listed_again = asked.url in self._queued and asked.found_by is not FoundBy.RELATED
        if is_listed_again or self.is_new(asked.url):
            self._queue(asked)
        elif asked.url not in self._seen and (reason := looks_endless(asked.url)):
            self._seen.add(asked.url)
            self._trap(asked, reason)

    def trapped(self) -> Iterable[tuple[Asked, str]]:
        """Return the addresses found to be traps since it was called last, with the reasons."""
        trapped, self._trapped = self._trapped, []
        return trapped

    def add_related(self, urls: Iterable[str], found_on: str) -> None:
        """Queue the related headlines of a page."""
        for shown in urls:
            if (url := canonical_url(shown)) is not None:
                self.add(Asked(url=url, found_by=FoundBy.RELATED, found_on=found_on))

    def take(self) -> Asked | None:
        """Return the next story to visit now, or None: none waits, enough are under way, or no budget."""
        while self._queued and self._may_go_on():
            is_again, rank, url = self._first()
            if (found := self._queued.pop(url, None)) is None:
                continue  # it was queued twice, and its turn has been
            if host(url) in self._left_alone:
                continue
            asked, turn = self._turn(found)
            if turn in (Turn.ANNOUNCED, Turn.AGAIN):
                self._met_before.add(url)
            # What the site lists as its news is none, and what was visited before is known.
            may_be_trap = turn is Turn.NOW and rank is not _Rank.LISTED
            if may_be_trap and (reason := self._trap_watch.why(url)):
                self._trap(asked, reason)
            elif turn is Turn.NOT_DUE:
                self.not_due += 1
            elif turn is Turn.AGAIN and not is_again:
                self._queued[url] = found
                self._due.append(url)
            else:
                self._taken_again += is_again
                return self._visit(asked)
        return None

    def landed(self, asked: Asked, outcome: Outcome) -> None:
        """Note that a visit has ended, well or not."""
        self._under_way.discard(asked.url)
        if not same_site(asked.url, self.source.url):
            return  # a listing on another site tells nothing of this one
        lost = outcome in (Outcome.UNREACHABLE, Outcome.TIMEOUT)
        self._lost_in_a_row = self._lost_in_a_row + 1 if lost else 0

    def recorded(self, url: str, outcome: Outcome) -> None:
        """Note what a visit came to in the archive."""
        # What was a copy when it was met first tells nothing of the addresses that are new.
        if outcome not in FRUITLESS or url not in self._met_before:
            self._trap_watch.visited(url, outcome)
        if outcome in ARTICLE_OUTCOMES:
            self._challenged_in_a_row = self._errors_in_a_row = 0
        self._challenged_in_a_row += outcome is Outcome.CHALLENGE
        self._errors_in_a_row += outcome is Outcome.HTTP_ERROR

    def put_back(self, asked: Asked) -> None:
        """Note that a visit came to nothing: it was not made, and is left for the next crawl."""
        self._under_way.discard(asked.url)
        self._budget.take(-1)

    def forget_under_way(self) -> None:
        """Note that nothing is under way any more, whatever became of it."""
        self._under_way.clear()
        self.listings_open = 0

    def _is_met_first(self, url: str) -> bool:
        if url in self._seen or looks_endless(url):
            return False
        self._seen.add(url)
        return True

    def _queue(self, asked: Asked) -> None:
        self._queued.setdefault(asked.url, []).append(asked)
        if asked.is_due:
            self._due.append(asked.url)
        else:
            self._push(_rank(asked), asked)

    def _first(self) -> tuple[bool, _Rank, str]:
        """Return the address that comes first, whether because it is due again, and its rank."""
        if self._due and (not self._heap or self._taken_again * REVISIT_SHARE < self._taken):
            return True, _Rank.LISTED, self._due.popleft()
        rank, _, _, url = heapq.heappop(self._heap)
        return False, rank, url

    def _turn(self, found: Sequence[Asked]) -> tuple[Asked, Turn]:
        """Return when an address should be visited, and by which listing."""
        turns = ((asked, self._memory.turn(asked)) for asked in found)
        asked, turn = next((each for each in turns if each[1] is not Turn.NOT_DUE), (found[0], Turn.NOT_DUE))
        return replace(_dated(asked, found), is_announced=turn is Turn.ANNOUNCED), turn

    def _visit(self, asked: Asked) -> Asked:
        self._budget.take()
        self._taken += 1
        self._under_way.add(asked.url)
        self._memory.lease(asked, self.source)
        return asked

    def _may_go_on(self) -> bool:
        has_room = not self.listings_open and len(self._under_way) < self.most_under_way
        is_welcome = max(self._lost_in_a_row, self._challenged_in_a_row) < LOST_IN_A_ROW
        is_welcome = is_welcome and self._errors_in_a_row < ERRORS_IN_A_ROW
        return has_room and is_welcome and not self.is_ending and self._budget.pages > 0

    def _trap(self, asked: Asked, reason: str) -> None:
        self.traps += 1
        if len(asked.url) <= LONGEST_ADDRESS and self.traps <= MOST_RECORDED:
            self._trapped.append((asked, reason))

    def _push(self, rank: _Rank, asked: Asked) -> None:
        heapq.heappush(self._heap, (rank, -self._moment(asked).timestamp(), next(self._serial), asked.url))

    def _moment(self, asked: Asked) -> datetime:
        """Return the time to rank by, the newest first; what a front shows that no crawl left behind is of today."""
        listing = asked.listing
        if listing is not None and (moment := listing.date_published or listing.date_modified) is not None:
            return moment
        if asked.found_by is not FoundBy.FRONT_PAGE:
            return OLDEST
        return self._memory.waits_since(asked.url) or NEWEST


def _dated(asked: Asked, found: Sequence[Asked]) -> Asked:
    """The address with the date that another listing gives, where its own, mostly a front page, gives none."""
    if asked.listing is None or asked.listing.date_published is not None:
        return asked
    dates = (other.listing.date_published for other in found if other.listing is not None)
    date = next((date for date in dates if date is not None), None)
    return asked if date is None else replace(asked, listing=replace(asked.listing, date_published=date))


def _rank(asked: Asked) -> _Rank:
    if asked.found_by is FoundBy.RELATED:
        return _Rank.RELATED
    if asked.found_by is FoundBy.SITEMAP and (asked.listing is None or asked.listing.date_published is None):
        return _Rank.MAPPED
    return _Rank.LISTED
