"""Links to other stories between a story's paragraphs: they are related headlines, and no part of the text."""

import json

import pytest

from archiver.parsers import split_page

STORIES = {
    "en": (
        "Flood closes the old bridge",
        (
            "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
            "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
            "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
            "Buses on three lines end at the market square until further notice, the operator said.",
        ),
        ("Read more", "Ferry runs again after three weeks of repairs"),
    ),
    "it": (
        "La piena chiude il ponte vecchio",
        (
            "Il fiume è salito di due metri nella notte di venerdì e ha portato via la ringhiera del ponte vecchio.",
            "Il comune ha chiuso il ponte per il fine settimana e ha chiesto a tutti di usare la tangenziale.",
            "Lunedì gli ingegneri esamineranno i piloni, quando l'acqua dovrebbe scendere.",
            "«Non l'abbiamo mai visto così alto a novembre», ha detto la sindaca Anna Lund.",
        ),
        ("Leggi anche", "Il traghetto riparte dopo tre settimane"),
    ),
    "ru": (
        "Паводок закрыл старый мост",
        (
            "В ночь на субботу река поднялась на два метра и снесла перила старого моста.",
            "Мэрия закрыла мост на выходные и попросила водителей ехать по объездной дороге.",
            "Инженеры осмотрят опоры в понедельник, когда вода должна спасть.",
            "«Так высоко в ноябре она ещё не поднималась», — сказала мэр Анна Лунд, живущая у мельницы.",
        ),
        ("Читайте также", "Паром снова ходит после трёх недель"),
    ),
    "hu": (
        "Árvíz zárta le a régi hidat",
        (
            "A folyó péntek éjjel két métert emelkedett, és magával vitte a régi híd korlátját.",
            "Az önkormányzat a hétvégére lezárta a hidat, és a körgyűrű használatát kérte az autósoktól.",
            "A mérnökök hétfőn nézik meg a pilléreket, amikorra a víz várhatóan visszahúzódik.",
            "„Novemberben még sosem láttuk ilyen magasan” – mondta Lund Anna polgármester.",
        ),
        ("Olvassa el ezt is", "Három hét után újra jár a komp"),
    ),
}


@pytest.mark.parametrize("language", STORIES)
@pytest.mark.parametrize(
    "form",
    [
        '<p>{label}: <a href="{url}">{headline}</a></p>',
        '<p><a href="{url}">{headline}</a></p>',
        '<p>&gt;&gt; <a href="{url}">{headline}</a></p>',
        '<div class="box"><h4>{label}</h4><a href="{url}">{headline}</a></div>',
        '<a href="{url}" class="card"><img src="/f.jpg" alt="x"><span>{label}</span><span>{headline}</span></a>',
        "<table><tr><td>{label}</td></tr><tr><td><a href='{url}'>{headline}</a></td></tr></table>",
    ],
)
def test_link_alone_between_two_paragraphs_is_another_story(form: str, language: str) -> None:
    title, text, (label, headline) = STORIES[language]
    link = form.format(label=label, headline=headline, url="/n/2026/11/18/ferry-runs-again.html")
    data = json.dumps(
        {"@type": "NewsArticle", "headline": title, "datePublished": "2026-11-20T21:15:00+01:00"}
    )
    paragraphs = [f"<p>{paragraph}</p>" for paragraph in text]
    html = (
        f'<html lang="{language}"><head><title>{title}</title><script type="application/ld+json">{data}</script></head>'
        f'<body><header><nav><a href="/a">A</a></nav></header><main><article><h1>{title}</h1><div class="text">'
        f"{''.join([*paragraphs[:2], link, *paragraphs[2:]])}</div></article></main></body></html>"
    )

    split = split_page(html.encode(), url="https://news.example/n/2026/11/20/flood.html")

    assert split.article is not None
    assert split.article.body == "\n\n".join(text)
    assert [link.headline for link in split.related] == [headline]
