"""Parquet files with typed columns, through pyarrow, which the extra news-archiver[parquet] brings."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Self

import orjson

from archiver.errors import ExportError
from db.export.rows import LISTS, TIMES, columns, stored_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.export.request import What
    from db.export.selection import Selection

    Row = Sequence[object]

# Bytes of the texts of one row group: memory is a small multiple of it, while a reader that wants few columns
# or rows skips what it does not want.
GROUP_BYTES = 8 * 2**20
# Rows and bytes that are turned into columns at a time.
BATCH_ROWS = 500
BATCH_BYTES = 2**20
# Of zstd, 1 to 22. 3 is its own default: less than half of what 1 leaves of articles, for a sixth more time.
LEVEL = 3
# Columns whose few values are written once and then named by number.
REPEATED = ["source", "language", "section", "kind", "block"]
# Columns whose least and greatest values tell a reader which row groups it can skip.
ORDERED = ["id", "source", "language", "date_published", "first_seen", "last_seen"]


def require_pyarrow() -> tuple[Any, Any]:
    """Return pyarrow and pyarrow.parquet; ExportError, which names the extra, if they are not installed."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ExportError(
            "Parquet needs pyarrow, which is not installed: `pip install 'news-archiver[parquet]'`"
        ) from error


class ParquetRows:
    """Writes rows to a stream as one Parquet file; what it holds of them in memory is bounded by bytes."""

    def __init__(self, stream: IO[bytes], what: What, group_bytes: int = GROUP_BYTES) -> None:
        self._arrow, parquet = require_pyarrow()
        self._names = columns(what)
        self._schema = _schema(self._arrow, self._names)
        self._writer = parquet.ParquetWriter(
            stream,
            self._schema,
            compression="zstd",
            compression_level=LEVEL,
            use_dictionary=[name for name in REPEATED if name in self._names],
            write_statistics=[name for name in ORDERED if name in self._names],
        )
        self._group_bytes = group_bytes
        self._longest = self._names.index("body" if "body" in self._names else "headline")
        self._waiting: list[Row] = []
        self._waiting_bytes = 0
        self._batches: list[Any] = []
        self._batched_bytes = 0
        self.count = 0

    def add(self, row: Row) -> None:
        """Write one row as stored_rows yields it."""
        self.count += 1
        self._waiting.append(row)
        self._waiting_bytes += len(str(row[self._longest]))
        if len(self._waiting) >= BATCH_ROWS or self._waiting_bytes >= BATCH_BYTES:
            self._batch()
            if self._batched_bytes >= self._group_bytes:
                self._write_group()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            with suppress(OSError):  # the first error is the one to tell
                self._writer.close()
            return
        self._batch()
        self._write_group()
        self._writer.close()

    def _batch(self) -> None:
        if not self._waiting:
            return
        arrays = [
            self._array(name, values)
            for name, values in zip(self._names, zip(*self._waiting, strict=True), strict=True)
        ]
        batch = self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._batches.append(batch)
        self._batched_bytes += batch.nbytes
        self._waiting, self._waiting_bytes = [], 0

    def _array(self, name: str, values: Sequence[Any]) -> Any:
        kind = self._schema.field(name).type
        if name in TIMES:  # a cast reads ISO 8601 many times faster than Python does
            texts = self._arrow.array(values, self._arrow.string())
            return texts.cast(self._arrow.timestamp("s", "UTC")).cast(kind)
        if name in LISTS:
            return self._arrow.array(orjson.loads(f"[{','.join(values)}]"), kind)
        return self._arrow.array(values, kind)

    def _write_group(self) -> None:
        if self._batches:
            table = self._arrow.Table.from_batches(self._batches)
            self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self._batches, self._batched_bytes = [], 0


def write_parquet(selection: Selection, stream: IO[bytes]) -> int:
    """Write the rows of selection as one Parquet file and return how many there were."""
    with ParquetRows(stream, selection.what) as file:
        for row in stored_rows(selection):
            file.add(row)
    return file.count


def _schema(arrow: Any, names: Sequence[str]) -> Any:
    image = arrow.struct([(part, arrow.string()) for part in ("url", "caption", "credit")])
    typed = dict.fromkeys(TIMES, arrow.timestamp("us", "UTC")) | {
        "id": arrow.int64(),
        "revision": arrow.int32(),
        "position": arrow.int32(),
        "authors": arrow.list_(arrow.string()),
        "keywords": arrow.list_(arrow.string()),
        "images": arrow.list_(image),
    }
    return arrow.schema([(name, typed.get(name, arrow.string())) for name in names])
