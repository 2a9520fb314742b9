"""Raw pages that are lost for good, as their owner said: what is wrong with WARC files and is no problem any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

from db.connection import beside_writer
from db.raw_pages.warc_findings import RESTORE, RESTORE_BOTH, Finding, Kind
from db.values import time_text

# What can be accepted: bytes that are not there. Others have a cure: permission, `--repair`, `archiver forget`.
ACCEPTABLE = frozenset({Kind.MISSING, Kind.DAMAGED, Kind.MISPLACED, Kind.WRONG})
WHOLE_FILE = -1
ADD_LOSS = "INSERT INTO accepted_losses(file, position, length, captures, accepted) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Loss:
    """What was accepted at one place."""

    length: int
    captures: int
    accepted: str


Losses = Mapping[tuple[str, int], Loss]


def accepted_losses(archive: Connection) -> Losses:
    """Return what was accepted, by file and place."""
    rows = archive.execute("SELECT file, position, length, captures, accepted FROM accepted_losses")
    return {(file, position): Loss(*loss) for file, position, *loss in rows}


def judged(finding: Finding, losses: Losses) -> Finding:
    """Return a finding that was accepted as such; one that has grown since is a problem again."""
    loss = losses.get(_place(finding))
    is_accepted = loss is not None and finding.captures <= loss.captures and _length(finding) <= loss.length
    if loss is None or not is_accepted or not is_acceptable(finding):
        return finding
    what = finding.message.removesuffix(f": {RESTORE}").removesuffix(f": {RESTORE_BOTH}")
    return replace(finding, kind=Kind.ACCEPTED, message=f"{what}: lost, accepted on {loss.accepted[:10]}")


def is_acceptable(finding: Finding) -> bool:
    """Return whether a finding tells of bytes that may be taken for lost for good."""
    return finding.kind in ACCEPTABLE and bool(finding.file)


def accept(path: Path, findings: Iterable[Finding], now: datetime) -> int:
    """Note in the archive at path that what findings tell of is lost for good; return how many are new.

    findings are all of one verification: what was accepted before and is not among them came back.
    """
    with beside_writer(path) as archive:
        before = accepted_losses(archive)
        left = {_place(each): each for each in findings if each.kind is Kind.ACCEPTED or is_acceptable(each)}
        archive.execute("DELETE FROM accepted_losses")
        for place, finding in left.items():
            known = before[place].accepted if finding.kind is Kind.ACCEPTED else time_text(now)
            archive.execute(ADD_LOSS, (*place, _length(finding), finding.captures, known))
    return sum(each.kind is not Kind.ACCEPTED for each in left.values())


def _place(finding: Finding) -> tuple[str, int]:
    return finding.file, WHOLE_FILE if finding.offset is None else finding.offset


def _length(finding: Finding) -> int:
    return finding.length or 0
