"""A folder that datasets.load_dataset reads: Parquet files by split, and a card that says what is in them."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from db.export.card import card_text
from db.export.groups import groups, not_compared, share_of
from db.export.manifest import WrittenFile
from db.export.parquet import GROUP_BYTES, ParquetRows
from db.export.request import SPLIT_NAMES, Request, What
from db.export.rows import stored_rows
from db.export.selection import Selection
from db.export.streams import HashedFile, buffered

# Bytes after which another file is begun: what hubs ask for, and few enough to be read in parallel.
FILE_BYTES = 256 * 2**20

Note = Callable[[WrittenFile], None]


def write_dataset(selection: Selection, folder: Path, request: Request, note: Note) -> Mapping[str, object]:
    """Write the articles of selection into folder; note gets each file; return how many went to which split."""
    (folder / "data").mkdir()
    bounds = _bounds(request.splits)
    with ExitStack() as open_files:
        splits = {
            name: open_files.enter_context(_Split(folder, name, GROUP_BYTES // len(bounds), note))
            for name in bounds
        }
        for row, group in zip(stored_rows(selection), groups(selection), strict=True):
            share = share_of(group)
            splits[next(name for name, bound in bounds.items() if share < bound)].add(row)
        if not selection.count:  # a table without rows, rather than no table
            splits[next(iter(bounds))].begin()
    counts = {name: split.count for name, split in splits.items() if split.is_begun}
    with HashedFile(folder / "README.md") as file:
        file.write(card_text(selection, request, counts).encode())
    note(WrittenFile(path="README.md", size=file.size, sha256=file.digest.hexdigest()))
    left = not_compared(selection)
    return {"splits": counts, **({"not_compared": left} if left else {})}


def _bounds(splits: tuple[int, ...]) -> dict[str, int]:
    """Return below which share of groups each split ends; those that get none are left out."""
    bounds, end = {}, 0
    for name, size in zip(SPLIT_NAMES, splits, strict=False):
        end += size
        if size:
            bounds[name] = end
    return bounds


class _Split:
    """The files of one split; the first is made with the first row."""

    def __init__(self, folder: Path, name: str, group_bytes: int, note: Note) -> None:
        self._folder, self._name, self._group_bytes, self._note = folder, name, group_bytes, note
        self._number = 0
        self._file: HashedFile | None = None
        self._rows: ParquetRows | None = None
        self._closing = ExitStack()
        self.count = 0

    @property
    def is_begun(self) -> bool:
        return self._number > 0

    def begin(self) -> ParquetRows:
        """Begin a file."""
        path = self._folder / "data" / f"{self._name}-{self._number:05}.parquet"
        self._number += 1
        self._file = HashedFile(path)
        stream = self._closing.enter_context(buffered(self._file))
        self._rows = self._closing.enter_context(ParquetRows(stream, What.ARTICLES, self._group_bytes))
        return self._rows

    def add(self, row: tuple[object, ...]) -> None:
        """Write one article."""
        (self._rows or self.begin()).add(row)
        self.count += 1
        if self._file is not None and self._file.size >= FILE_BYTES:
            self._end()

    def __enter__(self) -> "_Split":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            self._end()
        else:
            self._closing.__exit__(kind, error, None)

    def _end(self) -> None:
        if (file := self._file) is None:
            return
        self._closing.close()
        path = Path(str(file.name)).relative_to(self._folder).as_posix()
        self._note(WrittenFile(path=path, size=file.size, sha256=file.digest.hexdigest()))
        self._file = self._rows = None
