"""The difference of two versions as a page for a browser: complete in itself, without scripts, all text escaped."""

from html import escape
from urllib.parse import urlsplit

from archiver.cli.rendering import listed, minute_text, printable
from archiver.revisions.diff import Mark, ParagraphDiff, Piece
from db.history import FieldDiff, VersionDiff

# Nothing may be loaded or run, whatever a story's text might smuggle in.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark; }
body { font: 1.05rem/1.55 Georgia, serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font: 600 .85rem/1 sans-serif; margin-top: 2rem; opacity: .7; }
.about { font: .85rem/1.4 sans-serif; opacity: .75; overflow-wrap: anywhere; }
p { border-inline-start: .25rem solid transparent; padding-inline-start: .75rem; white-space: pre-line; }
p.changed { border-color: #b58900; } p.added { border-color: #2a8a3c; } p.removed { border-color: #c33; }
p.moved, p.moved_away { border-color: #4a6fb5; } p.moved_away { opacity: .55; }
p::before { font: .75rem/1 sans-serif; opacity: .8; }
p.moved::before { content: "stood elsewhere: "; } p.moved_away::before { content: "stands elsewhere now: "; }
ins { background: #2a8a3c33; text-decoration: underline; } del { background: #cc333322; }
"""
TAGS = {Mark.SAME: "", Mark.ADDED: "ins", Mark.REMOVED: "del"}


def diff_page(found: VersionDiff) -> str:
    """Return the page, in UTF-8 once it is encoded."""
    span = (
        f"version {found.old}, {minute_text(found.old_seen_at)}, to version {found.new}, "
        f"{minute_text(found.new_seen_at)}"
    )
    fields = "\n".join(_field(field) for field in found.fields)
    language = f' lang="{_safe(found.language)}"' if found.language else ""
    return f"""<!doctype html>
<html{language}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{_safe(found.headline)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1 dir="auto">{_safe(found.headline)}</h1>
<div class="about" lang="en">{_safe(listed([span, ", ".join(found.kinds)]))}<br>{_address(found.url)}</div>
{fields or "<p>Nothing that a reader would see has changed.</p>"}
</body>
</html>
"""


def _field(field: FieldDiff) -> str:
    paragraphs = "\n".join(_paragraph(paragraph) for paragraph in field.paragraphs)
    return f'<h2 lang="en">{_safe(field.field.capitalize())}</h2>\n{paragraphs}'


def _paragraph(paragraph: ParagraphDiff) -> str:
    plain = paragraph.mark is Mark.MOVED_AWAY
    text = "".join(_safe(piece.text) if plain else _piece(piece) for piece in paragraph.pieces)
    return f'<p class="{paragraph.mark}" dir="auto">{text}</p>'


def _piece(piece: Piece) -> str:
    tag = TAGS[piece.mark]
    text = _safe(piece.text)
    return f"<{tag}>{text}</{tag}>" if tag else text


def _address(url: str) -> str:
    """Return an address as a link, if it is one that a browser may follow without harm."""
    if urlsplit(url).scheme not in ("http", "https"):
        return _safe(url)
    return f'<a href="{_safe(url)}" rel="noreferrer noopener nofollow">{_safe(url)}</a>'


def _safe(text: str) -> str:
    return escape(printable(text), quote=True)
