"""The labels of links that the splitter learns from."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archiver.items import LinkKind
from training.corpus import LABELS, rows

FILES = sorted(LABELS.glob("*.jsonl"))


@pytest.mark.parametrize("file", FILES)
def test_labels_are_of_different_pages(file: Path) -> None:
    pages = [row["id"] for row in rows(file)]

    assert pages
    assert sorted(set(pages)) == pages


@pytest.mark.parametrize("file", FILES)
def test_each_link_is_labelled_once_with_a_kind(file: Path) -> None:
    for row in rows(file):
        links = [link["url"] for link in row["links"]]
        assert len(set(links)) == len(links), row["id"]
        for url in map(urlsplit, links):
            assert url.scheme in ("http", "https"), row["id"]
            assert url.netloc, row["id"]
        assert {link["kind"] for link in row["links"]} <= set(LinkKind), row["id"]
