"""The server of the sample newspaper behaves as a news site's server does."""

import gzip
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage

import pytest

from archiver.errors import SourceError
from archiver.sample import SampleServer, serve


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


def fetch(server: SampleServer, path: str, **headers: str) -> Answer:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def editions() -> Iterator[dict[int, SampleServer]]:
    with serve() as first, serve(edition=2) as second:
        yield {1: first, 2: second}


@pytest.fixture(scope="module")
def courier(editions: dict[int, SampleServer]) -> SampleServer:
    return editions[1]


@pytest.fixture(scope="module")
def courier_later(editions: dict[int, SampleServer]) -> SampleServer:
    return editions[2]


def test_running_server_can_bring_out_the_next_edition() -> None:
    with serve() as server:
        before = fetch(server, "/").body
        server.publish(2)

        assert fetch(server, "/").body != before


@pytest.mark.parametrize(
    ("path", "validator", "condition"),
    [
        ("/city/2026/11/19/swing-bridge-to-close-for-eleven-months/", "ETag", "If_None_Match"),
        ("/archive/2026/4471.htm", "Last-Modified", "If_Modified_Since"),
    ],
)
def test_unchanged_page_answers_304(courier: SampleServer, path: str, validator: str, condition: str) -> None:
    known = fetch(courier, path).headers[validator]

    again = fetch(courier, path, **{condition: known})

    assert (again.status, again.body) == (304, b"")


def test_changed_page_answers_in_full_to_an_old_etag(
    courier: SampleServer, courier_later: SampleServer
) -> None:
    path = "/science/2026/11/16/seagrass-beds-growing-again/"
    old = fetch(courier, path).headers["ETag"]

    assert fetch(courier_later, path, If_None_Match=old).status == 200


@pytest.mark.parametrize("condition", ["yesterday", "Thu, 19 Nov 2026 07:00:00 GMT", ""])
def test_unreadable_or_older_date_gets_the_whole_page(courier: SampleServer, condition: str) -> None:
    assert fetch(courier, "/archive/2026/4471.htm", If_Modified_Since=condition).status == 200


def test_gzip_holds_the_same_page(courier: SampleServer) -> None:
    plain, packed = fetch(courier, "/"), fetch(courier, "/", Accept_Encoding="gzip, deflate")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_slash_left_out_is_added_and_tracking_parameters_do_not_matter(courier: SampleServer) -> None:
    answer = fetch(courier, "/city")

    assert (answer.status, answer.headers["Location"]) == (301, "/city/")
    assert fetch(courier, "/city/?utm_source=rss").body == fetch(courier, "/city/").body


@pytest.mark.parametrize(
    "path", ["/no/such/page", "/../server.py", "/gone.txt", "/story.php", "/site/index.html"]
)
def test_nothing_else_is_served(courier: SampleServer, path: str) -> None:
    assert fetch(courier, path).status == 404


def test_connection_is_kept_alive(courier: SampleServer) -> None:
    connection = HTTPConnection("127.0.0.1", courier.server_port, timeout=10)
    try:
        connection.request("HEAD", "/")
        connection.getresponse().read()
        first_socket = connection.sock
        connection.request("GET", "/robots.txt")

        assert connection.getresponse().read().startswith(b"# The Harbour Courier")
        assert connection.sock is first_socket
    finally:
        connection.close()


def test_server_listens_on_the_loopback_address_only(courier: SampleServer) -> None:
    assert courier.server_address[0] == "127.0.0.1"
    assert courier.url == f"http://127.0.0.1:{courier.server_port}/"


def test_port_is_free_again_afterwards() -> None:
    with serve() as server:
        port = server.server_port
        keeps_alive = socket.create_connection(("127.0.0.1", port))

    with serve(port, edition=2) as server:
        assert server.server_port == port
    keeps_alive.close()


def test_taken_port_is_named_with_the_cure(courier: SampleServer) -> None:
    with (
        pytest.raises(SourceError, match=rf"127\.0\.0\.1:{courier.server_port} .*choose another port"),
        serve(courier.server_port),
    ):
        pass


def test_unknown_edition_is_refused() -> None:
    with pytest.raises(ValueError, match="no edition 3"), serve(edition=3):
        pass
