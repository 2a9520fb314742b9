"""Where a backup lies, what it must not take the place of, and how it gets its name."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archiver.errors import ArchiveError, BackupError
from db.connection import is_archive, refuse_same_stems
from db.disk import disk_full, is_full, sync
from db.export.targets import BESIDE
from db.raw_pages.warc_places import FILE_NAME, warc_directory

# Ends the name of an archive's lock.
LOCK = "-lock"
# Ends the names of copies that are not whole yet.
UNFINISHED = ".unfinished"
# Ends the name of the raw pages of a backup while another takes their place.
REPLACED = ".replaced"
# What a folder of raw pages may hold: WARC files, and the ends that were cut off them.
KEPT_FILE = re.compile(rf"{FILE_NAME.pattern}(\.torn-[\d-]+)?")


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """The files of a backup, by the names that they have until they are whole and from then on."""

    file: Path
    """The database."""

    @property
    def pages(self) -> Path:
        """The folder of its raw pages."""
        return warc_directory(self.file)

    @property
    def unfinished(self) -> Path:
        """The database until the copy is checked."""
        return self.file.with_name(self.file.name + UNFINISHED)

    @property
    def unfinished_pages(self) -> Path:
        """The raw pages until the copy is checked."""
        return self.pages.with_name(self.pages.name + UNFINISHED)

    @property
    def replaced(self) -> Path:
        """The raw pages that stood at their place, until the whole copy has its name."""
        return self.pages.with_name(self.pages.name + REPLACED)

    def refuse(self, path: Path, *, with_warc: bool) -> None:
        """Raise ArchiverError if no copy of the archive at path may lie here, whatever there is."""
        if not self.file.absolute().parent.is_dir():
            raise BackupError(
                f"{self.file} cannot be made: there is no directory {self.file.absolute().parent}"
            )
        if self.file.is_dir():
            raise BackupError(f"{self.file} is a directory: name a file, such as {self.file / path.name}")
        if self.pages == self.file:
            raise BackupError(
                f"{self.file} is where its raw pages would lie: name it {self.file.with_suffix('.db')}"
            )
        own = [path.resolve().with_name(path.name + ending) for ending in BESIDE]
        if self.file.resolve() in own or self.pages.resolve() == warc_directory(path).resolve():
            raise BackupError(
                f"{self.file} is the archive itself, or shares its raw pages: name another file"
            )
        refuse_same_stems(self.file)
        if with_warc and self.pages.is_symlink():
            beside = self.pages.resolve().with_suffix(self.file.suffix)
            raise BackupError(
                f"{self.pages} is a link, and raw pages lie beside their archive: name {beside}, or another file"
            )

    def refuse_what_is_there(self, *, with_warc: bool, replace: bool) -> None:
        """Raise BackupError if a copy would take the place of something that it may not, or not unless replace."""
        parts = (self.file, self.pages) if with_warc else (self.file,)
        if not replace and (there := next((part for part in parts if part.exists()), None)) is not None:
            raise BackupError(f"{there} is there already: name another file, or say --force to replace it")
        if self.file.exists() and not is_archive(self.file):
            raise BackupError(f"{self.file} is no backup: name another file")
        if with_warc and self.pages.exists() and (stranger := _stranger(self.pages)) is not None:
            raise BackupError(f"{stranger} is no raw page of a backup, and would go: name another file")

    def take_back(self) -> None:
        """Undo what a backup had put in place when it was killed; what it replaced by then is all there again."""
        if not self.replaced.exists():
            return
        if self.unfinished.exists() and self.pages.exists() and not self.unfinished_pages.exists():
            self.pages.rename(self.unfinished_pages)
        if not self.pages.exists() and any(self.replaced.iterdir()):
            self.replaced.rename(self.pages)
        else:
            shutil.rmtree(self.replaced)

    def clear(self) -> None:
        """Remove what a killed backup left."""
        for ending in BESIDE:
            self.unfinished.with_name(self.unfinished.name + ending).unlink(missing_ok=True)
        if self.unfinished_pages.exists():
            shutil.rmtree(self.unfinished_pages)

    def put(self) -> None:
        """Give the whole copy its name; what it replaces goes, but for raw pages if the copy is made without any."""
        if self.unfinished_pages.exists():
            # The folder replaced, empty or not, tells take_back that this has begun.
            if self.pages.exists():
                self.pages.rename(self.replaced)
            else:
                self.replaced.mkdir()
            self.unfinished_pages.rename(self.pages)
        for ending in BESIDE[1:]:  # of an archive that was replaced: its changes are not this one's
            if ending != LOCK:  # which is ours
                self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        self.unfinished.replace(self.file)
        sync(self.file.absolute().parent)
        if self.replaced.exists():
            shutil.rmtree(self.replaced)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn a failure to write here into an ArchiveError."""
        try:
            yield
        except OSError as error:
            if is_full(error):
                raise disk_full(self.file) from error
            reason = f"{error.strerror} ({error.filename})" if error.errno else str(error)  # of shutil
            raise ArchiveError(f"{self.file} cannot be written: {reason}") from error


def _stranger(pages: Path) -> Path | None:
    """Return what stands where raw pages are to lie and is neither a WARC file nor an end cut off one, if anything."""
    if not pages.is_dir():
        return pages
    return next((file for file in sorted(pages.iterdir()) if not KEPT_FILE.fullmatch(file.name)), None)
