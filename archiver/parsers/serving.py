"""What a worker process does: answer one task after the other; it imports what that takes, and no more."""

import contextlib
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from archiver.errors import PageError
from archiver.parsers import split  # noqa: F401 - before the first page's time runs

# Exit status of a worker whose page took more memory than a page may.
OUT_OF_MEMORY = 17
# Seconds that a worker lives on after its page's limit if the process that should kill it is gone.
ORPHAN_SECONDS = 1.0


def serve() -> None:
    """Be a worker: answer tasks from the pipe named by the command line, until it closes."""
    descriptor, seconds, memory = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe: Connection[Any, Any] = Connection(descriptor)
    with pipe, contextlib.suppress(EOFError, ConnectionError):
        pipe.send("ready")
        while True:
            _answer(pipe, seconds)


def _answer(pipe: "Connection[Any, Any]", seconds: float) -> None:
    parse, args, kwargs = pipe.recv()
    # The kernel ends us if the parser hangs, even in C code, and nobody is left to do it.
    signal.setitimer(signal.ITIMER_REAL, seconds + ORPHAN_SECONDS)
    try:
        result = parse(*args, **kwargs)
    except PageError as error:
        result = error
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    signal.setitimer(signal.ITIMER_REAL, 0)
    pipe.send(result)
