"""What servers put in place of a story is told by language, and a story about such things is still one."""

import pytest

from archiver.parsers.sites.walls import Wall, wall_of_headers, wall_of_page, wall_of_text
from archiver.word_lists import lines, word_table

LONG = "The council said on Friday that it would look at the matter again in the spring. "


def page(title: str, body: str) -> bytes:
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("title", "body", "wall"),
    [
        ("Just a moment...", "<p>Verifying you are human. This may take a few seconds.</p>", Wall.CHALLENGE),
        ("news.example", "<p>Please stand by.</p><script>window._cf_chl_opt={}</script>", Wall.CHALLENGE),
        ("Zugriff verweigert", "<p>Referenz 18.a2f</p>", Wall.CHALLENGE),
        ("Проверка безопасности", "<p>Подождите.</p>", Wall.CHALLENGE),
        ("News", "<noscript>You need to enable JavaScript to run this app.</noscript>", Wall.JAVASCRIPT),
        ("Wir schätzen Ihre Privatsphäre | Kurier", "<p>Alle akzeptieren</p>", Wall.CONSENT),
        ("Votre vie privée - Le Courrier", "<p>Accepter</p>", Wall.CONSENT),
        ("Log in | The Courier", "<form><input type=password></form>", Wall.PAYWALL),
        ("The Courier", "<form>E-mail <input name=u> Word <input type='password'></form>", Wall.PAYWALL),
        ("Le Courrier", "<p>Cet article est réservé aux abonnés.</p>", Wall.PAYWALL),
        ("速報", "<p>この記事は会員限定記事です。続きを読むにはログインしてください。</p>", Wall.PAYWALL),
        ("Page not found – The Courier", f"<nav>{'Politics Sport Culture ' * 60}</nav>", Wall.GONE),
        ("The Courier", f"<h1>Página no encontrada</h1><ul>{'<li>Deportes</li>' * 90}</ul>", Wall.GONE),
        ("Kurier", "<p>Die von Ihnen gesuchte Seite gibt es nicht.</p>", Wall.GONE),
        ("页面不存在", "", Wall.GONE),
        ("A front page", f"<p>{LONG * 20}</p><script src=/cdn-cgi/challenge-platform/x.js></script>", None),
        ("Search", "<form><input name=q></form>", None),
        ("The cookie monster", f"<p>{LONG}</p>", None),
    ],
)
def test_page_without_story_is_told(title: str, body: str, wall: Wall | None) -> None:
    assert wall_of_page(page(title, body)) is wall


@pytest.mark.parametrize(
    ("headline", "body", "wall"),
    [
        ("Page not found", "Try the search, or go on with the newest stories of today below.", Wall.GONE),
        ("Error 404 - Page not found", LONG, Wall.GONE),
        ("Flood closes the bridge", "This article is for subscribers.\n\nLog in or subscribe.", Wall.PAYWALL),
        (
            "news.example",
            "Checking your browser before accessing news.example.\n\nRay ID: 8a2f",
            Wall.CHALLENGE,
        ),
        ("Flood closes the bridge", f"{LONG}\n\nSubscribe to continue reading.", None),
        ("Are you a robot? The council’s new counter asks everybody", LONG * 3, None),
        ("Just a moment of silence for the old bridge", LONG, None),
        ("Before you continue: what the new cookie law means", LONG * 2, None),
        ("Paywalls: why papers say “subscribe to continue reading”", LONG * 2, None),
        ("Page not found", LONG * 30, None),
    ],
)
def test_story_is_told_from_a_wall(headline: str, body: str, wall: Wall | None) -> None:
    assert wall_of_text(headline, body) is wall


def test_services_say_by_header_that_they_check() -> None:
    assert wall_of_headers([("Server", "x"), ("CF-Mitigated", "challenge")]) is Wall.CHALLENGE
    assert wall_of_headers([("Server", "cloudflare")]) is None


def test_phrases_are_written_as_they_are_looked_for() -> None:
    for language, walls in word_table("parsers", "walls.toml").items():
        assert set(walls) <= set(Wall), language
        for uses in walls.values():
            assert set(uses) <= {"titles", "texts"}
            for phrase in (phrase for text in uses.values() for phrase in lines(text)):
                assert phrase == " ".join(phrase.split()), phrase
                assert "’" not in phrase, phrase
                assert len(phrase) > 1, phrase
