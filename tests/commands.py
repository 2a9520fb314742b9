"""The command archiver as its users run it: in this process, in one of its own, and on a terminal."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from archiver.cli import main

PROGRAM = str(Path(sys.executable).with_name("archiver"))
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command in this process."""

    def run(*arguments: object) -> Result:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def run_apart(
    *arguments: object, folder: Path | None = None, stdin: bytes = b"", **environment: str
) -> Result:
    """Run a command in a process of its own, in folder, without a terminal."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        check=False,
        input=stdin,
        capture_output=True,
        cwd=folder,
        env=os.environ | environment,
        timeout=SECONDS,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(*arguments: object, columns: int = 80) -> str:
    """Return what a command prints on a terminal of so many columns, standard error included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    with subprocess.Popen(
        [PROGRAM, *map(str, arguments)], stdout=theirs, stderr=theirs, env=environment | {"TERM": "xterm"}
    ) as process:
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 65536):
                parts.append(part)
        except OSError:  # Linux ends a terminal that nobody holds any longer by an error
            pass
        assert process.wait(SECONDS) == 0
    os.close(ours)
    return b"".join(parts).decode().replace("\r\n", "\n")


def first_lines(number: int, *arguments: object) -> Result:
    """Run a command whose output is read for so many lines and then closed, as head does."""
    with subprocess.Popen(
        [PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out = "".join(process.stdout.readline() for _ in range(number))
        process.stdout.close()
        err = process.stderr.read()
        return Result(process.wait(SECONDS), out, err)


def wait_for_the_next_second() -> None:
    """Visits have their second in the archive: those of one crawl after another must not share it."""
    time.sleep(1 - time.time() % 1)
