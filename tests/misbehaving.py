"""A news server on 127.0.0.1 that does to its visitors whatever a server can do, by raw sockets."""

import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

MEGABYTE = 2**20
HEADLINE = "Flood closes the old bridge"
OPENING = "In the harbour office they spoke of nothing else this morning than “{}”, and of the weather."
PARAGRAPHS = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
)

Answer = Callable[[socket.socket], None]


def story(headline: str = HEADLINE, *paragraphs: str) -> bytes:
    """Return a plain page with one story, whose text differs with its headline."""
    text = "".join(
        f"<p>{paragraph}</p>" for paragraph in paragraphs or (OPENING.format(headline), *PARAGRAPHS)
    )
    head = f"<meta property='og:type' content='article'><title>{headline}</title>"
    body = f"<article><h1>{headline}</h1>{text}</article>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>".encode()


def answer(
    body: bytes, status: str = "200 OK", content_type: str = "text/html; charset=utf-8", **headers: str
) -> Answer:
    """Return an answer as it should be."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return lambda client: client.sendall("\r\n".join([*lines, "", ""]).encode() + body)


def redirect(location: str, status: str = "302 Found") -> Answer:
    """Return an answer that sends the visitor elsewhere."""
    return answer(b"", status, Location=location)


def no_answer(client: socket.socket) -> None:
    """Keep the visitor waiting until it goes."""
    client.settimeout(30)
    with suppress(OSError):
        client.recv(1)


def slow_body(client: socket.socket) -> None:
    """Send a byte every tenth of a second, for half a minute."""
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 300\r\n\r\n")
    for _ in range(300):
        client.sendall(b" ")
        time.sleep(0.1)


def cut_body(client: socket.socket) -> None:
    """Promise more than comes."""
    page = story()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page) + 1000}\r\n\r\n"
    client.sendall(head.encode() + page)


def reset(client: socket.socket) -> None:
    """Break the connection off in the midst of the body."""
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<p>")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def cut_chunk(client: socket.socket) -> None:
    """Close in the midst of a chunk."""
    client.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n<p>"
    )


def hang_up(client: socket.socket) -> None:
    """Close without a word."""


def no_http(client: socket.socket) -> None:
    """Speak another protocol."""
    client.sendall(b"220 mail.example ESMTP\r\n" * 10)


def endless_body(client: socket.socket) -> None:
    """Send 20 MB without saying so before."""
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>")
    for _ in range(20):
        client.sendall(b"x" * MEGABYTE)


BOMB = gzip.compress(bytes(200 * MEGABYTE), compresslevel=9)
HUGE = b"<html><body><p>" + b"words " * (20 * MEGABYTE // 6)
NESTED = b"<html><body>" + b"<div>" * 100_000 + b"deep"
BROKEN_ENCODING = story("Br\xfccke gesperrt").replace("ü".encode(), b"\xfc\xff\x81")

PAGES: Mapping[str, Answer] = {
    "/good": answer(story()),
    "/no-answer": no_answer,
    "/slow-body": slow_body,
    "/cut-body": cut_body,
    # A site that is not there five times in a row is left alone: something else stands in between.
    "/whole-gzip": answer(gzip.compress(story("Packed and whole")), Content_Encoding="gzip"),
    "/cut-chunk": cut_chunk,
    "/hang-up": hang_up,
    "/no-http": no_http,
    "/endless": endless_body,
    "/huge": answer(HUGE),
    "/bomb": answer(BOMB, Content_Encoding="gzip"),
    "/broken-gzip": answer(b"\x1f\x8b\x08\0rubbish" * 99, Content_Encoding="gzip"),
    "/cut-gzip": answer(gzip.compress(story("Cut off on its way"))[:-100], Content_Encoding="gzip"),
    "/whole-deflate": answer(zlib.compress(story("Deflated and whole")), Content_Encoding="deflate"),
    "/cut-deflate": answer(zlib.compress(story("Cut off as well"))[:-100], Content_Encoding="deflate"),
    "/empty": answer(b""),
    "/blank": answer(b" \n\n "),
    "/pdf": answer(b"%PDF-1.7 \0\0" + bytes(5000), content_type="application/pdf"),
    "/pdf-as-html": answer(b"%PDF-1.7 \0\0" + bytes(5000)),
    "/feed-as-html": answer(b"<?xml version='1.0'?><!-- feed --><rss><channel/></rss>" * 99),
    "/xml": answer(b"<?xml version='1.0'?><data><p>Numbers</p></data>", content_type="text/xml"),
    "/xhtml-as-xml": answer(b"<?xml version='1.0'?>" + story("Strict"), content_type="application/xml"),
    "/nul": answer(story("A byte too many").replace(b"<title>", b"<title>\0")),
    "/utf-16": answer(story("Two bytes a letter").decode().encode("utf-16"), content_type="text/html"),
    "/utf-16-unmarked": answer(story("Two bytes a letter, unmarked").decode().encode("utf-16-le")),
    "/binary-as-html": answer(b"\0\1\2<\3" * 400),
    "/untyped": answer(story("Untyped but fine"), content_type=""),
    "/reset": reset,
    "/loop": redirect("/loop"),
    "/loop-a": redirect("/loop-b"),
    "/loop-b": redirect("/loop-a"),
    "/moved": redirect("/moved-here", "301 Moved Permanently"),
    "/moved-here": answer(story("The ferry sails again")),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-script": redirect("javascript:alert(1)"),
    "/404": answer(b"<p>Not found", "404 Not Found"),
    "/410": answer(b"<p>Gone", "410 Gone"),
    "/403": answer(b"<p>Forbidden", "403 Forbidden"),
    "/500": answer(b"<p>Sorry", "500 Internal Server Error"),
    "/503": answer(b"<p>Busy", "503 Service Unavailable", Retry_After="1"),
    "/forbidden/story": answer(story("Nobody should read this")),
    "/nested": answer(NESTED),
    "/broken-encoding": answer(BROKEN_ENCODING),
    "/uninvited-304": answer(b"", "304 Not Modified"),
    "/part": answer(story()[:400], "206 Partial Content", Content_Range="bytes 0-399/1200"),
    "/part-of-unknown": answer(story()[:400], "206 Partial Content", Content_Range="bytes 0-399/*"),
    "/whole-part": answer(story("The whole range"), "206 Partial Content", Content_Range="bytes 0-9/10"),
    "/no-story": answer(b"<html><body><form><input name=q></form><p>Search</p></body></html>"),
    "/last": answer(story("The last page is a good one")),
}
ROBOTS = answer(b"User-agent: *\nDisallow: /forbidden/\n", content_type="text/plain")


class Server:
    """The running server, what it serves and what it was asked for."""

    def __init__(
        self,
        pages: Mapping[str, Answer],
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.pages = dict(pages)
        self._tls = tls
        self.asked: list[str] = []
        self.requests: list[str] = []
        self.times: list[float] = []
        self._socket = socket.create_server((host, port), backlog=50)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}/"

    def serve(self) -> None:
        """Answer each visitor in a thread of its own until closed."""
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def close(self) -> None:
        """Take no more visitors."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _answer(self, client: socket.socket) -> None:
        if self._tls is not None:
            with suppress(OSError):
                client = self._tls.wrap_socket(client, server_side=True)
        with client, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                if not (part := client.recv(65536)):
                    return
                request += part
            path = request.split(b" ", 2)[1].decode()
            self.asked.append(path)
            self.times.append(time.monotonic())
            self.requests.append(request.decode())
            self.pages.get(path, answer(b"<p>Not found", "404 Not Found"))(client)


def feed(*paths: str) -> Answer:
    """Return a feed of some addresses, the first the newest."""
    items = "".join(
        f"<item><link>{path}</link><pubDate>Fri, 20 Nov 2026 10:{59 - number:02}:00 GMT</pubDate></item>"
        for number, path in enumerate(paths)
    )
    return answer(f"<rss><channel>{items}</channel></rss>".encode(), content_type="application/rss+xml")


def front(*paths: str) -> Answer:
    """Return a front page that names its feed and shows some stories by headlines."""
    links = "".join(
        f"<article><h2><a href='{path}'>The story that is called {path}</a></h2><p>What it says in short.</p>"
        f"</article>"
        for path in paths
    )
    link = "<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"
    return answer(
        f"<html><head><title>News</title>{link}</head><body><main>{links}</main></body></html>".encode()
    )


@contextmanager
def misbehaving(
    pages: Mapping[str, Answer] = PAGES,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Server]:
    """Serve some pages, a feed of them all, a front page that names it, and a robots.txt."""
    listed = [
        path for path in pages if path not in ("/", "/feed.xml", "/robots.txt", "/moved-here", "/loop-b")
    ]
    server = Server(
        {"/": front(), "/robots.txt": ROBOTS, "/feed.xml": feed(*listed), **pages}, host, port, tls
    )
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
