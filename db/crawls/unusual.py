"""What is not as it used to be at a source, by what its crawls came to before."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise, takewhile
from typing import NamedTuple

from archiver.items import Outcome
from db.crawls.funnels import Funnel
from db.crawls.past import LATEST, Beat

# Stories read lately that stand for what a source is now, and before for what it was: fewer prove nothing.
FEW_NOW = 8
FEW_BEFORE = 20
# What is below this part of what it was has fallen.
FALLEN = 0.5
# Shares of stories that fell by so much: a date or an author is on almost all pages of a site, or on none.
LOST_SHARE = 0.5
# Related links of a site that shows some.
SOME_LINKS = 4
# Crawls in a row that fetch nothing, or to which nothing but refusals comes, before it is more than a bad moment.
DEAD_CRAWLS = 2
# Refusals in one crawl that are no accident.
MANY_REFUSALS = 3
# A silence counts once it is so many times the longest one before, and so long.
SILENCE = 1.5
LEAST_SILENCE = timedelta(hours=6)
# Crawls with new stories that show how often a site has any.
RHYTHM = 5
# Days of a source that show its nights and its weekend.
LEAST_PAST = timedelta(days=7)
# Between two crawls so many times farther apart than they usually are, nobody looked.
PAUSE = 4
# Stories of one crawl of which none could be had that are no accident.
MANY_FAILURES = 3
# Outcomes of pages that were visited as stories and came.
READABLE_FAILURES = frozenset(
    {
        Outcome.NOT_ARTICLE,
        Outcome.EMPTY,
        Outcome.PARSE_ERROR,
        Outcome.PARSE_LIMIT,
        Outcome.CONSENT,
        Outcome.PAYWALL,
    }
)
# Outcomes of pages that could not be had, though others of their site could.
STORY_FAILURES = frozenset(
    {Outcome.HTTP_ERROR, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.TOO_LARGE, Outcome.NOT_HTML}
)


class AlarmKind(StrEnum):
    """What is not as it used to be."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    FAILING = "failing"
    SILENT = "silent"
    FEW_ARTICLES = "few_articles"
    SHORT_TEXTS = "short_texts"
    NO_DATES = "no_dates"
    NO_AUTHORS = "no_authors"
    FEW_LINKS = "few_links"
    LOST_LISTING = "lost_listing"
    """Of its feeds, sitemaps and fronts one that its user named."""


PAGES_LACK = frozenset(
    {
        AlarmKind.FEW_ARTICLES,
        AlarmKind.SHORT_TEXTS,
        AlarmKind.NO_DATES,
        AlarmKind.NO_AUTHORS,
        AlarmKind.FEW_LINKS,
    }
)
"""Alarms of what pages are like: it may have changed on purpose."""
NOTHING_SEEN = frozenset({AlarmKind.UNREACHABLE, AlarmKind.REFUSED, AlarmKind.FAILING})
"""Alarms while which nobody could see whether a source has news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that needs a person."""

    kind: AlarmKind
    message: str
    """One line: what is so, and what it was before."""


class Outage(NamedTuple):
    """An alarm that has cleared."""

    kind: AlarmKind
    raised: datetime
    cleared: datetime


def alarms_of(
    past: Sequence[Funnel],
    now: datetime,
    later: Sequence[Funnel] = (),
    beats: Sequence[Beat] = (),
    outages: Sequence[Outage] = (),
) -> list[Alarm]:
    """Return what is not as it used to be at a source with these funnels, newest first.

    later are those of the crawls since an alarm was raised: they tell how the source is, not how it was. beats are
    those of all crawls, newest first, where the funnels are a share of them. outages are earlier alarms of the source:
    what was so while one stood is not how it used to be.
    """
    funnels = (*later, *past)
    if not funnels:
        return []
    beats = beats or [Beat(funnel.started, funnel.new) for funnel in funnels]
    before = [beat for beat in beats if past and beat.started <= past[0].started]
    found = (
        _unreachable(funnels),
        _refused(funnels),
        _failing(funnels),
        _silent(beats, before, now, outages) if came(funnels[0]) else None,
        *(_fallen(funnels, past, outages) if past else ()),
    )
    return [alarm for alarm in found if alarm is not None]


def _unreachable(funnels: Sequence[Funnel]) -> Alarm | None:
    dead = next((number for number, funnel in enumerate(funnels) if funnel.fetched), len(funnels))
    if dead < DEAD_CRAWLS:
        return None
    more = "more than " if dead > LATEST else ""
    latest = funnels[: min(dead, LATEST)]
    reasons = _reasons(latest, frozenset(Outcome))
    message = f"nothing could be fetched in the last {more}{len(latest)} crawls ({reasons})"
    if dead == len(funnels):
        message += ", and nothing before"
    return Alarm(kind=AlarmKind.UNREACHABLE, message=message)


def _refused(funnels: Sequence[Funnel]) -> Alarm | None:
    # A crawl that was due nothing but listings, and got them, shows nothing of how stories fare.
    telling = (funnel for funnel in funnels if funnel.refused or _stories(funnel))
    refusing = list(takewhile(_is_refused, telling))
    dead = [funnel for funnel in refusing if not came(funnel)]
    if len(dead) < DEAD_CRAWLS and all(funnel.refused < MANY_REFUSALS for funnel in refusing):
        return None
    if refusing[0] in dead and came(next(funnel for funnel in funnels if funnel.fetched)):
        return None  # even listings were refused, and they come again
    refused, fetched = (sum(getattr(each, name) for each in refusing) for name in ("refused", "fetched"))
    message = f"the site refuses us: {refused} of {fetched} responses were 401, 403, 429 or a challenge"
    return Alarm(kind=AlarmKind.REFUSED, message=message)


def _failing(funnels: Sequence[Funnel]) -> Alarm | None:
    """The stories of a site whose listings come all the same: of the last crawls that asked for any, none came."""
    telling = (funnel for funnel in funnels if came(funnel) and (_failures(funnel) or _stories(funnel)))
    failing = list(takewhile(lambda funnel: not _stories(funnel), telling))
    if len(failing) < DEAD_CRAWLS or all(_failures(funnel) < MANY_FAILURES for funnel in failing):
        return None
    told = _reasons(failing, STORY_FAILURES)
    message = f"no story could be had in the last {len(failing)} crawls that asked for some ({told})"
    return Alarm(kind=AlarmKind.FAILING, message=message)


def _silent(
    beats: Sequence[Beat], past: Sequence[Beat], now: datetime, outages: Sequence[Outage]
) -> Alarm | None:
    with_news = [beat for beat in past if beat.new]
    if len(with_news) <= RHYTHM:
        return None
    span = past[0].started - past[-1].started
    if span < LEAST_PAST:
        return None
    watched = _watched(beats, now)
    longest = _longest_silence(with_news, watched, outages)
    latest = next(beat.started for beat in beats if beat.new)
    if watched[now] - watched[latest] < max(SILENCE * longest, LEAST_SILENCE):
        return None
    before = f"before, the longest silence in {span.days} days was {_hours(longest)}"
    return Alarm(kind=AlarmKind.SILENT, message=f"no new story for {_hours(now - latest)}; {before}")


def _longest_silence(
    with_news: Sequence[Beat], watched: Mapping[datetime, timedelta], outages: Sequence[Outage]
) -> timedelta:
    """Return how long a source, with these crawls that found news, was silent at most while it was well.

    A time in which nothing could be had tells nothing, nor does a silence that raised an alarm, once: a second one is
    a habit of the source.
    """
    usual, told = [timedelta()], []
    for later, earlier in pairwise(with_news):
        kinds = {each.kind for each in outages if earlier.started < each.raised <= later.started}
        silence = watched[later.started] - watched[earlier.started]
        if AlarmKind.SILENT in kinds:
            told.append(silence)
        elif not kinds & NOTHING_SEEN:
            usual.append(silence)
    return max(*usual, *sorted(told)[:-1])


def _watched(beats: Sequence[Beat], now: datetime) -> dict[datetime, timedelta]:
    """Return how long a source had been looked at when each crawl began, and until now.

    A pause of the crawls is no silence of the site: it counts as long as the time that is usual between two crawls.
    """
    moments = [*(beat.started for beat in reversed(beats)), now]
    steps = [later - earlier for earlier, later in pairwise(moments)]
    usual = sorted(steps)[len(steps) // 2]
    looked = (step if step <= PAUSE * usual else usual for step in steps)
    return dict(zip(moments, accumulate(looked, initial=timedelta()), strict=True))


def _fallen(
    funnels: Sequence[Funnel], past: Sequence[Funnel], outages: Sequence[Outage]
) -> Iterator[Alarm | None]:
    """Yield what the latest stories lack that earlier ones had."""
    for kind in (each for each in AlarmKind if each in PAGES_LACK):
        weight = _visited if kind is AlarmKind.FEW_ARTICLES else _read
        now, before = _parted(funnels, _well(past, kind, outages), weight)
        if now:
            yield _compared(kind, now, before)


def _well(past: Sequence[Funnel], kind: AlarmKind, outages: Sequence[Outage]) -> Sequence[Funnel]:
    """Return the funnels of a past without those of the time of an alarm of the kind, the longest if it had more."""
    times = [each for each in outages if each.kind is kind and each.cleared >= past[-1].started]
    if not times:
        return past
    outage = max(times, key=lambda each: each.cleared - each.raised)
    return [funnel for funnel in past if not outage.raised <= funnel.started <= outage.cleared]


def _compared(kind: AlarmKind, now: Sequence[Funnel], before: Sequence[Funnel]) -> Alarm | None:
    match kind:
        case AlarmKind.SHORT_TEXTS:
            return _shorter(kind, _middle(now, "body_length"), _middle(before, "body_length"))
        case AlarmKind.FEW_LINKS:
            return _fewer(kind, _middle(now, "links"), _middle(before, "links"))
        case AlarmKind.NO_DATES:
            return _lost(kind, "state a date", now, before, lambda funnel: funnel.dated)
        case AlarmKind.NO_AUTHORS:
            return _lost(kind, "name an author", now, before, lambda funnel: funnel.signed)
    is_, was = _share(now, _read, _visited), _share(before, _read, _visited)
    if is_ >= FALLEN * was:
        return None
    message = f"{is_:.0%} of the pages visited as stories hold one; before it was {was:.0%}"
    return Alarm(kind=kind, message=message)


def _parted(
    funnels: Sequence[Funnel], past: Sequence[Funnel], weight: Callable[[Funnel], int]
) -> tuple[Sequence[Funnel], Sequence[Funnel]]:
    """Return the latest funnels that weigh enough and those before the latest of the past, or nothing if too light."""
    now, before = funnels[: _latest(funnels, weight)], past[_latest(past, weight) :]
    if sum(map(weight, now)) < FEW_NOW or sum(map(weight, before)) < FEW_BEFORE:
        return (), ()
    return now, before


def _latest(funnels: Sequence[Funnel], weight: Callable[[Funnel], int]) -> int:
    """Return how many of the latest funnels weigh enough."""
    total, end = 0, 0
    while end < len(funnels) and total < FEW_NOW:
        total += weight(funnels[end])
        end += 1
    return end


def _shorter(kind: AlarmKind, now: float, before: float) -> Alarm | None:
    if now >= FALLEN * before:
        return None
    message = f"the texts of the latest stories have {now:,.0f} characters; before it were {before:,.0f}"
    return Alarm(kind=kind, message=message)


def _fewer(kind: AlarmKind, now: float, before: float) -> Alarm | None:
    if before < SOME_LINKS or now >= FALLEN * before:
        return None
    message = f"the latest pages show {now:,.0f} related headlines; before it were {before:,.0f}"
    return Alarm(kind=kind, message=message)


def _lost(
    kind: AlarmKind,
    what: str,
    now: Sequence[Funnel],
    before: Sequence[Funnel],
    having: Callable[[Funnel], int],
) -> Alarm | None:
    is_, was = _share(now, having, _read), _share(before, having, _read)
    if is_ >= was - LOST_SHARE:
        return None
    return Alarm(kind=kind, message=f"{is_:.0%} of the latest stories {what}; before it was {was:.0%}")


def _reasons(funnels: Sequence[Funnel], outcomes: Set[Outcome]) -> str:
    """How often their visits had each of some outcomes, the most frequent first."""
    counts = sum((Counter(funnel.outcomes) for funnel in funnels), Counter[Outcome]())
    told = (each for each in counts.most_common() if each[0] in outcomes)
    return ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in told)


def _failures(funnel: Funnel) -> int:
    """Return how many pages failed that were not refused."""
    return max(0, sum(funnel.outcomes.get(outcome, 0) for outcome in STORY_FAILURES) - funnel.refused)


def came(funnel: Funnel) -> bool:
    """Whether anything but refusals came."""
    return funnel.fetched > funnel.refused


def _is_refused(funnel: Funnel) -> bool:
    return funnel.refused >= FALLEN * (funnel.refused + _stories(funnel))


def _stories(funnel: Funnel) -> int:
    """Return how many pages came that were visited as stories, known and unchanged ones among them."""
    return funnel.articles + _unread(funnel)


def _visited(funnel: Funnel) -> int:
    return funnel.read + _unread(funnel)


def _unread(funnel: Funnel) -> int:
    return sum(funnel.outcomes.get(outcome, 0) for outcome in READABLE_FAILURES)


def _read(funnel: Funnel) -> int:
    return funnel.read


def _share(funnels: Sequence[Funnel], part: Callable[[Funnel], int], whole: Callable[[Funnel], int]) -> float:
    return sum(map(part, funnels)) / max(sum(map(whole, funnels)), 1)


def _middle(funnels: Sequence[Funnel], field: str) -> float:
    """Return the median of a field over the stories read, by the medians of the crawls."""
    values = sorted((getattr(funnel, field), funnel.read) for funnel in funnels if funnel.read)
    half, passed = sum(read for _, read in values) / 2, 0
    for value, read in values:
        passed += read
        if passed > half:
            return float(value)
    return 0.0


def _hours(length: timedelta) -> str:
    hours = round(length / timedelta(hours=1))
    if hours < 72:
        return f"{hours} hour" if hours == 1 else f"{hours} hours"
    return f"{hours / 24:.0f} days"
