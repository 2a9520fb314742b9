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
from db.disk import is_full, sync
from db.warc_places import warc_directory

# How every SQLite database begins (https://sqlite.org/fileformat2.html#magic_header_string).
SQLITE_HEADER = b"SQLite format 3\0"
# What SQLite and we append to the name of an archive for the files beside it.
BESIDE = ("", "-wal", "-shm", "-journal", "-lock")
MANIFEST = "manifest.json"
# The list of the files of a folder that has too many for its manifest, as sha256sum writes and checks it.
SUMS = "SHA256SUMS"
# Stands in a folder until it is whole: of one without it, nobody knows whose it is.
UNFINISHED = ".unfinished-export"
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
    for written in (resolved, part_of(resolved), manifest_of(resolved), part_of(manifest_of(resolved))):
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
    """Return where an export is written until it is whole."""
    return path.with_name(f"{path.name}.part")


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Hand out an empty file to fill, which takes the place of path, a resolved one, at the end.

    If an error comes out, path stays as it is. Raises LockedError if another export is writing there.
    """
    part = part_of(path)
    handle = _taken(part, folder=False)
    try:
        yield part
        sync(part)
        part.replace(path)
        sync(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Hand out an empty folder to fill, which takes the place of path, a resolved one, at the end; as new_file."""
    part = part_of(path)
    handle = _taken(part, folder=True)
    try:
        (part / UNFINISHED).touch()
        yield part
        (part / UNFINISHED).unlink()
        os.sync()  # many small files: one wait for all
        _exchange(part, path)
        sync(path.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    finally:
        os.close(handle)
    shutil.rmtree(part, ignore_errors=True)  # what stood at path before


@contextmanager
def export_errors(target: Path | str) -> Iterator[None]:
    """Turn a failure to write into an ExportError; that a reader went away is for the caller to know."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if is_full(error):
            raise DiskFullError(
                f"{target} cannot be written: the disk is full; what stood there is as it was: "
                "free some space and run the same command again"
            ) from error
        raise ExportError(f"{target} cannot be written: {error.strerror or error}") from error


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
    return path.is_relative_to(own.resolve()) or (path.exists() and own.exists() and path.samefile(own))


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE_HEADER)) == SQLITE_HEADER


def _is_exported(path: Path) -> bool:
    """Whether the manifest beside a file says that it is just as an export wrote it."""
    named = _named_files(manifest_of(path))
    return named.get(path.name) == digest_of(path)[1]


def _stranger(folder: Path) -> str | None:
    """Return the first name in a folder that its manifest does not know, None if an export wrote all there is."""
    known = _named_files(folder / MANIFEST).keys() | {MANIFEST}
    if SUMS in known:
        with (folder / SUMS).open(encoding="utf-8") as sums:
            known |= {line.rstrip("\n").partition("  ")[2] for line in sums}
    for path in sorted(folder.rglob("*")):
        if not path.is_dir() and (name := path.relative_to(folder).as_posix()) not in known:
            return name
    return None


def _named_files(manifest: Path) -> dict[str, str]:
    """Return the SHA-256 of the files that a manifest names; none if it is no manifest of ours."""
    try:
        files = json.loads(manifest.read_bytes())["files"]
        return {str(file["path"]): str(file["sha256"]) for file in files}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _taken(part: Path, *, folder: bool) -> int:
    """Return a handle that holds part, made anew, against other exports until it is closed.

    What a killed export left there goes; a link is not followed.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(FileExistsError):
            handle = _made(part, folder=folder)
            if _is_locked(handle) and _is_at(handle, part):
                return handle
            os.close(handle)
            continue
        _clear(part)
        if time.monotonic() > deadline:
            raise ExportError(f"{part} cannot be removed: remove it and run the same command again")
        time.sleep(PAUSE)


def _made(part: Path, *, folder: bool) -> int:
    if folder:
        part.mkdir()
        return os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    return os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)


def _clear(part: Path) -> None:
    """Remove what stands at part; LockedError if an export is writing there."""
    if part.is_symlink():
        part.unlink(missing_ok=True)
        return
    try:
        handle = os.open(part, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        if not _is_locked(handle):
            raise LockedError(f"{part} is being written by another export: wait until it has ended")
        if _is_at(handle, part):
            _remove(part)
    finally:
        os.close(handle)


def _remove(part: Path) -> None:
    if not part.is_dir():
        part.unlink(missing_ok=True)
    elif (part / UNFINISHED).exists() or not any(part.iterdir()):
        shutil.rmtree(part)
    else:
        raise ExportError(f"{part} stands in the way: move it, or name another folder to write to")


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


def _exchange(part: Path, path: Path) -> None:
    """Let two folders change places; where the system cannot in one step, in three. path may not be there."""
    if not path.exists():
        part.rename(path)
        return
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = (os.fsencode(part), os.fsencode(path))
    if rename and rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0:
        return
    old = path.with_name(f"{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    path.rename(old)
    part.rename(path)
    old.rename(part)
