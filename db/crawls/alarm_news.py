"""What is to be told of alarms: those raised, those that last, those that have ended."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection

from db.crawls.alarms import EndedAlarm, StandingAlarm, ended_alarms, standing_alarms

# No reminder comes so soon after the alarm, although midnight lies between.
SOON = timedelta(hours=12)
# An end that nobody could be told of for so long is no news any longer.
LATE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmNews:
    """Alarms that a person should hear of now."""

    raised: tuple[StandingAlarm, ...] = ()
    lasting: tuple[StandingAlarm, ...] = ()
    """Told before, and not mended: a reminder of them is due."""
    ended: tuple[EndedAlarm, ...] = ()

    def __len__(self) -> int:
        return len(self.raised) + len(self.lasting) + len(self.ended)


def news_of_crawl(
    archive: Connection,
    before: Sequence[StandingAlarm],
    new: Iterable[StandingAlarm],
    now: datetime,
    days: int,
) -> AlarmNews:
    """Return what a crawl that compared its sources at now has to tell, of what stood before and what is new.

    days lie between two reminders; 0: there is none.
    """
    seen = {alarm.id: alarm.last_seen for alarm in before}
    now = now.replace(microsecond=0)  # as the archive has it
    found = [alarm for alarm in standing_alarms(archive) if alarm.id in seen and alarm.last_seen == now]
    ended = [alarm for alarm in ended_alarms(archive, now) if alarm.id in seen]
    return AlarmNews(
        raised=tuple(new),
        lasting=_lasting(found, lambda alarm: seen[alarm.id], now, days),
        # Whoever took a source out has been told as its alarms ended.
        ended=tuple(alarm for alarm in ended if alarm.notified != alarm.cleared),
    )


def untold_news(archive: Connection, now: datetime, days: int) -> AlarmNews:
    """Return what those who are notified have not been told yet; of an end only those who heard of the alarm."""
    standing = standing_alarms(archive)
    told = [alarm for alarm in standing if alarm.notified is not None]
    return AlarmNews(
        raised=tuple(alarm for alarm in standing if alarm.notified is None),
        lasting=_lasting(told, lambda alarm: alarm.notified or now, now, days),
        ended=tuple(
            alarm
            for alarm in ended_alarms(archive, now - LATE)
            if alarm.notified is not None and alarm.notified < alarm.cleared
        ),
    )


def _lasting(
    alarms: Iterable[StandingAlarm], told: Callable[[StandingAlarm], datetime], now: datetime, days: int
) -> tuple[StandingAlarm, ...]:
    """Return those alarms of which a reminder is due: by the day, so that all come together."""
    if days < 1:
        return ()
    return tuple(
        alarm for alarm in alarms if _reminders(alarm, now, days) > _reminders(alarm, told(alarm), days)
    )


def _reminders(alarm: StandingAlarm, until: datetime, days: int) -> int:
    """Return how many reminders of an alarm were due until then."""
    return max(0, (_day(until) - _day(alarm.raised + SOON)) // days)


def _day(moment: datetime) -> int:
    return moment.astimezone(UTC).toordinal()
