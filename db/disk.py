"""How much room the file system of an archive has left, and what to say when there is too little."""

import errno
import os
import resource
from pathlib import Path

from archiver.errors import DiskFullError

MEGABYTE = 2**20
# What the system says where a file system, a user's share of it, or a file may not grow any further.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# SQLite does not tell why a write failed. With less room than this, one of its larger ones finds none.
TOO_LITTLE = MEGABYTE
CURE = "free some space and run the same command again, which goes on from here"


def require_room(path: Path, least: int) -> None:
    """Raise DiskFullError if the file system that path lies on has fewer than least megabytes left."""
    if least and (free := free_bytes(path)) < least * MEGABYTE:
        raise DiskFullError(
            f"{path}: the file system {file_system(path)} has {free // MEGABYTE:,} MB left, and a crawl leaves "
            f"{least:,} MB alone (LEAST_DISK): {CURE}"
        )


def is_full(error: OSError) -> bool:
    """Whether a write failed for want of room."""
    return error.errno in FULL


def has_no_room(path: Path) -> bool:
    """Whether the file system of an archive, or the limit of a file's size, leaves it no room to grow."""
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    sizes = [file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists()]
    is_at_limit = limit != resource.RLIM_INFINITY and max(sizes, default=0) + TOO_LITTLE > limit
    return is_at_limit or free_bytes(path) < TOO_LITTLE


def disk_full(path: Path) -> DiskFullError:
    """Return the error to raise where a write to path found no room."""
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if limit != resource.RLIM_INFINITY and free_bytes(path) >= TOO_LITTLE:
        return DiskFullError(
            f"{path} cannot be written: no file may have more than {limit // MEGABYTE:,} MB here (ulimit -f): raise "
            "that and run the same command again, which goes on from here"
        )
    free = free_bytes(path) // MEGABYTE
    return DiskFullError(
        f"{path} cannot be written: the disk is full, file system {file_system(path)}, {free:,} MB left: {CURE}"
    )


def free_bytes(path: Path) -> int:
    """Return how many bytes we may still write on the file system that path lies on, or will lie on."""
    state = os.statvfs(_existing(path))
    return state.f_bavail * state.f_frsize


def file_system(path: Path) -> Path:
    """Return where the file system of path is mounted."""
    place = _existing(path)
    while not place.is_mount():
        place = place.parent
    return place


def _existing(path: Path) -> Path:
    place = path.resolve()
    while not place.exists():
        place = place.parent
    return place


def sync(path: Path) -> None:
    """Make sure that what a file holds, or which files a directory has, is still so after a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
