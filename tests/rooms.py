"""The reading room as a reader meets it: `archiver serve` in a process of its own, and requests to it."""

import http.client
import json
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from commands import PROGRAM, SECONDS
from conftest import Crawl

from archiver.sample.server import serve


@dataclass(frozen=True, slots=True)
class Reply:
    """What the room answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Room:
    """A running room."""

    address: str
    """As it was printed."""

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """Ask for a path; headers are named with "_" for "-"."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=SECONDS)
        try:
            connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, named, answer.read())
        finally:
            connection.close()


def crawl_both_editions(crawl: Crawl) -> None:
    """Crawl the sample newspaper, and again when some of its stories have changed."""
    with serve(port=0, edition=1) as paper:
        crawl(paper.url)
        port = paper.server_port
    with serve(port=port, edition=2) as paper:
        crawl(paper.url)


@contextmanager
def serving(archive: Path, *options: str) -> Iterator[Room]:
    """Serve an archive at a free port until the end."""
    with subprocess.Popen(
        [PROGRAM, "serve", "--archive", str(archive), "--port", "0", *options],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            found = re.search(r"http://\S+", process.stderr.readline())
            assert found, process.stderr.read()
            yield Room(found[0])
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS) == 0
