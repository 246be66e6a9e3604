# `make` sets up .venv and builds the graph from data/; `make test` runs the tests. Needs Python 3.11, make and git.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: all setup consumers web axe test accept lint clean

all: setup
	@$(BIN)/citygraph build

setup: .venv/.ready

# The wheels that a test installs in an empty environment are collected here: tests themselves use no network.
.venv/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "citygraph needs Python 3.11 or later: make PYTHON=python3.11")'
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) install -qq -r requirements.txt
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@$(PIP) download -qq -d .venv/wheels -c requirements.txt \
		click numpy owlrl pyoxigraph pyshacl pyyaml rdflib sparqlwrapper
	@touch $@

consumers: .venv-consumers/.ready

# CKAN and frictionless read the release in tests; their pins bind nothing in .venv.
.venv-consumers/.ready: requirements-consumers.txt
	@echo "Setting up .venv-consumers (once) ..."
	@$(PYTHON) -m venv .venv-consumers
	@.venv-consumers/bin/python -m pip --disable-pip-version-check --no-input install -qq --no-deps -r requirements-consumers.txt
	@touch $@

web: src/citygraph/pages/static/yasgui/LICENSES.txt

# The query editor of YASGUI, by the versions and sums in package-lock.json; without it the page has a plain text area.
ASSETS := src/citygraph/web/assets
src/citygraph/pages/static/yasgui/LICENSES.txt: $(ASSETS)/package.json $(ASSETS)/package-lock.json
	@cd $(ASSETS) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@mkdir -p $(@D)
	@cp $(ASSETS)/node_modules/@zazuko/yasqe/build/yasqe.min.js $(ASSETS)/node_modules/@zazuko/yasqe/build/yasqe.min.css $(@D)
	@cd $(ASSETS) && node licenses.js > $(CURDIR)/$@
	@rm -rf $(ASSETS)/node_modules

axe: tests/assets/node_modules/.ready

# axe-core, with which tests look for what keeps people from using a page; nothing of it is part of what is released.
tests/assets/node_modules/.ready: tests/assets/package.json tests/assets/package-lock.json
	@cd tests/assets && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Two halves at a time, for two cores; both must pass.
FIRST := tests/test_[a-d]*.py
REST := tests/test_[e-z]*.py
test: setup consumers lint
	@$(BIN)/python -m pytest $(FIRST) & first=$$!; \
	$(BIN)/python -m pytest $(REST); rest=$$?; \
	wait $$first && exit $$rest

# After a change of data or of what a command prints: write golden answers and the outputs in the docs anew; read the diff.
accept: setup
	CITYGRAPH_UPDATE=1 $(BIN)/python -m pytest tests/test_queries.py tests/test_docs.py

lint: setup
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy

clean:
	rm -rf .venv .venv-consumers dist
