"""Where an export is written to: never over an archive, and what stood there stays until the new one is whole."""

import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archiver.errors import DiskFullError, ExportError, LockedError
from db.disk import file_system, is_full, sync
from db.raw_pages.warc_places import warc_directory
from db.sqlite import SQLITE_HEADER

# What SQLite and we append to the name of an archive for the files beside it.
BESIDE = ("", "-wal", "-shm", "-journal", "-lock")
MANIFEST = "manifest.json"
# The list of the files of a folder that has too many for its manifest, as sha256sum writes and checks it.
SUMS = "SHA256SUMS"
# What an export works in until it is whole: the mark that the folder is of an export (of one without it, nobody knows
# whose it is), what is written, and what stood at its place, where the two cannot change places in one step.
UNFINISHED, NEW, OLD = ".unfinished-export", "new", "old"
# Bytes read at a time.
CHUNK = 2**20
# Seconds that two exports to one place may need to find out which of them came first.
PATIENCE = 1.0
PAUSE = 0.02
# Of renameat2 in Linux: both names change places in one step (renameat2(2)).
AT_FDCWD, RENAME_EXCHANGE = -100, 2


def export_file(path: Path, archive: Path) -> Path:
    """Return path, to write to, if that destroys neither archive, the files beside it, a database nor a folder.

    A database or folder that an export wrote and nobody changed may be replaced. Raises ExportError if it would,
    whichever links or spelling of the path lead there.
    """
    resolved = path.resolve()
    for written in (resolved, part_of(resolved), manifest_of(resolved)):
        if any(_is_same(written, own) for own in _own_files(archive)):
            raise ExportError(f"{path} belongs to the archive: name another file to write to")
    with export_errors(path):
        if path.is_file() and _is_database(path) and not _is_exported(path):
            raise ExportError(f"{path} is an SQLite database: name another file to write to")
        if path.is_dir() and (stranger := _stranger(path)) is not None:
            raise ExportError(f"{path} holds {stranger}, which no export wrote: name another folder")
    return path


def manifest_of(path: Path) -> Path:
    """Return where the manifest of an exported file stands."""
    return path.with_name(f"{path.name}.{MANIFEST}")


def part_of(path: Path) -> Path:
    """Return the folder in which an export is written until it is whole."""
    return path.with_name(f"{path.name}.part")


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Hand out an empty file to fill, which takes the place of path, a resolved one, at the end.

    Its manifest is to be written to MANIFEST beside it. If an error comes out, path stays as it is. Raises LockedError
    if another export is writing there.
    """
    with _unfinished(path) as part:
        new, manifest = part / NEW, part / MANIFEST
        new.touch()
        yield new
        sync(new)
        sync(manifest)
        new.replace(path)
        manifest.replace(manifest_of(path))
        sync(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Hand out an empty folder to fill, which takes the place of path, a resolved one, at the end; as new_file."""
    with _unfinished(path) as part:
        new = part / NEW
        new.mkdir()
        yield new
        os.sync()  # many small files: one wait for all
        _exchange(new, path)
        sync(path.parent)


@contextmanager
def export_errors(target: Path | str) -> Iterator[None]:
    """Turn a failure to write into an ExportError; that a reader went away is for the caller to know.

    target is a path, or the name of what keeps nothing.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if is_full(error):
            raise DiskFullError(
                f"{target} cannot be written: the disk is full{_whole_disk(target)}: free some space and run the "
                "same command again"
            ) from error
        raise ExportError(f"{target} cannot be written: {error.strerror or error}") from error


def _whole_disk(target: Path | str) -> str:
    """Say which file system is full, and that what stood at target stands there still."""
    if not isinstance(target, Path):
        return ""
    kept = "; what stood there is as it was" if target.is_file() or target.is_dir() else ""
    return f", file system {file_system(target)}{kept}"


def digest_of(path: Path) -> tuple[int, str]:
    """Return the bytes of a file and their SHA-256 in hex."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(CHUNK):
            digest.update(block)
        return file.tell(), digest.hexdigest()


def _own_files(archive: Path) -> Iterator[Path]:
    """Yield the files and the directory of an archive, by the name given and by the one that links lead to."""
    for base in (archive, archive.resolve()):
        yield from (base.with_name(f"{base.name}{ending}") for ending in BESIDE)
        yield warc_directory(base)


def _is_same(path: Path, own: Path) -> bool:
    """Whether path, resolved, is a file of ours or lies in a directory of ours."""
    if path.is_relative_to(own.resolve()):
        return True
    with suppress(FileNotFoundError):  # what another export wrote in may go at any moment
        return path.exists() and own.exists() and path.samefile(own)
    return False


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE_HEADER)) == SQLITE_HEADER


def _is_exported(path: Path) -> bool:
    """Whether a manifest says that a file is just as an export wrote it."""
    # An export that was killed at its end has put the file in place, but not yet the manifest.
    manifests = (manifest_of(path), part_of(path) / MANIFEST)
    return digest_of(path)[1] in {_named_files(manifest).get(path.name) for manifest in manifests}


def _stranger(folder: Path) -> str | None:
    """Return the first name in a folder that its manifest does not know, None if an export wrote all there is."""
    known = _named_files(folder / MANIFEST).keys() | {MANIFEST}
    if SUMS in known:
        with (folder / SUMS).open(encoding="utf-8") as sums:
            known |= {line.rstrip("\n").partition("  ")[2] for line in sums}
    for path in sorted(folder.rglob("*")):
        is_folder = path.is_dir() and not path.is_symlink()
        if not is_folder and (name := path.relative_to(folder).as_posix()) not in known:
            return name
    return None


def _named_files(manifest: Path) -> dict[str, str]:
    """Return the SHA-256 of the files that a manifest names; none if it is no manifest of ours."""
    try:
        files = json.loads(manifest.read_bytes())["files"]
        return {str(file["path"]): str(file["sha256"]) for file in files}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """Hand out a folder for what will stand at path; it goes at the end, with all that is left in it."""
    part = part_of(path)
    handle = _taken(part)
    try:
        _empty(part, path)  # of what a killed export left
        yield part
    finally:
        with suppress(OSError):  # the next export tries again
            _empty(part, path)
            (part / UNFINISHED).unlink()
            part.rmdir()
        os.close(handle)


def _taken(part: Path) -> int:
    """Return a handle that holds the folder part, made if it is not there, against other exports until it is closed.

    Raises LockedError if another export is writing there, ExportError if no export made it; a link is not followed.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        if part.is_symlink():
            part.unlink(missing_ok=True)
        with suppress(FileExistsError):
            part.mkdir()
        with suppress(FileNotFoundError):  # another export has just ended and removed it
            if (handle := _locked(part)) is not None:
                return handle
        if time.monotonic() > deadline:
            raise ExportError(f"{part} cannot be made: run the same command again")
        time.sleep(PAUSE)


def _locked(part: Path) -> int | None:
    """Return a handle that holds the mark in part, made if the folder is empty; None if it went meanwhile."""
    try:
        names = {file.name for file in part.iterdir()}
    except NotADirectoryError:
        names = {part.name}
    if names and UNFINISHED not in names:
        raise ExportError(f"{part} stands in the way: move it, or name another place to write to")
    # To be written to: some network file systems lock no file that is open for reading.
    handle = os.open(part / UNFINISHED, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    if not _is_locked(handle):
        os.close(handle)
        raise LockedError(f"{part} is being written by another export: wait until it has ended")
    if _is_at(handle, part / UNFINISHED):
        return handle
    os.close(handle)
    return None


def _empty(part: Path, path: Path) -> None:
    """Remove what an export worked in but its mark; what stood at path goes back where nothing took its place."""
    if (part / OLD).exists() and not path.exists():
        (part / OLD).rename(path)
    for left in part.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        elif left.name != UNFINISHED:
            left.unlink()


def _is_locked(handle: int) -> bool:
    """Whether we hold the lock on an open file or folder, which the kernel drops with the process."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return path.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def _exchange(new: Path, path: Path) -> None:
    """Let two folders change places; where the system cannot in one step, in two. path may not be there."""
    if not path.exists():
        new.rename(path)
        return
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = (os.fsencode(new), os.fsencode(path))
    if rename and rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0:
        return
    path.rename(new.with_name(OLD))
    new.rename(path)
