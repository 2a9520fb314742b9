"""Builds the compiled core (docs/compiled.md) where a C compiler is at hand; without one all is installed but it.

What else there is to say of the package stands in pyproject.toml.
"""

import os
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
DIGEST = CORE["digest"](HERE / PARSERS)


def extension(name: str, source: Path) -> Extension:
    """Return one module of the core: built anew when any of the core's sources has changed, left out if it fails."""
    return Extension(
        name,
        [str(source)],
        include_dirs=lxml.get_include(),
        define_macros=[("ARCHIVER_SOURCES", f'"{DIGEST}"')],
        depends=[str(PARSERS / each) for each in CORE["SOURCES"]],
        extra_compile_args=[] if sys.platform == "win32" else ["-O3", "-g0"],
    )


def core() -> list[Extension]:
    """Return all its modules."""
    own = [
        extension(f"archiver.parsers.compiled.{name}", PARSERS / "compiled" / f"{name}.pyx")
        for name in CORE["OWN"]
    ]
    # By these names Cython finds what tells their types; beside their sources the modules would be found first.
    parts = [
        extension(f"archiver.parsers.{name}", PARSERS / f"{CORE['place'](name)}.py") for name in CORE["PARTS"]
    ]
    built: list[Extension] = cythonize(own + parts, build_dir="build", language_level=3, force=True)
    for each in built:
        each.optional = True  # which cythonize forgets
        each.name = "archiver.parsers.compiled." + each.name.rpartition(".")[2]
    return built


setup(ext_modules=core(), options={"build_ext": {"parallel": os.cpu_count() or 1}})
