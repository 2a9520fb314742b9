"""Pages that a server puts before the story, with status 200: consent, a check for robots, "enable JavaScript"."""

from archiver.items import Article

# Letters and digits of the longest wall; what has more is a story, whatever its headline.
LONGEST_WALL = 1200
# How the headlines of walls begin, in lower case. Only whole phrases that no newsroom would put over a story.
HEADLINES = (
    "we value your privacy",
    "your privacy choices",
    "before you continue",
    "we care about your privacy",
    "wir schätzen ihre privatsphäre",
    "ihre privatsphäre ist uns wichtig",
    "nous respectons votre vie privée",
    "votre vie privée",
    "valoramos tu privacidad",
    "valoramos su privacidad",
    "rispettiamo la tua privacy",
    "la tua privacy è importante",
    "valorizamos a sua privacidade",
    "wij hechten waarde aan uw privacy",
    "cenimy twoją prywatność",
    "just a moment",
    "checking your browser",
    "verify you are human",
    "are you a robot",
    "attention required! | cloudflare",
    "please enable javascript",
    "javascript is disabled",
)


def is_wall(article: Article) -> bool:
    """Whether what was taken for a story is a short notice under the headline of a wall."""
    characters = sum(character.isalnum() for character in article.body)
    headline = " ".join(article.headline.casefold().split())
    return characters <= LONGEST_WALL and headline.startswith(HEADLINES)
