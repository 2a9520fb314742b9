"""The sample newspaper, The Harbour Courier of Port Averil: served on this machine for trials and tests.

Its stories, people and places are invented, but its pages are built as those of real news sites are.
"""

from archiver.sample.server import EDITIONS, SampleServer, serve

__all__ = ["EDITIONS", "SampleServer", "serve"]
