"""What the processes of a browser's pages take, seen from outside: scripts can have more than their own heap."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")
# Seconds between two looks; a script fills a few hundred megabytes meanwhile.
INTERVAL = 0.25
RENDERER = b"--type=renderer"


async def keep_renderers_below(most: int) -> None:
    """End, again and again, the pages of our browsers whose process takes more than most bytes, until cancelled.

    Where the system has no /proc, as macOS, nothing is ended.
    """
    while True:
        for pid in _renderers():
            if _resident(pid) > most:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(INTERVAL)


def _renderers() -> list[int]:
    """Return the processes, among those that we have started, that show pages."""
    children = dict[int, list[int]]()
    for path in PROCESSES.glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The second field, a name in brackets, may hold anything.
            parent = int(path.read_text(errors="replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.parent.name))
    found, looked_at = list[int](), list(children.get(os.getpid(), ()))
    while looked_at:
        pid = looked_at.pop()
        looked_at += children.get(pid, ())
        with suppress(OSError):
            if RENDERER in (PROCESSES / str(pid) / "cmdline").read_bytes():
                found.append(pid)
    return found


def _resident(pid: int) -> int:
    """Return the bytes that a process has in memory, 0 if it is gone."""
    with suppress(OSError, ValueError, IndexError):
        return int((PROCESSES / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
