"""The archived page: what a site served at a time, shut in so that it can do nothing."""

import re

from starlette.responses import Response

from archiver.errors import NotInArchiveError
from archiver.parsers.markup.decoding import page_encoding
from archiver.room.answers import Answer, Asked

# An origin of its own, no script, no form, no window, nothing from the web; what the page itself holds may show.
SHUT_IN = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; media-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# A browser may knock at other hosts for these whatever the policy says. <basefont> is parsed alike and does nothing.
KNOCKS = re.compile(r"<(?:link|meta)(?=[\s/>])", re.IGNORECASE)
HARMLESS = "<basefont"
# Links lead into windows, which the sandbox does not open: in the frame, a click would leave an error in place of the
# page. At the end, since nothing may stand before the doctype.
NOWHERE = '<base target="_blank">'
IN_THE_FRAME = re.compile(r"(target\s*=\s*[\"']?)_self\b", re.IGNORECASE)
HTML = ("text/html", "application/xhtml+xml")
PAGE = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"


def capture_page(asked: Asked) -> Answer:
    """Show one visit: when, from where, what came of it, and the page."""
    found = asked.archive.capture(asked.id("capture"))
    return Answer("capture.html", f"Archived page of {found.url}", {"capture": found})


def raw_page(asked: Asked) -> Response:
    """Return the page that a site served, as it was but in UTF-8, and without what a browser follows by itself."""
    id_ = asked.id("capture")
    found = asked.archive.capture(id_)
    if found.place is None:
        raise NotInArchiveError(f"the bytes of capture {id_} were not kept")
    body = asked.archive.captured_page(found).body
    kind = (found.content_type or "").partition(";")[0].strip().lower()
    headers = {"Content-Security-Policy": SHUT_IN, "Cross-Origin-Resource-Policy": "same-origin"}
    if kind in HTML:
        return Response(
            harmless(body, found.content_type, found.final_url), headers=headers | {"Content-Type": PAGE}
        )
    return Response(body, headers=headers | {"Content-Type": PLAIN})


def harmless(body: bytes, content_type: str | None = None, url: str = "") -> bytes:
    """Return a page in UTF-8, its bytes read as the splitter does, whose links lead nowhere."""
    page = body.decode(page_encoding(body, content_type, url), "replace")
    page = IN_THE_FRAME.sub(r"\1_blank", KNOCKS.sub(HARMLESS, page))
    return f"{page}{NOWHERE}".encode("utf-8", "replace")
