"""Every error that the archiver raises on purpose, and the exit codes of its command."""

from datetime import datetime
from enum import IntEnum


class ExitCode(IntEnum):
    """What the command tells cron."""

    DONE = 0
    FAILED = 1
    """One line on standard error says what failed and the cure."""
    USAGE = 2
    """An option, argument or query that the command does not take."""
    NOTHING_FETCHED = 3
    """The crawl ended, but no page of any site could be fetched."""
    ALARMS = 4
    """The crawl ended, and found something that needs a person; a line each on standard error says what."""
    DISK_FULL = 5
    """The file system of the archive is full, or nearly so."""
    LOCKED = 75
    """Another process writes to the archive: try again later, as sysexits.h means it by EX_TEMPFAIL."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C, SIGTERM or the end of its terminal; what was archived until then is whole."""


class ArchiverError(Exception):
    """Base of all; the message says what failed, on what, and the cure."""

    exit_code = ExitCode.FAILED


class ArchiveError(ArchiverError):
    """The archive cannot be opened, read or written."""


class LostFileError(ArchiveError):
    """A WARC file is missing or cannot be read, whichever of its records is asked for."""


class DiskFullError(ArchiveError):
    """The file system of the archive has no room, or less than it shall keep."""

    exit_code = ExitCode.DISK_FULL


class TookTooLongError(ArchiveError):
    """An answer took more time than it may."""


class BusyError(ArchiverError):
    """As much as may be done at once is being done."""


class LockedError(ArchiveError):
    """Another process writes to the archive."""

    exit_code = ExitCode.LOCKED

    def __init__(self, message: str, since: datetime | None = None) -> None:
        super().__init__(message)
        self.since = since
        """When the other process began to, if that is known."""


class SourceError(ArchiverError):
    """A source's address or entry cannot be used."""


class NotifyError(ArchiverError):
    """Nobody could be told of an alarm."""


class SettingError(ArchiverError):
    """A setting has no value that can be used."""

    exit_code = ExitCode.USAGE


class ScheduleError(ArchiverError):
    """A schedule that cron or systemd cannot express."""

    exit_code = ExitCode.USAGE


class QueryError(ArchiverError):
    """A search that asks for nothing."""

    exit_code = ExitCode.USAGE


class NotInArchiveError(ArchiverError):
    """The archive holds no such article."""


class NoSuchWatchError(ArchiverError):
    """No saved search has this name."""

    exit_code = ExitCode.USAGE


class ImportFileError(ArchiverError):
    """A file of others cannot be read in."""


class ExportError(ArchiverError):
    """A dataset cannot be written."""


class ServeError(ArchiverError):
    """The archive cannot be shown in a browser."""


class BackupError(ArchiverError):
    """A copy of an archive cannot be made, or is not sound."""


class ExportRequestError(ExportError):
    """There is no such export."""

    exit_code = ExitCode.USAGE


class PageError(ArchiverError):
    """A page cannot be read or split."""


class ParseLimitError(PageError):
    """A page went over the limit of time, memory or nesting set for splitting it."""


class InterruptedByUserError(ArchiverError):
    """Ctrl-C or SIGTERM came before a command had its answer."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted")
