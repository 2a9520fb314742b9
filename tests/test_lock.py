"""One process writes to an archive; the next one is told at once which, and never a wrong one."""

import fcntl
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import FLOOD, filled
from commands import run_apart

from archiver.errors import ExitCode, LockedError
from db.connection import open_archive
from db.lock import Holder, acquire, lock_path, locked, release
from db.values import time_text

HOLD = """
import sys, time
from pathlib import Path
from db.connection import open_archive
archive = open_archive(Path(sys.argv[1]))
print("open", flush=True)
time.sleep(60)
"""
NOBODY = "http://127.0.0.1:9/"


def holding(archive: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(archive)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_second_crawl_ends_at_once_and_names_the_first(archive: Path) -> None:
    holder = holding(archive)
    result = run_apart("crawl", NOBODY, "-a", archive)
    kill(holder)

    assert (result.code, result.out) == (ExitCode.LOCKED, "")
    assert result.err.startswith(
        f"archiver: {archive} is being written by another process (process {holder.pid} since 20"
    )
    assert f"-c {archive}): wait until it has ended\n" in result.err


def test_quiet_second_crawl_says_nothing_to_cron(archive: Path) -> None:
    holder = holding(archive)
    result = run_apart("crawl", NOBODY, "-q", "-a", archive)
    kill(holder)

    assert (result.code, result.out, result.err) == (ExitCode.LOCKED, "", "")


def test_quiet_second_crawl_tells_of_one_that_hangs(archive: Path) -> None:
    lock = acquire(archive)
    since = time_text(datetime.now(UTC) - timedelta(hours=7))
    sign(lock_path(archive), replace(signature(archive), since=since))
    result = run_apart("crawl", NOBODY, "-q", "-a", archive)
    release(lock)

    assert (result.code, result.out) == (ExitCode.LOCKED, "")
    assert f"(process {os.getpid()} since {since}: " in result.err
    assert result.err.count("\n") == 1


def test_writer_killed_leaves_no_lock(archive: Path) -> None:
    first = holding(archive)
    kill(first)
    assert lock_path(archive).exists()
    assert locked(archive) is None

    second = holding(archive)
    error = locked(archive)
    kill(second)

    assert error is not None
    assert f"process {second.pid} since" in str(error)
    open_archive(archive).close()
    assert not lock_path(archive).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "dead", "later"])
def test_text_that_no_holder_wrote_names_nobody(archive: Path, text: str) -> None:
    if text in ("dead", "later"):
        child = holding(archive)
        left = signature(archive)
        kill(child)
        # The pid of a process that has ended, and ours as an older process had it.
        text = json.dumps(asdict(left if text == "dead" else replace(left, pid=os.getpid())))
    lock_path(archive).write_text(text)
    with lock_path(archive).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LockedError) as error:
            acquire(archive)

    assert str(error.value) == f"{archive} is being written by another process: wait until it has ended"
    assert error.value.since is not None
    assert abs(error.value.since.timestamp() - time.time()) < 60


def test_looking_at_a_lock_neither_takes_nor_leaves_one(archive: Path) -> None:
    assert locked(archive) is None
    assert not lock_path(archive).exists()
    with closing(filled(archive, [FLOOD])):
        error = locked(archive)
    assert error is not None
    assert locked(archive) is None


def test_crawls_that_begin_together_are_one(archive: Path) -> None:
    script = HOLD.replace("time.sleep(60)", "time.sleep(2)")
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(archive)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    ends = [process.communicate(timeout=60) for process in crowd]

    refused = [errors for output, errors in ends if not output]
    assert len(refused) + sum(output == "open\n" for output, _ in ends) == len(crowd)
    assert all("is being written by another process" in errors for errors in refused)


def test_refusal_passes_between_processes() -> None:
    moment = datetime.now(UTC)
    copy = pickle.loads(pickle.dumps(LockedError("in use", moment)))
    assert (str(copy), copy.since, copy.exit_code) == ("in use", moment, 75)


def test_stopped_holder_still_holds(archive: Path) -> None:
    holder = holding(archive)
    holder.send_signal(signal.SIGSTOP)
    error = locked(archive)
    kill(holder)

    assert error is not None


def signature(archive: Path) -> Holder:
    """Return what the holder of an archive's lock has written."""
    return Holder(**json.loads(lock_path(archive).read_bytes()))


def sign(lock: Path, holder: Holder) -> None:
    lock.write_text(json.dumps(asdict(holder)))
