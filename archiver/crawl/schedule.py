"""A crawl at regular times: the line for cron, the units for systemd. Nothing is installed here."""

import getpass
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from archiver.errors import ExitCode, ScheduleError

HOUR, DAY = 60, 24 * 60
# Minutes between two runs that cron can express: they divide the hour, or the day into whole hours.
EVERY = tuple(
    [minutes for minutes in range(5, HOUR) if HOUR % minutes == 0]
    + [hours * HOUR for hours in range(1, 24) if 24 % hours == 0]
    + [DAY]
)
# Characters that cron takes in a line; Debian's cuts off what is longer.
LONGEST_LINE = 998
# Seconds over which systemd spreads the runs of several archives on one machine.
SPREAD = 60
# Seconds that a crawl which is told to stop may take: a response (DOWNLOAD_TIMEOUT), asked for twice, and its split.
STOP_SECONDS = 90

SERVICE = """\
[Unit]
Description=Archive news sites into {archive}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
WorkingDirectory={directory}
ExecStart={command}
# Another run that is not done yet, or an end that was asked for, is no failure.
SuccessExitStatus={locked} {interrupted}
# The crawl alone is told to stop; it ends its own workers once their pages are archived.
KillMode=mixed
TimeoutStopSec={stop}
Nice=10
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={writable}
{private_tmp}PrivateDevices=yes
ProtectHome={home}
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
CapabilityBoundingSet=
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""
TIMER = """\
[Unit]
Description=Archive news sites into {archive}, every {every}

[Timer]
OnCalendar={calendar}
RandomizedDelaySec={spread}
Persistent=true

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """When a crawl begins: at these minutes of these hours, by the machine's clock; no hours mean every hour."""

    every: int
    """Minutes between two."""
    minutes: tuple[int, ...]
    hours: tuple[int, ...]

    @property
    def cron(self) -> str:
        """The five fields of a crontab."""
        hours = ",".join(map(str, self.hours)) or "*"
        return f"{','.join(map(str, self.minutes))} {hours} * * *"

    @property
    def calendar(self) -> str:
        """What systemd calls a calendar event."""
        hours = ",".join(f"{hour:02}" for hour in self.hours) or "*"
        return f"*-*-* {hours}:{','.join(f'{minute:02}' for minute in self.minutes)}:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What a systemd service and its timer say, and what they are called."""

    name: str
    service: str
    timer: str


def times(every: timedelta, seed: str) -> Times:
    """Return when to begin, every so often, at minutes that look random but are always the same for one seed.

    Raises ScheduleError for a length of time that cron cannot express, naming the nearest ones that it can.
    """
    minutes = every.total_seconds() / 60
    if minutes not in EVERY:
        lower = max((each for each in EVERY if each < minutes), default=None)
        upper = min((each for each in EVERY if each > minutes), default=None)
        nearest = " or ".join(every_text(each) for each in (lower, upper) if each is not None)
        raise ScheduleError(f"cron cannot run a crawl every {every_text(minutes)}: give {nearest}")
    step = int(minutes)
    start = int.from_bytes(sha256(seed.encode("utf-8", "surrogateescape")).digest()[:8], "big") % step
    moments = range(start, DAY, step)
    return Times(
        every=step,
        minutes=tuple(sorted({moment % HOUR for moment in moments})),
        hours=tuple(moment // HOUR for moment in moments) if step > HOUR else (),
    )


def every_text(minutes: float) -> str:
    """Return a number of minutes as --every takes it."""
    if minutes >= DAY and minutes % DAY == 0:
        return f"{minutes / DAY:g}d"
    if minutes < 1:
        return f"{minutes * 60:g}s"
    return f"{minutes / HOUR:g}h" if minutes >= HOUR and minutes % HOUR == 0 else f"{minutes:g}m"


def crontab_line(when: Times, command: Sequence[str]) -> str:
    """Return the line of a crontab that runs command, given by its words. ScheduleError if cron takes no such."""
    _refuse_controls(command)
    # To cron a bare % ends the command, within quotes, too.
    line = f"{when.cron} {shlex.join(command)}".replace("%", r"\%")
    if len(line) > LONGEST_LINE:
        raise ScheduleError(
            f"the line has {len(line)} characters, and cron takes {LONGEST_LINE}: "
            "list the sites in a file and name it by --sources"
        )
    return line


def systemd_units(when: Times, command: Sequence[str], archive: Path, log: Path) -> Units:
    """Return the service that runs command, given by its words, and the timer that starts it."""
    _refuse_controls([*command, str(archive), str(log)])
    stem = re.sub(r"[^A-Za-z0-9]+", "-", archive.stem).strip("-")
    places = list(dict.fromkeys([archive.parent, log.parent]))
    service = SERVICE.format(
        archive=_specifiers(str(archive)),
        user=getpass.getuser(),
        directory=_specifiers(str(archive.parent)),
        command=" ".join(_systemd_word(word) for word in command),
        locked=ExitCode.LOCKED.value,
        interrupted=ExitCode.INTERRUPTED.value,
        stop=STOP_SECONDS,
        writable=" ".join(_quoted(_specifiers(str(place))) for place in places),
        private_tmp="" if any(_is_temporary(place) for place in places) else "PrivateTmp=yes\n",
        home="read-only",
    )
    timer = TIMER.format(
        archive=_specifiers(str(archive)),
        every=every_text(when.every),
        calendar=when.calendar,
        spread=SPREAD,
    )
    name = "news-archiver" if stem in ("", "archive") else f"news-archiver-{stem}"
    return Units(name=name, service=service, timer=timer)


def _refuse_controls(texts: Sequence[str]) -> None:
    for text in texts:
        if not text.isprintable():
            raise ScheduleError(f"{text!r} cannot stand in a schedule: use a name that can be printed")


def _systemd_word(text: str) -> str:
    return _quoted(_specifiers(text).replace("$", "$$"))


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    if re.fullmatch(r"[\w@%+=:,./$-]+", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_temporary(place: Path) -> bool:
    return any(place.is_relative_to(folder) for folder in ("/tmp", "/var/tmp"))  # noqa: S108 - only compared
