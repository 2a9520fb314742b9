"""Telling somebody of alarms: by a webhook, or by whatever the library apprise can reach."""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from archiver.errors import NotifyError
from archiver.settings import REMIND_DAYS
from archiver.wording import counted, minute_text
from db.connection import open_archive, read_archive
from db.crawls.alarm_news import AlarmNews, untold_news
from db.crawls.alarms import EndedAlarm, StandingAlarm, note_notified

# Seconds until a webhook must have answered: cron waits for us.
TIMEOUT = 20
WEBHOOKS = ("http://", "https://")


def notify(archive: Path, addresses: Sequence[str], remind_days: int = REMIND_DAYS) -> int:
    """Tell every address what nobody was told of alarms: new ones, reminders, and ends; return how many there were.

    An http(s) address is a webhook: it gets a JSON object with "text", a line for each, and "alarms", "lasting" and
    "ended". Others are apprise's, such as mailto://. A reminder comes remind_days after the last, 0: never. Raises
    NotifyError if one cannot be told; the next call tells them all again.
    """
    check_addresses(addresses)
    with closing(read_archive(archive)) as connection:
        news = untold_news(connection, datetime.now(UTC), remind_days)
    if not news:
        return 0
    for address in addresses:
        _send(address, news)
    with closing(open_archive(archive)) as connection:
        note_notified(connection, (*news.raised, *news.lasting, *news.ended), datetime.now(UTC))
    return len(news)


def check_addresses(addresses: Sequence[str]) -> None:
    """Raise NotifyError if one of these is no address that can be told anything."""
    for address in addresses:
        if not address.startswith(WEBHOOKS):
            _messenger(address)
        elif not urlsplit(address).hostname:
            raise NotifyError(f"{_scheme(address)} names no host: give the whole address of a webhook")


def alarm_text(alarm: StandingAlarm) -> str:
    """Return an alarm in one line."""
    return f"{alarm.label}: {alarm.message}"


def lasting_text(alarm: StandingAlarm) -> str:
    """Return the reminder of an alarm in one line."""
    return f"{alarm.label}: still, since {minute_text(alarm.raised)}: {alarm.message}"


def ended_text(alarm: EndedAlarm) -> str:
    """Return the end of an alarm in one line."""
    return f"{alarm.label}: {alarm.how_it_ended}"


def _send(address: str, news: AlarmNews) -> None:
    if address.startswith(WEBHOOKS):
        _post(address, news)
        return
    is_well = not news.raised and not news.lasting
    title = f"news-archiver: a source {'is well again' if is_well else 'needs a look'}"
    if not _messenger(address).notify(body=_text(news), title=title):
        raise NotifyError(f"{_scheme(address)} could not be told of {_number(news)}: see the log")


def _messenger(address: str) -> Any:
    """Return apprise's sender to an address. Raises NotifyError if there is none."""
    try:
        import apprise  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NotifyError(
            f"{_scheme(address)} needs apprise: pip install 'news-archiver[notify]', or give a webhook's https address"
        ) from error
    messenger = apprise.Apprise()
    if not messenger.add(address):
        raise NotifyError(
            f"{_scheme(address)} is no address that apprise knows: give a webhook's https address"
        )
    return messenger


def _post(address: str, news: AlarmNews) -> None:
    content = {
        "text": _text(news),
        "alarms": [_fields(alarm) for alarm in news.raised],
        "lasting": [_fields(alarm) for alarm in news.lasting],
        "ended": [_fields(alarm) | {"cleared": alarm.cleared.isoformat()} for alarm in news.ended],
    }
    request = Request(  # noqa: S310 - only http(s) comes here
        address, json.dumps(content).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urlopen(request, timeout=TIMEOUT):  # noqa: S310
            pass
    except (URLError, OSError, ValueError) as error:
        reason = (
            f"HTTP status {error.code}" if isinstance(error, HTTPError) else getattr(error, "reason", error)
        )
        raise NotifyError(f"the webhook could not be told of {_number(news)}: {reason}") from error


def _text(news: AlarmNews) -> str:
    lines = (*map(alarm_text, news.raised), *map(lasting_text, news.lasting), *map(ended_text, news.ended))
    return "\n".join(lines)


def _fields(alarm: StandingAlarm) -> dict[str, str]:
    return {
        "source": alarm.source,
        "url": alarm.url,
        "kind": alarm.kind,
        "message": alarm.message,
        "raised": alarm.raised.isoformat(),
    }


def _number(news: AlarmNews) -> str:
    return counted(len(news), "alarm")


def _scheme(address: str) -> str:
    """Return how an address is called where its secrets must not be printed."""
    return f"{address.partition('://')[0]}://..."
