"""The manifest of an export: what was asked, how much came, by which versions, and the checksums of its files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archiver import __version__
from db.export.request import Form, Request, query_of
from db.export.rows import columns
from db.export.selection import Selection
from db.export.targets import MANIFEST, manifest_of
from db.schemas import SCHEMA

TABLES = frozenset({Form.JSONL, Form.CSV, Form.PARQUET, Form.DATASET})


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """One file of an export."""

    path: str
    """Relative to the manifest, with slashes."""
    size: int
    sha256: str
    """In hex, as sha256sum prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """An export of only what was new since the last one of its name."""

    name: str
    after: int | None
    """The place in change_log that it begins behind; None: it holds all."""
    rows: int
    removed: int


def manifest_text(
    request: Request, selection: Selection, files: Sequence[WrittenFile], counts: Mapping[str, object]
) -> str:
    """Return the manifest as JSON; the same archive and request give the same, for it names no time of its own."""
    manifest: dict[str, object] = {
        "format": str(request.form),
        "query": query_of(request),
        "rows": selection.count,
        **counts,
        **({"columns": list(columns(request.what))} if request.form in TABLES else {}),
        "since_last": None
        if request.since_last is None
        else {"name": request.since_last, "after": selection.after, "removed": list(selection.removed)},
        "position": selection.position,
        "versions": _versions(request.form),
        "files": [{"path": file.path, "bytes": file.size, "sha256": file.sha256} for file in files],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()  # a name that is no UTF-8 can be read back


def increment_at(path: Path) -> Increment | None:
    """Return what the manifest of the file or folder at path says of it, None if none says that it is an increment."""
    if not path.exists():
        return None
    manifest = path / MANIFEST if path.is_dir() else manifest_of(path.resolve())
    try:
        told = json.loads(manifest.read_bytes())
        since = told["since_last"]
        return Increment(
            name=str(since["name"]),
            after=since["after"],
            rows=int(told["rows"]),
            removed=len(since["removed"]),
        )
    except (OSError, ValueError, KeyError, TypeError):  # none, or not of ours
        return None


def _versions(form: Form) -> dict[str, object]:
    versions: dict[str, object] = {"news-archiver": __version__, "schema": SCHEMA}
    if form in (Form.PARQUET, Form.DATASET):
        from db.export.parquet import require_pyarrow  # noqa: PLC0415 - only these need it

        versions["pyarrow"] = require_pyarrow()[0].__version__
    return versions
