"""What a search found as a file."""

import shutil
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

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


def export_file(asked: Asked) -> Response:
    """Return the articles of a search in the form that was asked for."""
    name = asked.text("form") or str(Form.JSONL)
    if name not in ENDINGS:
        raise QueryError(f"form is {name!r}: give one of {', '.join(ENDINGS)}")
    form = Form(name)
    request = Request(form=form, filters=filters_of(asked), words=asked.text("q"))
    turns: BoundedSemaphore = asked.request.app.state.exports
    if not turns.acquire(blocking=False):
        raise BusyError(f"{AT_ONCE} files are being written for others: ask again in a minute")
    folder = Path(tempfile.mkdtemp(prefix="archiver-export-"))
    try:
        written = _written(asked.archive.path, request, folder)
    except BaseException:
        shutil.rmtree(folder)
        raise
    finally:
        turns.release()
    return FileResponse(
        written,
        filename=f"articles-{form}.{ZIP}" if written.suffix == f".{ZIP}" else f"articles.{ENDINGS[form]}",
        media_type="application/octet-stream",
        background=BackgroundTask(shutil.rmtree, folder),
    )


def _written(archive: Path, request: Request, folder: Path) -> Path:
    """Write an export into a folder, and return the file of it."""
    is_folder = ENDINGS[request.form] == ZIP
    target = folder / ("articles" if is_folder else f"articles.{ENDINGS[request.form]}")
    export(archive, request, target)
    if not is_folder:
        return target
    return Path(shutil.make_archive(str(folder / "packed"), ZIP, folder, target.name))
