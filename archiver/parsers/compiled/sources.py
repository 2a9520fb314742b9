"""What the compiled core is built from. Read by setup.py too, where nothing of the package can be imported."""

from pathlib import Path
from zlib import crc32


def place(name: str) -> str:
    """Return where a module of the parsers lies, from their folder, without ending."""
    return name.replace(".", "/")


OWN = ("nodes", "kernels", "texts", "words")
"""Modules of this folder that do what a part of the parsers does in Python too."""
PARTS = ("markup.blocks", "related.links")
"""Modules of the parsers that are compiled as they are; a .pxd beside each tells the types of its classes, in C."""
SOURCES = (
    *(f"compiled/{name}.pyx" for name in OWN),
    "compiled/characters.pxd",
    *(
        f"{place(name)}.py"
        for name in (*PARTS, "markup.events", "markup.names", "text", "notices", "phrases")
    ),
    *(f"{place(name)}.pxd" for name in PARTS),
)
"""All that the core is built from or must agree with, from the folder of the parsers."""


def digest(parsers: Path) -> str:
    """Return what tells the sources, in the folder of the parsers, from those of another day."""
    sources = b"\0".join(parsers.joinpath(name).read_bytes() for name in SOURCES)
    # Importing hashlib, which nothing else here needs, takes ten times as long as this.
    return f"{crc32(sources):08x}"
