"""Commands that one may try next, as one would type them."""

import shlex
import shutil
import sys
from pathlib import Path

from archiver import settings


def command_line(*arguments: str, archive: Path) -> str:
    """Return the line that runs this program with arguments on archive."""
    place = [] if archive == Path(settings.ARCHIVE) else ["--archive", str(archive)]
    return shlex.join([_program(), *arguments, *place])


def program_path() -> str:
    """Return where this program is, for those that know neither PATH nor directory."""
    beside = Path(sys.executable).with_name("archiver")
    return str(beside if beside.exists() else Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute())


def _program() -> str:
    """Return how the user calls this program."""
    called = sys.argv[0]
    found = shutil.which("archiver")
    if Path(called).name != "archiver" or (found and Path(found).resolve() == Path(called).resolve()):
        return "archiver"
    return called
