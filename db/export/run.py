"""One export from beginning to end: choose, write aside, put in place, note how far it came."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from archiver.errors import ExportError
from db.connection import read_archive
from db.export.dataset import write_dataset
from db.export.graph import write_graphml
from db.export.manifest import WrittenFile, manifest_text
from db.export.markdown import write_markdown
from db.export.parquet import require_pyarrow, write_parquet
from db.export.positions import held_name, last_position, refuse_to_lose, store_position
from db.export.request import FOLDERS, Form, Request, check, is_device, is_packed
from db.export.rows import columns, json_rows, rows
from db.export.selection import Selection, selected
from db.export.streams import HashedFile, buffered, packed
from db.export.subset import write_subset
from db.export.targets import (
    MANIFEST,
    digest_of,
    export_errors,
    export_file,
    new_file,
    new_folder,
)
from db.export.texts import write_csv, write_jsonl


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export came to."""

    rows: int
    """How many the query found. All were written, but of a WACZ those that counts names as pages."""
    removed: tuple[int, ...] = ()
    """Ids of rows that the archive lost since the last export of the name."""
    counts: Mapping[str, object] = field(default_factory=dict)
    """What else its form counts, as the manifest has it."""


def export(archive: Path, request: Request, target: Path | IO[bytes]) -> Exported:
    """Write what request asks of the archive at path archive to target, a path or an open stream.

    A file or folder is replaced only when all is written, and gets a manifest; a pipe or stream gets none. A
    crawl may write to the archive meanwhile. Raises ExportRequestError if there is no such export, ExportError
    if target cannot or must not be written, such as over an earlier export of a name, DiskFullError if there is no
    room, LockedError if another export writes to target or by the same name, QueryError as a search does,
    ArchiveError as read_archive does.
    """
    path = target if isinstance(target, Path) else None
    if path is not None:
        _check_place(path, request)
        export_file(path, archive)
    check(request, path)
    if request.form in (Form.PARQUET, Form.DATASET):
        require_pyarrow()
    with held_name(archive, request.since_last):
        after = last_position(archive, request)
        if path is not None:
            refuse_to_lose(path, request, after)
        with closing(read_archive(archive)) as connection, selected(connection, request, after) as selection:
            counts = _written(selection, request, target, archive)
        if path is not None and request.since_last is not None:
            store_position(archive, request, selection.position, path.absolute(), selection.count)
    return Exported(rows=selection.count, removed=selection.removed, counts=counts)


def _check_place(path: Path, request: Request) -> None:
    if request.form in FOLDERS and path.exists() and not path.is_dir():
        raise ExportError(f"{path} is a file: {request.form} is written as a folder; name one")
    if request.form in FOLDERS and path.exists() and path.samefile("."):
        raise ExportError(
            f"{path} is the folder that this runs in: run it from another, or name another folder"
        )
    if request.form not in FOLDERS and path.is_dir():
        raise ExportError(f"{path} is a folder: name a file to write to")
    if not path.resolve().parent.is_dir():
        raise ExportError(f"{path} cannot be written: there is no folder {path.parent}")


def _written(
    selection: Selection, request: Request, target: Path | IO[bytes], archive: Path
) -> Mapping[str, object]:
    """Write the rows to where they belong; return what the form counts beside them."""
    if not isinstance(target, Path):
        name = str(getattr(target, "name", "the output")).replace("<stdout>", "standard output")
        with export_errors(name):
            _write_stream(selection, request, target)
            target.flush()
        return {}
    if is_device(target):
        with export_errors(str(target)), target.open("wb") as stream:
            _write_stream(selection, request, stream)
        return {}
    with export_errors(target):
        path = target.resolve()  # a link stays a link
        if request.form in FOLDERS:
            return _write_folder(selection, request, path)
        return _write_file(selection, request, path, archive)


def _write_file(selection: Selection, request: Request, path: Path, archive: Path) -> Mapping[str, object]:
    with new_file(path) as part:
        counts: Mapping[str, object] = {}
        if request.form is Form.SQLITE:
            _counted(write_subset(selection, part), selection)
            size, digest = digest_of(part)
        elif request.form is Form.WACZ:
            from db.export.wacz import write_wacz  # noqa: PLC0415 - only this form needs warcio

            counts = write_wacz(selection, part, archive)
            size, digest = digest_of(part)
        else:
            size, digest = _write_hashed(selection, request, part, pack=is_packed(path))
        written = WrittenFile(path=path.name, size=size, sha256=digest)
        part.with_name(MANIFEST).write_text(manifest_text(request, selection, [written], counts), "utf-8")
    return counts


def _write_hashed(selection: Selection, request: Request, part: Path, *, pack: bool) -> tuple[int, str]:
    file = HashedFile(part)
    with buffered(file) as stream:
        if pack:
            with packed(stream) as packing:
                _write_stream(selection, request, packing)
        else:
            _write_stream(selection, request, stream)
    return file.size, file.digest.hexdigest()


def _write_folder(selection: Selection, request: Request, path: Path) -> Mapping[str, object]:
    with new_folder(path) as part:
        files: list[WrittenFile] = []
        counts: Mapping[str, object] = {}
        if request.form is Form.DATASET:
            counts = write_dataset(selection, part, request, files.append)
        else:
            _counted(write_markdown(selection, part, files.append), selection)
        (part / MANIFEST).write_text(manifest_text(request, selection, files, counts), "utf-8")
    return counts


def _write_stream(selection: Selection, request: Request, stream: IO[bytes]) -> None:
    writers: Mapping[Form, Callable[[], int]] = {
        Form.JSONL: lambda: write_jsonl(json_rows(selection), stream),
        Form.CSV: lambda: write_csv(rows(selection), stream, columns(request.what), raw=request.raw),
        Form.PARQUET: lambda: write_parquet(selection, stream),
        Form.GRAPHML: lambda: write_graphml(selection, stream),
    }
    _counted(writers[request.form](), selection)


def _counted(number: int, selection: Selection) -> None:
    """Make sure that an export is never short in silence."""
    if number != selection.count:
        raise ExportError(f"{number:,} rows were written, not the {selection.count:,} chosen: run it again")
