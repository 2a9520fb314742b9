"""What an export is asked for: which rows, and in which form."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from os import PathLike
from pathlib import Path
from typing import IO

from archiver.errors import ExportRequestError
from db.searching.filters import ALL_ARTICLES, Filters
from db.values import time_text

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
# How many of a hundred near-duplicate groups go where: what most trainings take.
SPLITS = (90, 5, 5)
SPLIT_NAMES = ("train", "validation", "test")


class What(StrEnum):
    """What a row is."""

    ARTICLES = "articles"
    LINKS = "links"


class Form(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    DATASET = "dataset"
    """A folder for datasets.load_dataset: Parquet files and a card."""
    MARKDOWN = "markdown"
    """A folder with a file for each article."""
    SQLITE = "sqlite"
    """An archive that holds a part of this one."""
    WACZ = "wacz"
    GRAPHML = "graphml"


FORMS = {
    What.ARTICLES: tuple(form for form in Form if form is not Form.GRAPHML),
    What.LINKS: (Form.JSONL, Form.CSV, Form.PARQUET, Form.GRAPHML),
}
STREAMS = frozenset({Form.JSONL, Form.CSV, Form.GRAPHML})
FOLDERS = frozenset({Form.DATASET, Form.MARKDOWN})
ENDINGS = {
    ".jsonl": Form.JSONL,
    ".ndjson": Form.JSONL,
    ".csv": Form.CSV,
    ".parquet": Form.PARQUET,
    ".db": Form.SQLITE,
    ".sqlite": Form.SQLITE,
    ".wacz": Form.WACZ,
    ".graphml": Form.GRAPHML,
}
PACKED = ".gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One export."""

    what: What = What.ARTICLES
    form: Form = Form.JSONL
    filters: Filters = ALL_ARTICLES
    words: str | None = None
    """A search, whose matches are exported; None: all that filters let pass."""
    raw: bool = False
    """CSV: every text as it is, lists as JSON; else safe for spreadsheets, lists joined."""
    since_last: str | None = None
    """Only what is new or changed since the export of that name."""
    replace: bool = False
    """Whether an export of that kind that stands at the target may go: no later one repeats what it holds."""
    splits: tuple[int, ...] = SPLITS
    """Dataset: how many of a hundred groups go to train, validation and test."""


def form_of(path: Path | None) -> Form | None:
    """Return the form that the ending of a file's name means, None if it means none; path None is JSON lines."""
    if path is None:
        return Form.JSONL
    return ENDINGS.get(Path(path.name.lower().removesuffix(PACKED)).suffix)


def target_and_form(
    target: str | PathLike[str] | IO[bytes], form: Form | None
) -> tuple[Path | IO[bytes], Form]:
    """Return where an export goes and in which form, which is told by the ending if form is None.

    Raises ExportRequestError if that means none.
    """
    place = Path(target) if isinstance(target, str | PathLike) else target
    known = form or form_of(place if isinstance(place, Path) else None)
    if known is None:
        raise ExportRequestError(f"the ending of {place} tells no format: say one of {', '.join(Form)}")
    return place, known


def is_packed(path: Path) -> bool:
    """Whether the name of a file asks for gzip."""
    return path.name.lower().endswith(PACKED)


def is_device(path: Path) -> bool:
    """Whether path is a pipe or the like: it cannot be replaced, and keeps nothing."""
    return path.exists() and not path.is_file() and not path.is_dir()


def check(request: Request, target: Path | None) -> None:
    """Raise ExportRequestError if there is no such export; target None is a stream."""
    form, what = request.form, request.what
    if form not in FORMS[what]:
        other = f", or say --what {next(each for each in What if form in FORMS[each])}"
        raise ExportRequestError(f"{what} are not exported as {form}: choose {_any_of(FORMS[what])}{other}")
    if request.words is not None and what is What.LINKS:
        raise ExportRequestError("WORDS choose articles, not links: leave them out or say --what articles")
    if request.filters.distinct and what is What.LINKS:
        raise ExportRequestError(
            "--distinct chooses articles, not links: leave it out or say --what articles"
        )
    if target is None and form not in STREAMS:
        raise ExportRequestError(f"{form} is not written to standard output: name it by -o")
    if target is not None and is_device(target) and form in (Form.SQLITE, Form.WACZ):
        raise ExportRequestError(f"{form} is not written to a pipe or device: name a file by -o")
    if target is not None and is_packed(target) and form not in STREAMS:
        raise ExportRequestError(f"{form} is packed by itself: leave out {PACKED}")
    if request.raw and form is not Form.CSV:
        raise ExportRequestError(f"--raw is for CSV: {form} holds every text as it is")
    if request.splits != SPLITS and form is not Form.DATASET:
        raise ExportRequestError(f"--splits is for datasets: {form} has none")
    _check_splits(request.splits)
    if request.since_last is not None:
        _check_name(request.since_last, target)


def _check_splits(splits: tuple[int, ...]) -> None:
    if not 1 <= len(splits) <= len(SPLIT_NAMES) or sum(splits) != 100 or min(splits) < 0:
        raise ExportRequestError("--splits takes up to three numbers that make 100, such as 90,5,5")


def _check_name(name: str, target: Path | None) -> None:
    if not NAME.fullmatch(name):
        raise ExportRequestError(
            f"--since-last takes a name of letters, digits, '.', '_' and '-', not {name[:80]!r}"
        )
    if target is None or is_device(target):
        raise ExportRequestError(
            "--since-last needs a file: of what goes elsewhere nobody knows whether it arrived"
        )


def query_of(request: Request) -> dict[str, object]:
    """Return what request asks of the archive, as JSON has it: what is not asked for is left out."""
    asked = {"what": str(request.what), "words": request.words, **asdict(request.filters)}
    return {name: _plain(value) for name, value in asked.items() if value is not None and value is not False}


def query_text(request: Request) -> str:
    """Return query_of as text that is the same for the same query."""
    return json.dumps(query_of(request), ensure_ascii=False, sort_keys=True)


def _plain(value: object) -> object:
    if isinstance(value, str):  # as it was typed, which may be no UTF-8
        return value.encode("utf-8", "replace").decode()
    return time_text(value) if isinstance(value, datetime) else value


def _any_of(forms: tuple[Form, ...]) -> str:
    return f"{', '.join(forms[:-1])} or {forms[-1]}"
