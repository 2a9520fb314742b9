"""What the archive makes of a story's texts alone: the worker that split its page can do it, beside the writer."""

from archiver.items import Article, Prepared
from db.dedup.fingerprint import fingerprint_of, know_fingerprint
from db.digests import body_digest, know_body_digest
from db.searching.forms import know_forms, word_forms
from db.values import storable, storable_or_none


def prepare(article: Article) -> Prepared:
    """Return what the archive makes of an article's texts."""
    language, body = storable_or_none(article.language), storable(article.body)
    texts = (storable(article.headline), storable(article.lead or ""), body)
    return Prepared(
        language=language,
        body=body,
        body_digest=body_digest(body),
        fingerprint=fingerprint_of(body),
        forms=tuple((text, word_forms(language, text)) for text in texts),
    )


def know(prepared: Prepared) -> None:
    """Let the story that is stored next need no more of that; of another story all is made as ever."""
    know_body_digest(prepared.body, prepared.body_digest)
    know_fingerprint(prepared.body, prepared.fingerprint)
    know_forms(prepared.language, prepared.forms)
