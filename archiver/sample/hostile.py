"""The page that means harm: made at request time, so that no megabyte of nested tags is stored."""

from functools import cache

NESTED_TAGS = 100_000
COMMENTS = 20_000
# 2**53 - 1: the largest whole number of a browser's script, so some tables of the wild carry it.
COLSPAN = 9_007_199_254_740_991

HEAD = f"""<!DOCTYPE html>
<html lang="en" onclick="alert(1)"><head><meta charset="utf-8">
<title>Reader poll: which old ferry name should come back? | The Harbour Courier</title>
<script>document.write('<a href="/private/trap/">Trap</a>'); for (;;) {{ break; }}</script>
<base href="javascript:alert(2)//">
</head><body onload="alert(3)">
<h1 onmouseover="alert(4)">Reader poll: which old ferry name should come back?</h1>
<p>Vote for the Dunlin, the Curlew or the Patience.<img src="x" onerror="alert(5)"></p>
<a href="javascript:alert(6)">Five reasons to vote twice, and one not to</a>
<a href="&#106;&#97;vascript:alert(7)">What the ferry company does not tell you</a>
<a href="data:text/html,<script>alert(8)</script>">A story that carries its own page along</a>
<a href="file:///etc/passwd">The passenger list that nobody was meant to see</a>
<table><tr><td colspan="{COLSPAN}" rowspan="{COLSPAN}">Results so far</td></tr></table>
<svg><script>alert(9)</script></svg><iframe srcdoc="<script>alert(10)</script>"></iframe>
"""


@cache
def hostile_page() -> bytes:
    """Return the page, about 2 MB of UTF-8: nested tags, scripts, a huge colspan, comments without end."""
    comments = "<!-- <!-- --!> - ->" * COMMENTS + "-->"
    nested = '<div class="poll">' * NESTED_TAGS + "<p>Thank you.</p>" + "</div>" * NESTED_TAGS
    return (HEAD + comments + nested + "<!-- the end that never comes ").encode()
