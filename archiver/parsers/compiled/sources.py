"""What the compiled core is built from. Read by setup.py too, where nothing of the package can be imported."""

from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path

REPLACED = {"blocks": "blocks.py"}
"""Modules of the parsers that are compiled as they are, each with its source, in the folder of the parsers."""
MODULES = {"nodes": "compiled/nodes.pyx", "kernels": "compiled/kernels.pyx", **REPLACED}
"""All modules of the core."""
SOURCES = (*MODULES.values(), "compiled/blocks.pxd", "events.py")
"""All that the modules are built from or must agree with."""


def digest(parsers: Path | Traversable) -> str:
    """Return what tells the sources, in the folder of the parsers, from any others."""
    return sha256(b"\0".join(parsers.joinpath(name).read_bytes() for name in SOURCES)).hexdigest()
