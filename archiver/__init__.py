"""Crawls news sites and archives every page's article and related headlines."""

from importlib.metadata import version

__version__ = version("news-archiver")
