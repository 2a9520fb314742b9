"""Telling of pages whose bytes cannot be read: those of a file that is lost in one line."""

from collections import Counter

from archiver.errors import ArchiveError, LostFileError


class LostPages:
    """Captures whose bytes cannot be read, with the reasons."""

    def __init__(self) -> None:
        self._of_files: Counter[str] = Counter()
        self._others: list[str] = []

    def add(self, page: str, error: ArchiveError) -> None:
        """Note that the bytes of a capture of page cannot be read."""
        if isinstance(error, LostFileError):
            self._of_files[str(error)] += 1
        else:
            self._others.append(f"{page}: {error}")

    def lines(self) -> list[str]:
        """Return a line for each file that is lost, then one for each other capture."""
        files = [
            f"{'1 capture' if number == 1 else f'{number:,} captures'}: {error}"
            for error, number in self._of_files.items()
        ]
        return files + self._others
