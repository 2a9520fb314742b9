"""Pictures of an article, which the web is asked for only if the reader asks for them."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from archiver.host_names import ascii_host
from archiver.items import Image
from archiver.room.guard import POLICY

# A name with a dot, whose end is none of numbers: an address must not lead a reader's browser to a machine beside it.
HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){1,8}(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
# Ends of names that lead to machines beside the reader's own.
NEAR = ("local", "localhost", "internal", "intranet", "lan", "home", "corp", "private", "arpa")
MOST = 60


def origin(url: str) -> str | None:
    """Return scheme, host and port of an address of the public web, None if it is none."""
    try:
        parts = urlsplit(url)
        host = ascii_host(parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or parts.username is not None:
        return None
    if not HOST.fullmatch(host) or host.rpartition(".")[2] in NEAR:
        return None
    return f"{parts.scheme}://{host}{port}"


def shown_pictures(images: Sequence[Image]) -> list[tuple[Image, bool]]:
    """Return at most MOST pictures, each with whether a browser may be sent for it."""
    return [(image, origin(image.url) is not None) for image in images[:MOST]]


def policy_with(images: Sequence[Image]) -> str:
    """Return the policy of a page that shows images: theirs are the only other hosts that it may ask."""
    origins = sorted({found for image in images[:MOST] if (found := origin(image.url))})
    return POLICY.replace("img-src 'self'", " ".join(["img-src 'self'", *origins]))
