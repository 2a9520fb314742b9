"""A site that tries what an archived page must not be able to do, and an archive of it."""

from misbehaving import Answer, answer, front

HEADLINE = "<script>document.title='owned'</script><img src=x onerror=alert(1)> Flood \u202egnp.exe"
PATHS = ("/2026/11/20/hostile-story-of-the-old-bridge.html",)
PARAGRAPHS = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it, the council said.",
    "&lt;script&gt;alert(2)&lt;/script&gt; was what the sign on the bank read for the whole weekend, neighbours said.",
    "The ring road is open, and engineers will look at the piers on Monday when the water is lower than it is today.",
)


def story(elsewhere: str) -> bytes:
    """Return a page that loads what it can from elsewhere, runs scripts and leads away."""
    text = "".join(f"<p onclick='alert(3)'>{paragraph}</p>" for paragraph in PARAGRAPHS)
    escaped = HEADLINE.replace("<", "&lt;").replace(">", "&gt;")
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{escaped}</title><meta property="og:type" content="article">
<meta name="author" content="&lt;b&gt;Ann&lt;/b&gt; Lee">
<meta property="article:published_time" content="2026-11-20T08:00:00Z">
<meta http-equiv="refresh" content="1; url={elsewhere}refreshed">
<link rel="preconnect" href="{elsewhere}"><link rel="stylesheet" href="{elsewhere}style.css">
<script src="{elsewhere}script.js"></script>
<script>fetch("{elsewhere}fetched"); top.location = "{elsewhere}top";</script>
<style>body {{ background: url("{elsewhere}background.png") }}</style></head>
<body onload="fetch('{elsewhere}loaded')"><article><h1>{escaped}</h1>{text}
<img src="{elsewhere}picture.png"><iframe src="{elsewhere}framed"></iframe>
<form action="{elsewhere}sent"><input name="q"><button id="send">Send</button></form></article>
<aside><h2>Read also</h2><ul>
<li><a href="javascript:alert(4)">A story by a script, which leads to nowhere at all</a></li>
<li><a href="/2026/11/19/other.html"><b>Another &lt;i&gt;story&lt;/i&gt; of the river and its people</b></a></li>
</ul></aside>
</body></html>""".encode()


def pages(elsewhere: str) -> dict[str, Answer]:
    """Return the site's pages."""
    return {"/": front(*PATHS), PATHS[0]: answer(story(elsewhere))}
