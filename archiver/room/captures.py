"""The archived page: what a site served at a time, shut in so that it can do nothing."""

import re

from starlette.responses import Response

from archiver.errors import NotInArchiveError
from archiver.room.answers import Answer, Asked

# An origin of its own, no script, no form, no window, nothing from the web; what the page itself holds may show.
SHUT_IN = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; media-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# A browser may knock at other hosts for these whatever the policy says.
KNOCKS = re.compile(rb"<link\b[^>]*>|<meta\b[^>]*http-equiv[^>]*>", re.IGNORECASE)
HTML = ("text/html", "application/xhtml+xml")
PLAIN = "text/plain; charset=utf-8"


def capture_page(asked: Asked) -> Answer:
    """Show one visit: when, from where, what came of it, and the page."""
    found = asked.archive.capture(asked.id("capture"))
    return Answer("capture.html", f"Archived page of {found.url}", {"capture": found})


def raw_page(asked: Asked) -> Response:
    """Return the bytes that a site served, as they were but for links that a browser follows by itself."""
    id_ = asked.id("capture")
    found = asked.archive.capture(id_)
    if found.place is None:
        raise NotInArchiveError(f"the bytes of capture {id_} were not kept")
    body = asked.archive.captured_page(found).body
    kind = (found.content_type or "").partition(";")[0].strip().lower()
    headers = {"Content-Security-Policy": SHUT_IN, "Cross-Origin-Resource-Policy": "same-origin"}
    if kind in HTML:
        return Response(
            KNOCKS.sub(b"", body), headers=headers | {"Content-Type": _html_type(found.content_type or "")}
        )
    return Response(body, headers=headers | {"Content-Type": PLAIN})


def _html_type(content_type: str) -> str:
    """Return the type with the encoding that the site gave, in characters that a header may have."""
    encoding = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    return f"text/html; charset={encoding[1]}" if encoding else "text/html"
