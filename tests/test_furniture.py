"""Lines that are no part of a story, by their words."""

import pytest

from archiver.parsers.story.furniture import is_furniture
from archiver.word_lists import lines, word_table

TABLE = word_table("parsers", "furniture.toml")


@pytest.mark.parametrize("language", TABLE)
def test_every_line_of_the_file_is_known_as_a_page_shows_it(language: str) -> None:
    listed = lines(TABLE[language]["texts"])

    assert len(set(listed)) == len(listed)
    assert all(phrase == phrase.lower() for phrase in listed)
    for phrase in listed:
        shown = phrase.replace("*", "Morning 7").replace("0", "12").strip()
        assert is_furniture(shown), phrase
        assert is_furniture(f"– {shown[:1].upper()}{shown[1:]}!"), phrase


@pytest.mark.parametrize(
    "text",
    [
        "Story continues below advertisement",
        "[ Advertisement - Continue Reading Below ]",
        "5 min read",
        "Comments (1,204)",
        "(With inputs from PTI)",
        "Get the day’s top headlines delivered to your inbox every morning.",
        "Copyright 2026 The Associated Press. All rights reserved. It may not be broadcast or rewritten.",
        "An dieser Stelle findest du einen externen Inhalt von YouTube, der den Artikel ergänzt.",
        "Stand: 20.11.2026, 21:15 Uhr",
        "Il vous reste 57.09% de cet article à lire. La suite est réservée aux abonnés.",
        "（责任编辑：王五）",
        "写真：共同",
        "[사진=연합뉴스]",
        "Advertisement - story continues below",
        "👉 Sign up for our morning newsletter",
        "声明：文章内容仅供参考，据此操作风险自担。",
        "Just a heads up, some of the links on River Post are affiliate links. We may earn a little.",
        "This column does not necessarily reflect the opinion of the board. Ada Quist writes about rivers.",
        "Schlagworte: Fähre, Hochwasser",
        "Les opinions exprimées dans ces pages n'engagent que leurs auteurs.",
        "Figyelem! A cikkhez hozzáfűzött hozzászólások nem a lap véleményét tükrözik.",
        "الآراء الواردة أدناه لا تعبر عن رأي الموقع",
        "Yuk, simak juga video berikut!",
        "※本記事は掲載時点の情報です。",
        "本文仅代表作者个人观点。",
        "免责声明：内容由网友上传",
        "编辑|王五",
        "▲图片来自网络。",
        "2、回复【公交】查看线路",
        "标签 渡轮洪水",
    ],
)
def test_lines_between_paragraphs_are_known(text: str) -> None:
    assert is_furniture(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Readers of the paper kept the newsletter alive for a century.",
        "Loading docks along the canal stood under water for a week.",
        "Play went on after an hour of rain.",
        "Subscribers to the service lost their mail, the company said.",
        "She read more than the law asked her to.",
        "Tagsüber bleibt es trocken, in der Nacht kommt neuer Regen.",
        "Fotografen standen bis zum Morgen auf der Brücke.",
        "Publicité et dons paient la moitié du festival.",
        "Sources close to the talks said that a deal was near.",
        "广告业去年增长了百分之五。",
        "Copyrights lapsed in 2019. " * 20,
    ],
)
def test_what_a_story_says_is_none(text: str) -> None:
    assert not is_furniture(text)
