"""archiver serve: the archive in a browser."""

import json
import re
import secrets
import sys
from pathlib import Path

import click

from archiver.cli.options import NumberType, archive_option
from archiver.cli.rendering import Output, write_utf8
from archiver.errors import ServeError
from archiver.host_names import ascii_host
from db.connection import read_archive

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LOOPBACK_NAMES = ("127.0.0.1", "[::1]", "localhost")
# A host as browsers name it: no scheme, no path, and its port is none of its name.
HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


def _host_names(ctx: click.Context, param: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of hosts as browsers send them, if they can be such."""
    return tuple(_host_name(ctx, param, name) for name in names)


def _host_name(ctx: click.Context, param: click.Parameter, name: str) -> str:
    try:
        plain = ascii_host(name.strip().lower().removesuffix("."))
    except UnicodeError:
        plain = ""
    if not HOST_NAME.fullmatch(plain):
        message = (
            f"{name!r} is no name of a host: give one such as news.example, without https://, port and path"
        )
        raise click.BadParameter(message, ctx, param)
    return plain


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=NumberType(0, 65535), default=8001, show_default=True, help="0: any that is free."
)
@click.option(
    "--host-name",
    "names",
    multiple=True,
    callback=_host_names,
    metavar="NAME",
    help="A name under which browsers reach it, beside those of this machine. May be given several times.",
)
@click.option(
    "--auth-token",
    metavar="TOKEN",
    help="Ask every reader for this; - makes one up. Needed where others can reach the address.",
)
@click.option(
    "--datasette", is_flag=True, help="Write metadata for Datasette to standard output, and serve nothing."
)
@archive_option
def serve(
    host: str, port: int, names: tuple[str, ...], auth_token: str | None, datasette: bool, archive: Path
) -> None:
    """Open the archive in a browser, for reading only: search, articles, versions, sources, crawls.

    It needs the extra serve: pip install 'news-archiver[serve]'. A crawl may go on meanwhile. Every page has a form
    for programs, its address with .json. Ctrl-C ends it.

    \b
    archiver serve
    archiver serve --archive river.db --port 8080
    archiver serve --host 0.0.0.0 --host-name news.example --auth-token -
    archiver serve --datasette > metadata.json
    """
    if datasette:
        read_archive(archive).close()  # so that what is no archive is told
        write_utf8()
        sys.stdout.write(_metadata(archive))
        return
    try:
        from archiver.cli.server import run  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise ServeError(
            f"{error.name} is not installed, which serves pages: pip install 'news-archiver[serve]'"
        ) from error
    if host not in LOOPBACK and auth_token is None:
        raise click.UsageError(
            f"others may reach {host}: give --auth-token -, which makes a token up, or one of yours"
        )
    token = secrets.token_urlsafe(24) if auth_token == "-" else auth_token  # noqa: S105 - the option's own word
    if token is not None and not token.strip():
        raise click.UsageError("--auth-token is empty: give - to have one made up")
    # The first is shown where host is no address that others could open.
    hosts = (
        (*names, *LOOPBACK_NAMES, *([] if host in LOOPBACK else [host])) if names or host in LOOPBACK else ()
    )
    run(Output(stderr=True), archive, (host, port), hosts, token)


def _metadata(archive: Path) -> str:
    """Return what Datasette should say of the archive's tables; it calls a file by its name without ending."""
    metadata = json.loads(Path(__file__).parents[1].joinpath("room", "datasette.json").read_text("utf-8"))
    metadata["databases"] = {archive.stem: metadata["databases"]["archive"]}
    return json.dumps(metadata, indent=2) + "\n"
