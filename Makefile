# make demo: install into .venv and crawl a sample newspaper.
# make test: install what development needs and run every check.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := setup.py $(wildcard archiver/parsers/*.py archiver/parsers/*/*.py archiver/parsers/*/*.pxd archiver/parsers/compiled/*.pyx)

.PHONY: demo test
.DELETE_ON_ERROR:

demo: $(VENV)/installed
	$(BIN)/archiver demo

test: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

$(VENV)/installed: pyproject.toml $(CORE) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed-dev: pyproject.toml $(CORE) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
