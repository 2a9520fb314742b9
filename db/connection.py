"""Opening an archive, to write or to read, and saying clearly why it cannot be."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection
from typing import IO

from archiver.errors import ArchiveError, DiskFullError
from db.disk import disk_full, has_no_room
from db.lock import acquire, release
from db.raw_pages.warc_places import warc_directory
from db.schemas import SCHEMA, is_behind
from db.searching.index import add_functions, fill_if_needed
from db.sqlite import SQLITE_HEADER, sqlite3
from db.tables import TABLES

# Marks the file as ours in its header, as `file archive.db` shows it: "NwAr".
APPLICATION_ID = 0x4E774172
# Where in the header it stands (https://sqlite.org/fileformat2.html#application_id).
ID_PLACE = 68
# Milliseconds to wait for another program that writes to the file, such as an editor of a database.
BUSY_TIMEOUT = 30_000
# Bytes of a page of a new archive. With 4096, as SQLite has it, an article of average length fills one alone: the table
# of articles is 1.62 times the size of their texts, 1.36 times with this.
PAGE_SIZE = 8192
# What SQLite says of mistakes in a program; its other errors are the file's or the disk's.
BUGS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}


class ArchiveWriter(sqlite3.Connection):
    """The one connection that writes to an archive; it holds the archive's lock until it is closed."""

    lock: IO[bytes] | None = None
    remembered: object | None = None
    """What db.dedup.bands holds in memory of its tables; nothing after a transaction was taken back."""
    is_joined = False
    """Whether the transactions that are made now are parts of one."""

    def close(self) -> None:
        """Close the file and let the next writer in."""
        super().close()
        if self.lock is not None:
            release(self.lock)
            self.lock = None


def open_archive(path: Path) -> ArchiveWriter:
    """Open the archive at path for writing and bring its schema up to date; make it if there is none.

    Raises ArchiveError if the file is another program's, of a newer schema, or cannot be written, LockedError
    if another writer has it, DiskFullError if there is no room.
    """
    is_new = not _refuse_other_files(path)
    if is_new:
        refuse_same_stems(path)
    lock = acquire(path)
    try:
        return _opened_for_writing(path, lock)
    except BaseException:
        if is_new and path.exists() and not path.stat().st_size:
            path.unlink()
        release(lock)
        raise


def open_existing(path: Path) -> Connection:
    """Open the archive at path as open_archive does; ArchiveError, and no new file, if there is none."""
    read_any_schema(path).close()
    return open_archive(path)


def read_archive(path: Path) -> Connection:
    """Open the archive at path for reading only; a crawl may write to it meanwhile.

    Raises ArchiveError if there is no archive at path, or none that this version can read.
    """
    archive = read_any_schema(path)
    try:
        _refuse_older_schemas(archive, path)
    except BaseException:
        archive.close()
        raise
    return archive


def read_any_schema(path: Path) -> Connection:
    """Open the archive at path for reading only, whatever older schema it has. Raises ArchiveError."""
    if not _refuse_other_files(path):
        raise ArchiveError(f"{path} does not exist: run `archiver crawl ADDRESS` first")
    archive = _read_only(path)
    try:
        _refuse_other_schemas(archive, path)
        _refuse_empty_files(archive, path)
        _refuse_gaps(archive, path)
    except BaseException:
        archive.close()
        raise
    return archive


def check_other(path: Path) -> None:
    """Raise ArchiveError if another archive does not exist, is of a newer schema, or none at all."""
    if not path.exists():
        raise ArchiveError(f"{path} does not exist: name the file of an archive")
    _refuse_other_files(path)
    with closing(_read_only(path)) as other:
        _refuse_other_schemas(other, path)
        if _pragma(other, "application_id") == 0:
            raise ArchiveError(f"{path} is empty: name the file of an archive")


@contextmanager
def open_other(path: Path, directory: Path) -> Iterator[Connection]:
    """Open another archive for reading only; one of an older schema as a copy in directory, brought up to date.

    Raises ArchiveError as check_other does; DiskFullError for want of room.
    """
    check_other(path)
    with closing(_read_only(path)) as other:
        if _pragma(other, "user_version") == SCHEMA and not is_behind(other):
            yield other
            return
        copy = directory / f".{path.name}.upgraded-{os.getpid()}"
        try:
            with closing(sqlite3.connect(copy)) as target, archive_errors(target):
                other.backup(target)
            open_archive(copy).close()
            with closing(read_archive(copy)) as upgraded:
                yield upgraded
        finally:
            for ending in ("", "-wal", "-shm", "-journal", "-lock"):
                copy.with_name(copy.name + ending).unlink(missing_ok=True)


@contextmanager
def writers_kept_out(path: Path) -> Iterator[None]:
    """Let nobody write to the archive at path meanwhile; ArchiveError if somebody does already."""
    lock = acquire(path)
    try:
        yield
    finally:
        release(lock)


@contextmanager
def open_unchanged(path: Path) -> Iterator[Connection]:
    """Open the archive at path to write what is taken back at the end, as checks do that SQLite calls writing.

    Raises ArchiveError as open_archive does; an archive of an older schema is left as it is.
    """
    lock = acquire(path)
    try:
        # While a reader is there, the writer's end moves nothing from the journal to the archive.
        with closing(read_archive(path)) as reader, closing(_connected(path, "mode=rw")) as writer:
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
            finally:
                writer.rollback()
    finally:
        release(lock)


@contextmanager
def beside_writer(path: Path) -> Iterator[Connection]:
    """Write a note to the archive at path in one short transaction, which a crawl that writes to it does not notice.

    Raises ArchiveError if the file cannot be written, or another program keeps it longer than BUSY_TIMEOUT.
    """
    with closing(_connected(path, "mode=rw")) as archive, archive_errors(archive):
        archive.execute("BEGIN IMMEDIATE")
        with archive:
            yield archive


@contextmanager
def transaction(archive: Connection) -> Iterator[None]:
    """Make the statements inside all happen or none; ArchiveError if the file or the disk fails."""
    if isinstance(archive, ArchiveWriter) and archive.is_joined:
        with archive_errors(archive):
            yield
        return
    try:
        with archive_errors(archive), archive:
            yield
    except BaseException:
        if isinstance(archive, ArchiveWriter):
            archive.remembered = None
        raise


@contextmanager
def joined(archive: ArchiveWriter) -> Iterator[None]:
    """Make all transactions inside one: what SQLite writes for each, it writes once. If one fails, so must all."""
    with transaction(archive):
        archive.is_joined = True
        try:
            yield
        finally:
            archive.is_joined = False


@contextmanager
def archive_errors(archive: Connection) -> Iterator[None]:
    """Turn a failure of the file or the disk into an ArchiveError that names the file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        # The low byte is the kind of error; the sqlite3 module's own errors have none.
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in BUGS:
            raise
        path = Path(_path_of(archive))
        raise _full_disk(path, error) or ArchiveError(f"{path}: {error}{_cure(error)}") from error


def _refuse_other_files(path: Path) -> bool:
    """Return whether path exists; raise ArchiveError if it is a directory or unreadable."""
    try:
        exists = path.exists()
    except PermissionError as error:
        raise ArchiveError(f"{path} cannot be reached: you have no permission to") from error
    if path.is_dir():
        raise ArchiveError(f"{path} is a directory: name the archive's file, such as {path / 'archive.db'}")
    # Asked, not tried: closing the file would drop the locks that SQLite may hold on it in this process.
    if exists and not os.access(path, os.R_OK, effective_ids=True):
        raise ArchiveError(f"{path} cannot be read: you have no permission to")
    return exists


def refuse_same_stems(path: Path) -> None:
    """Raise ArchiveError if an archive at path would have its raw pages among those of another."""
    real = path.resolve()
    directory = warc_directory(real)
    with suppress(OSError):  # a directory that is not there, or not ours to list
        for other in real.parent.iterdir():
            if warc_directory(other) == directory and other.resolve() != real and is_archive(other):
                raise ArchiveError(
                    f"{path} cannot be made: its raw pages would lie in {directory.name}/, among those of "
                    f"{other.name}; give it a name that differs before the ending"
                )


def is_archive(path: Path) -> bool:
    """Return whether a file may be read and says by its header that it is an archive."""
    if not path.is_file() or not os.access(path, os.R_OK, effective_ids=True):
        return False
    with path.open("rb") as file:
        head = file.read(ID_PLACE + 4)
    return head.startswith(SQLITE_HEADER) and head[ID_PLACE:] == APPLICATION_ID.to_bytes(4, "big")


def _opened_for_writing(path: Path, lock: IO[bytes]) -> ArchiveWriter:
    try:
        archive = sqlite3.connect(path, factory=ArchiveWriter, isolation_level="IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise ArchiveError(f"{path} cannot be opened: {error}") from error
    archive.row_factory = sqlite3.Row
    try:
        _prepare(archive, path)
    except BaseException:
        archive.close()
        raise
    archive.lock = lock
    return archive


def _prepare(archive: Connection, path: Path) -> None:
    """Check that the file is ours or new, bring it to our schema, and set how it is written."""
    with archive_errors(archive):
        archive.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
        _refuse_other_schemas(archive, path)
        archive.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # of an archive that is there nothing changes
        add_functions(archive)
        with archive:  # kill -9 leaves the old schema or the new one with its index, whole
            archive.execute("BEGIN IMMEDIATE")
            if _pragma(archive, "user_version") < SCHEMA or is_behind(archive):
                from db.migrations import migrate  # noqa: PLC0415 - half a second, where nothing is to be done

                migrate(archive)
                archive.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                archive.execute(f"PRAGMA user_version = {SCHEMA}")
            fill_if_needed(archive, path)
        # Readers go on while a crawl writes; a power cut loses at most the last visits, never the file.
        archive.execute("PRAGMA journal_mode = WAL")
        archive.execute("PRAGMA synchronous = NORMAL")
        archive.execute("PRAGMA foreign_keys = ON")
        _refuse_gaps(archive, path)
        if archive.execute("SELECT 1 FROM forgotten LIMIT 1").fetchone():
            # A row that turns out to be of a forgotten story is taken back: nothing of it may stay in free space.
            archive.execute("PRAGMA secure_delete = ON")


def _refuse_other_schemas(archive: Connection, path: Path) -> None:
    """Raise ArchiveError unless the file is empty or an archive of this version or an older one."""
    try:
        ours, tables = _pragma(archive, "application_id"), _pragma(archive, "schema_version")
    except sqlite3.DatabaseError as error:
        unreadable = ArchiveError(f"{path} cannot be read: {error}{_cure(error)}")
        raise _full_disk(path, error) or unreadable from error
    if ours != APPLICATION_ID and (ours or tables):
        raise ArchiveError(f"{path} is an SQLite file of another program: name another file")
    if (version := _pragma(archive, "user_version")) > SCHEMA:
        raise ArchiveError(
            f"{path} was made by a newer version (schema {version}, not {SCHEMA}): upgrade news-archiver"
        )


def _refuse_empty_files(archive: Connection, path: Path) -> None:
    if _pragma(archive, "application_id") == 0:
        raise ArchiveError(f"{path} is empty: run `archiver crawl ADDRESS` first")


def _refuse_older_schemas(archive: Connection, path: Path) -> None:
    if (version := _pragma(archive, "user_version")) < SCHEMA:
        raise ArchiveError(
            f"{path} was made by an older version (schema {version}, not {SCHEMA}): "
            "`archiver upgrade` brings it up to date"
        )


def _refuse_gaps(archive: Connection, path: Path) -> None:
    """Raise ArchiveError if tables of our schema are missing, or SQLite cannot tell which there are."""
    with archive_errors(archive):
        if _pragma(archive, "user_version") < SCHEMA or is_behind(archive):
            return
        there = {name for (name,) in archive.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if missing := sorted(TABLES.keys() - there):
        raise ArchiveError(f"{path} lacks the table {missing[0]}: restore a copy")


def _read_only(path: Path) -> Connection:
    """Open the file at path so that nothing can be written through the connection.

    In a directory where we may not write, SQLite cannot make the files beside the archive that it needs to
    read along with a writer. If no writer left changes there, the file can be read as one that never changes.
    """
    archive = _connected(path, "mode=ro")
    try:
        _pragma(archive, "schema_version")
    except sqlite3.OperationalError as error:
        archive.close()
        changes = path.with_name(f"{path.name}-wal")
        if changes.exists() and changes.stat().st_size:
            raise ArchiveError(
                f"{path} cannot be read: its latest changes stand in {changes.name}, and you have no "
                "permission to write there; copy both to a directory of yours"
            ) from error
        archive = _connected(path, "mode=ro&immutable=1")
    except sqlite3.DatabaseError as error:
        archive.close()
        raise ArchiveError(f"{path} cannot be read: {error}{_cure(error)}") from error
    return archive


def _connected(path: Path, options: str) -> Connection:
    try:
        # Threads may take turns with a connection; SQLite itself keeps them apart.
        archive = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise ArchiveError(f"{path} cannot be opened: {error}") from error
    archive.row_factory = sqlite3.Row
    archive.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    return archive


def _pragma(archive: Connection, name: str) -> int:
    return int(archive.execute(f"PRAGMA {name}").fetchone()[0])


def _path_of(archive: Connection) -> str:
    """Return the file of a connection, as SQLite names it; it names one also where the file is damaged."""
    return str(archive.execute("PRAGMA database_list").fetchone()[2])


def _full_disk(path: Path, error: sqlite3.DatabaseError) -> DiskFullError | None:
    """Return the error of a full disk if that is what SQLite met; it also reports it as a failed write."""
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and has_no_room(path)):
        return disk_full(path)
    return None


def _cure(error: sqlite3.DatabaseError) -> str:
    """Return what to do about an error of the file or the disk, to be set behind its message."""
    message = str(error)
    if "not a database" in message:
        return ": name the file that `archiver crawl` wrote"
    if "malformed" in message:
        return ": the file is damaged; restore a copy, or save what is left with `sqlite3 FILE .recover`"
    if "readonly" in message:
        return ": you have no permission to write to it"
    if "unable to open" in message:
        return ": SQLite writes beside it, so its folder must be one that you may write to"
    return ""
