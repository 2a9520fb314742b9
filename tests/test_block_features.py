"""What the models are told of a block: invitations to subscribe, log in or give, by their links and controls."""

import pytest

from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.models.features import BLOCK_FEATURES, block_table


def told(html: str, feature: str) -> dict[str, float]:
    """Return for each block of a page, by its first word, what a feature says of it."""
    layout = page_layout(page_tree(html.encode()))
    table = block_table(layout, headline=None, description="", stated="")
    values = table.columns[BLOCK_FEATURES.index(feature)].tolist()
    return {block.text.split()[0]: value for block, value in zip(layout.blocks, values, strict=True)}


@pytest.mark.parametrize(
    ("href", "invites"),
    [
        ("/login", 1),
        ("https://www.news.example/Subscribe/?from=story", 1),
        ("https://abo.news.example/", 1),
        ("/newsletters/sign-up", 1),
        ("/suscripcion.html#prices", 1),
        ("/2026/11/26/login-of-a-thousand-users-stolen", 0),
        ("/subscription-boxes-compared", 0),
        ("/topics/ferries", 0),
        ("", 0),
    ],
)
def test_links_where_readers_log_in_or_subscribe_are_told(href: str, invites: float) -> None:
    html = f"<p>Already a reader of ours? <a href='{href}'>It goes on here</a> for you.</p>"

    assert told(html, "invites") == {"Already": invites}


@pytest.mark.parametrize("control", ["form", "button"])
def test_controls_in_the_boxes_around_a_block_are_told(control: str) -> None:
    html = f"""<article><div><p>Ferries sail again.</p></div><section><div><p>News by mail.</p>
        <{control}>Send</{control}></div><p>Free of charge.</p></section></article>"""

    assert told(html, f"{control}_beside") == {"Ferries": 0, "News": 1, "Send": 1, "Free": 0}
    assert told(html, f"{control}_near") == {"Ferries": 0, "News": 1, "Send": 1, "Free": 1}
