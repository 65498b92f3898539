# One place for what people and CI run; `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TRACE ?= capture/samples/sample.sqlite

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.PHONY: install
install: $(STAMP)  ## Make .venv with the package and its development tools

.PHONY: demo
demo: $(STAMP)  ## Analyse the embedded sample trace and say where the report is
	@$(BIN)/nsys-tools analyze $(TRACE) --stages capture/samples/stages.toml --out demo --force

.PHONY: test
test: $(STAMP)  ## Run the tests
	$(BIN)/python -m pytest

.PHONY: lint
lint: $(STAMP)  ## Check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: docs
docs: $(STAMP)  ## Generate the reference of queries, the help in the README, and the sample trace
	$(BIN)/python -m tests.generate

# A folder of .sqlite exports; the default is where this project's shared traces are, if they are.
TRACES ?= $(firstword $(wildcard ../shared/traces) capture/samples)

.PHONY: conformance
conformance: $(STAMP)  ## Compare all reports with the installed nsys: make conformance TRACES=FOLDER
	$(BIN)/nsys-tools conformance $(TRACES) --expected tests/report/deliberate.csv

.PHONY: bench
bench: $(STAMP)  ## Measure reports on large generated traces, and nsys where installed: writes reports/benchmark.md
	$(BIN)/python -m tests.benchmark

.PHONY: clean
clean:  ## Remove what make made, but not caches of the user's
	rm -rf $(VENV) demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
