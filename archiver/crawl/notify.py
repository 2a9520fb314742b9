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
from db.alarms import StandingAlarm, note_notified, standing_alarms
from db.connection import open_archive, read_archive

# Seconds until a webhook must have answered: cron waits for us.
TIMEOUT = 20
WEBHOOKS = ("http://", "https://")


def notify(archive: Path, addresses: Sequence[str]) -> int:
    """Tell every address of the alarms that nobody was told of; return how many there were.

    An http(s) address is a webhook: it gets a JSON object with "text", one line an alarm, and "alarms". Others are
    apprise's, such as mailto://. Raises NotifyError if one cannot be told; the next call tells them all again.
    """
    check_addresses(addresses)
    with closing(read_archive(archive)) as connection:
        alarms = [alarm for alarm in standing_alarms(connection) if alarm.notified is None]
    if not alarms:
        return 0
    for address in addresses:
        _send(address, alarms)
    with closing(open_archive(archive)) as connection:
        note_notified(connection, alarms, datetime.now(UTC))
    return len(alarms)


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


def _send(address: str, alarms: Sequence[StandingAlarm]) -> None:
    if address.startswith(WEBHOOKS):
        _post(address, alarms)
        return
    title = "news-archiver: a source needs a look"
    body = "\n".join(map(alarm_text, alarms))
    if not _messenger(address).notify(body=body, title=title):
        raise NotifyError(f"{_scheme(address)} could not be told of {_number(alarms)}: see the log")


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


def _post(address: str, alarms: Sequence[StandingAlarm]) -> None:
    content = {
        "text": "\n".join(map(alarm_text, alarms)),
        "alarms": [
            {
                "source": alarm.source,
                "url": alarm.url,
                "kind": alarm.kind,
                "message": alarm.message,
                "raised": alarm.raised.isoformat(),
            }
            for alarm in alarms
        ],
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
        raise NotifyError(f"the webhook could not be told of {_number(alarms)}: {reason}") from error


def _number(alarms: Sequence[StandingAlarm]) -> str:
    return f"{len(alarms)} alarm{'s' if len(alarms) > 1 else ''}"


def _scheme(address: str) -> str:
    """Return how an address is called where its secrets must not be printed."""
    return f"{address.partition('://')[0]}://..."
