"""What a search found as a file."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

from archiver.errors import BusyError, QueryError
from archiver.room.answers import Asked
from archiver.room.search import filters_of
from db.export import Form, Request, export

# Forms, and the ending of their files; folders are zipped.
ENDINGS = {
    Form.JSONL: "jsonl",
    Form.CSV: "csv",
    Form.PARQUET: "parquet",
    Form.DATASET: "zip",
    Form.MARKDOWN: "zip",
    Form.SQLITE: "db",
    Form.WACZ: "wacz",
}
ZIP = "zip"
# Files that are written at a time: each may take minutes, and the others must have their pages meanwhile.
AT_ONCE = 2
# Bytes that are sent at a time.
PIECE = 2**18


def export_file(asked: Asked) -> Response:
    """Return the articles of a search in the form that was asked for."""
    name = asked.text("form") or str(Form.JSONL)
    if name not in ENDINGS:
        raise QueryError(f"form is {name!r}: give one of {', '.join(ENDINGS)}")
    form = Form(name)
    request = Request(form=form, filters=filters_of(asked), words=asked.text("q"))
    if asked.request.method == "HEAD":  # the length is known only of what is written
        return StreamingResponse((), headers=_headers(form))
    turns: BoundedSemaphore = asked.request.app.state.exports
    if not turns.acquire(blocking=False):
        raise BusyError(f"{AT_ONCE} files are being written for others: ask again in a minute")
    try:
        written = _written(asked.archive.path, request)
    finally:
        turns.release()
    size = os.fstat(written.fileno()).st_size
    return StreamingResponse(_pieces(written), headers=_headers(form) | {"Content-Length": str(size)})


def _headers(form: Form) -> dict[str, str]:
    name = f"articles-{form}.{ZIP}" if ENDINGS[form] == ZIP else f"articles.{ENDINGS[form]}"
    return {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{name}"',
    }


def _pieces(written: BinaryIO) -> Iterator[bytes]:
    with written:
        while piece := written.read(PIECE):
            yield piece


def _written(archive: Path, request: Request) -> BinaryIO:
    """Write an export and return its file, which is gone once it is closed, whatever becomes of the answer."""
    with tempfile.TemporaryDirectory(prefix="archiver-export-") as folder:
        return _exported(archive, request, Path(folder)).open("rb")


def _exported(archive: Path, request: Request, folder: Path) -> Path:
    """Write an export into a folder, and return the file of it."""
    is_folder = ENDINGS[request.form] == ZIP
    target = folder / ("articles" if is_folder else f"articles.{ENDINGS[request.form]}")
    export(archive, request, target)
    if not is_folder:
        return target
    return Path(shutil.make_archive(str(folder / "packed"), ZIP, folder, target.name))
