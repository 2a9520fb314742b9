"""Runs the reading room on a socket until it is told to end."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import uvicorn

from archiver.cli.rendering import Output
from archiver.errors import ServeError
from archiver.room.app import reading_room

# Seconds that answers under way have when it is told to end.
LAST_SECONDS = 2
# To listen at all addresses of the machine; nobody can open these.
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - not bound to here


def run(
    output: Output, archive: Path, place: tuple[str, int], hosts: Sequence[str], token: str | None
) -> None:
    """Serve the archive at host and port of place, and say where; return when a signal ends it.

    Raises ServeError if the address cannot be had, ArchiveError if there is no archive.
    """
    app = reading_room(archive, hosts, token)
    bound = _bound(*place)
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    if host in EVERY_ADDRESS and hosts:
        shown = hosts[0]
    output.say(
        "The archive is at ", (f"http://{shown}:{port}/{f'?token={quote(token)}' if token else ''}", "bold")
    )
    output.say("Ctrl-C ends it.")
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_SECONDS,
    )
    try:
        asyncio.run(uvicorn.Server(config).serve([bound]))
    except KeyboardInterrupt:
        output.say("Ended.")


def _bound(host: str, port: int) -> socket.socket:
    try:
        # With its protocol: by that asyncio knows to send at once, or every page waits 40 ms for the reader's word.
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(where)
        bound.listen()  # who reads the address may ask at once
    except OSError as error:
        raise ServeError(
            f"{host}:{port} cannot be listened at: {error.strerror or error}; try another --port, 0 for any"
        ) from error
    return bound
