"""Builds the compiled core (docs/compiled.md) where a C compiler is at hand; without one all is installed but it.

What else there is to say of the package stands in pyproject.toml.
"""

import runpy
import sys
from pathlib import Path

import lxml
from Cython.Build import cythonize
from setuptools import Extension, setup

HERE = Path(__file__).parent
PARSERS = Path("archiver", "parsers")
# Run, not imported: what the package needs is not installed where it is built.
CORE = runpy.run_path(str(HERE / PARSERS / "compiled" / "sources.py"))


def extension(name: str, source: str) -> Extension:
    """Return one module of the core: built anew when any of the core's sources has changed, left out if it fails."""
    return Extension(
        f"archiver.parsers.compiled.{name}",
        [str(PARSERS / source)],
        include_dirs=lxml.get_include(),
        define_macros=[("ARCHIVER_SOURCES", f'"{CORE["digest"](HERE / PARSERS)}"')],
        depends=[str(PARSERS / each) for each in CORE["SOURCES"]],
        extra_compile_args=[] if sys.platform == "win32" else ["-O3", "-g0"],
        optional=True,
    )


setup(
    ext_modules=cythonize(
        [extension(name, source) for name, source in CORE["MODULES"].items()],
        build_dir="build",
        language_level=3,
        force=True,
    )
)
