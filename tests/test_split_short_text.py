"""A story of a few lines with the headlines of others before, inside or after it, as people paste them."""

import pytest

from archiver.parsers import split_text

STORIES = {
    "en": (
        "Flood closes the old bridge",
        "By Jane Doe",
        (
            "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
            "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
            "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
            "“We have never seen it this high in November,” said mayor Ann Lund, who lives by the mill.",
        ),
        ("Most read", "Related"),
        (
            "Ferry runs again after three weeks of repairs",
            "Council votes on a new library in the old mill",
            "Schools stay closed on Monday in four villages",
            "Trains to the coast are an hour late this week",
            "Museum finds a lost map of the harbour",
        ),
    ),
    "de": (
        "Hochwasser sperrt die alte Brücke",
        "Von Max Muster",
        (
            "Der Fluss stieg in der Nacht zum Samstag um zwei Meter und riss das Geländer der alten Brücke mit.",
            "Die Stadt sperrte die Brücke für das Wochenende und bat Autofahrer, die Umgehungsstraße zu nehmen.",
            "Am Montag wollen sich Fachleute die Pfeiler ansehen, wenn das Wasser wieder sinkt.",
            "„So hoch stand es im November noch nie“, sagte Bürgermeisterin Anna Lund, die an der Mühle wohnt.",
        ),
        ("Meistgelesen", "Mehr zum Thema"),
        (
            "Fähre fährt wieder nach drei Wochen Reparatur",
            "Stadtrat stimmt über neue Bücherei in der Mühle ab",
            "Schulen bleiben am Montag in vier Dörfern zu",
            "Züge an die Küste haben Verspätung",
            "Museum findet verschollene Karte",
        ),
    ),
    "fr": (
        "La crue ferme le vieux pont",
        "Par Jean Dupont",
        (
            "La rivière est montée de deux mètres dans la nuit et a emporté le garde-corps du vieux pont.",
            "La mairie a fermé le pont pour le week-end et demandé aux automobilistes de prendre la rocade.",
            "Des ingénieurs examineront les piles lundi, quand l'eau devrait avoir baissé.",
            "« Nous ne l'avons jamais vue aussi haute en novembre », a déclaré la maire Anne Lund.",
        ),
        ("Les plus lus", "Sur le même sujet"),
        (
            "Le bac reprend du service après trois semaines de réparations",
            "Le conseil vote une nouvelle bibliothèque dans le vieux moulin",
            "Les écoles restent fermées lundi dans quatre villages",
            "Les trains vers la côte ont une heure de retard",
            "Le musée retrouve une carte perdue du port",
        ),
    ),
}


@pytest.mark.parametrize("language", STORIES)
@pytest.mark.parametrize("order", ["after", "bare", "before", "inside", "around"])
def test_short_story_is_told_from_the_headlines_around_it(order: str, language: str) -> None:
    title, byline, text, (popular, related), others = STORIES[language]
    lines = {
        "after": [title, byline, *text, popular, *others],
        "bare": [title, *text, *others],
        "before": [*others, title, byline, *text],
        "inside": [title, *text[:2], related, *others[:2], *text[2:], *others[2:]],
        "around": [popular, *others[:3], title, *text, related, *others[3:]],
    }[order]

    split = split_text("\n".join(lines))

    assert split.article is not None
    assert split.article.headline == title
    assert split.article.body == "\n\n".join(text)
    assert [link.headline for link in split.related] == list(others)
    if byline in lines:
        assert split.article.authors == (byline.partition(" ")[2],)


def test_name_alone_below_the_headline_is_the_author_and_no_text() -> None:
    title, _, text, (popular, _), others = STORIES["en"]

    split = split_text("\n".join([title, "Jane Doe", *text, popular, *others]))

    assert split.article is not None
    assert split.article.authors == ("Jane Doe",)
    assert split.article.body == "\n\n".join(text)
