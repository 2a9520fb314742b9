"""One writer for an archive: the lock beside it, and who holds it.

The kernel holds the lock, on an open file, and drops it with the process, however that ends. What stands in the
file only tells who holds it, and is believed only while somebody does.
"""

import fcntl
import json
import os
import shlex
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from archiver.errors import ArchiveError, LockedError
from archiver.items import CrawlState
from db.disk import disk_full, is_full
from db.raw_pages.warc_places import real_archive
from db.values import time_of, time_text

# Seconds to wait for a lock: who has just got it needs a moment to say its name, who looks at it holds it as long.
PATIENCE = 0.5
PAUSE = 0.02
# Characters of a command line that are worth telling.
LONGEST_COMMAND = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The process that writes to an archive."""

    pid: int
    since: str
    """When it got the lock."""
    command: str
    born: str | None
    """What tells it from a later process with its pid; None where the system does not say."""

    def __str__(self) -> str:
        return f"process {self.pid} since {self.since}: {self.command}"


def lock_path(archive: Path) -> Path:
    """Return the lock file of an archive, one and the same for all links that lead to it."""
    archive = real_archive(archive)
    return archive.with_name(f"{archive.name}-lock")


def acquire(archive: Path) -> IO[bytes]:
    """Return the open lock file of the archive at path, which nobody else can lock until it is released.

    Raises LockedError, which names the holder, if another process has it.
    """
    name = lock_path(archive)
    if not archive.parent.is_dir():
        raise ArchiveError(f"{archive} cannot be made: there is no directory {archive.parent}")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            lock = name.open("a+b", buffering=0)
        except OSError as error:
            if is_full(error):
                raise disk_full(archive) from error
            raise ArchiveError(
                f"{archive} cannot be written: {error.strerror} ({error.filename}): its folder must be one that you "
                "may write to"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(lock, name):
                _sign(lock)
                return lock
            lock.close()  # its owner removed it between our opening and locking it
        except BlockingIOError:
            with lock:
                _refuse(archive, lock, deadline)


def release(lock: IO[bytes]) -> None:
    """Let the next writer in."""
    Path(lock.name).unlink(missing_ok=True)  # before closing it: until then nobody else can hold it
    lock.close()


def locked(archive: Path) -> LockedError | None:
    """Return the error that a writer of the archive at path would meet now, or None if it is free."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            lock = lock_path(archive).open("rb")
        except OSError:
            return None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                try:
                    _refuse(archive, lock, deadline)
                except LockedError as error:
                    return error
            else:
                return None


def state_now(archive: Path, state: CrawlState) -> CrawlState:
    """Return the state of a crawl of the archive at path, whose row says state: one that was killed runs no longer."""
    return CrawlState.INTERRUPTED if state is CrawlState.RUNNING and locked(archive) is None else state


def _is_at(lock: IO[bytes], name: Path) -> bool:
    try:
        return name.stat().st_ino == os.fstat(lock.fileno()).st_ino
    except FileNotFoundError:
        return False


def _refuse(archive: Path, lock: IO[bytes], deadline: float) -> None:
    """Raise LockedError for a lock that another process holds, once it has said who it is or should have."""
    if (holder := _holder(lock)) is not None:
        message = f"{archive} is being written by another process ({holder}): wait until it has ended"
        raise LockedError(message, time_of(holder.since))
    if time.monotonic() > deadline:
        touched = datetime.fromtimestamp(os.fstat(lock.fileno()).st_mtime, UTC)
        raise LockedError(f"{archive} is being written by another process: wait until it has ended", touched)
    time.sleep(PAUSE)


def _sign(lock: IO[bytes]) -> None:
    """Write into the lock file who we are, over what a killed process has left."""
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    holder = Holder(
        pid=os.getpid(),
        since=time_text(datetime.now(UTC)),
        command=command[:LONGEST_COMMAND],
        born=_born(os.getpid()),
    )
    with suppress(OSError):  # a full disk: the lock holds without a name, too
        lock.truncate(0)
        lock.write(json.dumps(asdict(holder)).encode())


def _holder(lock: IO[bytes]) -> Holder | None:
    """Return who says in the lock file that it holds it, if that process is alive."""
    try:
        lock.seek(0)
        holder = Holder(**json.loads(lock.read()))
        time_of(holder.since)
        is_itself = _is_alive(holder.pid) and holder.born == _born(holder.pid)
    except (OSError, ValueError, TypeError):
        return None
    return holder if is_itself else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to another user
        return True
    return True


def _born(pid: int) -> str | None:
    """Return what tells a process from a later one with its pid: this boot, and the ticks since it began."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        ticks = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except OSError:  # no Linux
        return None
    return f"{boot} {ticks}"
