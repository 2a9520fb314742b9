"""What stands before every page: who may ask, and what a browser is told not to do."""

from collections.abc import Collection
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# No script runs anywhere, nothing comes from another host, no page may be framed by one.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
}
METHODS = ("GET", "HEAD")
# Bytes of an address, twice what the longest link takes: words of tens of thousands of letters cost seconds each.
LONGEST_ADDRESS = 8192
# With a part of the token's digest behind it: browsers send a machine's cookies to all its ports.
COOKIE = "archiver-token-"


class Guard:
    """Lets through what is asked of one of hosts, with the token if there is one, and to be read only."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], token: str | None = None) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request itself, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] not in METHODS:
            return PlainTextResponse("The archive can only be read.\n", 405, {"Allow": ", ".join(METHODS)})
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return PlainTextResponse(
                f"That address is longer than {LONGEST_ADDRESS:,} bytes: ask for less.\n", 414
            )
        # A page elsewhere whose name leads to this machine must not read the archive through its visitor's browser.
        if self._hosts and _host(headers.get("host", "")) not in self._hosts:
            return PlainTextResponse(
                "This name does not lead here: open the address that archiver serve printed, or start it with "
                "--host-name and this name.\n",
                421,
            )
        return None if self._token is None else self._without_token(scope, headers, self._token)

    def _without_token(self, scope: Scope, headers: Headers, token: str) -> Response | None:
        fields = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in fields if name == "token"), "")
        if given and _is_same(given.encode(), token):
            # Out of the address, which stands in the browser's history and may be passed on.
            others = urlencode([(name, value) for name, value in fields if name != "token"])
            # With one slash in front, or it would lead to another host.
            place = _local(scope["path"])
            response = RedirectResponse(f"{place}?{others}" if others else place, 303)
            # Lax: with a strict one, whoever follows a link from a mail or another site would stand before the door.
            response.set_cookie(_cookie_name(token), _cookie_value(token), httponly=True, samesite="lax")
            return response
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and _is_same(bearer.strip(" \t").encode("latin-1"), token):
            return None
        cookies = cookie_parser(headers.get("cookie", ""))
        if _is_same(cookies.get(_cookie_name(token), "").encode(), _cookie_value(token)):
            return None
        return PlainTextResponse(
            "Open the address with ?token=…, as archiver serve printed it.\n",
            401,
            {"WWW-Authenticate": "Bearer"},
        )


def _local(path: str) -> str:
    return "/" + path.lstrip("/\\")


def _host(header: str) -> str:
    """Return the host that a Host header names, without port."""
    if header.startswith("["):
        return header.partition("]")[0].lower() + "]"
    return header.partition(":")[0].lower().removesuffix(".")


def _cookie_name(token: str) -> str:
    return COOKIE + sha256(token.encode()).hexdigest()[:8]


def _cookie_value(token: str) -> str:
    return quote(token, safe="")  # headers hold ASCII


def _is_same(given: bytes, token: str) -> bool:
    return compare_digest(given, token.encode())
