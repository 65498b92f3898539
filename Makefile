# One place for what people and CI run; `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SAMPLES := capture/samples
# What the sample trace was made of: two pages of twelve decode steps, on an H100.
COMPARED := --model deepseek-ocr --gpu h100-sxm --set pages=2 --set new_tokens=13

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml
	@echo "Installing nsys-tools and its development tools into $(VENV); this takes a minute or two." >&2
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.PHONY: install
install: $(STAMP)  ## Make .venv with the package and its development tools

.PHONY: demo
demo: $(STAMP)  ## Analyze the embedded sample trace with model, ncu and call graph, and say where the report is
	@$(BIN)/nsys-tools analyze $(SAMPLES)/sample.sqlite --stages $(SAMPLES)/stages.toml $(COMPARED) \
	  --ncu $(SAMPLES)/ncu.csv --callgraph $(SAMPLES)/callgraph.json --out demo --force

# Several at once; a file's tests stay together, since they share what takes long to make.
PYTEST := $(BIN)/python -m pytest -n $(or $(JOBS),3) --dist loadfile --no-loadscope-reorder --durations 12

.PHONY: test
test: $(STAMP)  ## Run the tests, but for those that need torch or an installed nsys, or take long (JOBS=3)
	$(PYTEST) -m 'not torch and not nsys and not large'

WHICH ?= torch or nsys or large
.PHONY: test-tools
test-tools: $(STAMP)  ## Run the tests that need torch or an installed nsys (they skip where it is missing), or take long (WHICH=)
	$(PYTEST) -m '$(WHICH)'

.PHONY: lint
lint: $(STAMP)  ## Check style, types, spelling and wording, and that pages are fresh and links lead somewhere
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	git ls-files -z | xargs -0 $(BIN)/codespell
	$(BIN)/python -m tests.prose --check
	$(BIN)/python -m tests.generate --check
	$(BIN)/python -m pytest -q tests/test_readme.py -k 'links or fence or headings'

.PHONY: docs
docs: $(STAMP)  ## Generate the reference and the outputs in the pages, and build the site into site/
	$(BIN)/python -m tests.generate
	$(BIN)/python -m tests.docs.fill
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: pictures
pictures: $(STAMP)  ## Draw the pictures of the pages that need Chromium: the report and its charts
	$(BIN)/python -m tests.docs.pictures

.PHONY: dist
dist: $(STAMP)  ## Build the wheel and the source distribution into dist/, and check their metadata
	$(BIN)/python -m build
	$(BIN)/python -m twine check --strict dist/*

# A folder of .sqlite exports; the default is where this project's shared traces are, if they are.
TRACES ?= $(firstword $(wildcard ../shared/traces) capture/samples)

.PHONY: conformance
conformance: $(STAMP)  ## Compare all reports with the installed nsys: make conformance TRACES=FOLDER
	$(BIN)/python -m tests.conformance $(TRACES) --expected tests/stats/deliberate.csv

.PHONY: goldens
goldens: $(STAMP)  ## Write what the installed nsys prints for the traces of tests/goldens
	$(BIN)/python -m tests.goldens.generate

.PHONY: bench
bench: $(STAMP)  ## Measure reports on large generated traces, and nsys where installed: writes reports/benchmark.md
	$(BIN)/python -m tests.benchmark

.PHONY: bench-ranks
bench-ranks: $(STAMP)  ## Measure 64 large and 1,000 small ranks: writes reports/benchmark-ranks.md
	$(BIN)/python -m tests.benchmark_ranks

.PHONY: bench-export
bench-export: $(STAMP)  ## Measure timelines of 2 million kernels: writes reports/benchmark-export.md
	$(BIN)/python -m tests.benchmark_export

.PHONY: bench-odd
bench-odd: $(STAMP)  ## Measure analyze on traces of odd shapes: writes reports/benchmark-odd.md
	$(BIN)/python -m tests.benchmark_odd

# Each variable that is given becomes an option of `nsys-tools capture`; the others keep its defaults.
MODEL ?= deepseek-ocr
CAPTURE_PYTHON ?= $(BIN)/python
CAPTURE_STAMP = $(if $(filter $(BIN)/python,$(CAPTURE_PYTHON)),$(VENV)/.capture)
CAPTURE_TOOLS = $(if $(NSYS),--nsys-path '$(NSYS)') $(if $(NCU_PATH),--ncu-path '$(NCU_PATH)')
CAPTURE_OPTIONS = $(strip $(CAPTURE_TOOLS) \
  $(if $(SCALE),--scale '$(SCALE)') $(if $(DEVICE),--device '$(DEVICE)') $(if $(WEIGHTS),--weights '$(WEIGHTS)') \
  $(if $(NVTX),--nvtx '$(NVTX)') $(if $(SYNC),--sync) $(if $(PAGES),--pages '$(PAGES)') \
  $(if $(CROPS),--crops '$(CROPS)') $(if $(TOKENS),--max-new-tokens '$(TOKENS)') $(if $(BATCH),--batch-size '$(BATCH)') \
  $(if $(REPEATS),--repeats '$(REPEATS)') $(if $(WARMUP),--warmup '$(WARMUP)') $(if $(SEED),--seed '$(SEED)') \
  $(if $(DTYPE),--dtype '$(DTYPE)') $(if $(ATTENTION),--attention '$(ATTENTION)') \
  $(if $(PROFILER),--profiler '$(PROFILER)') $(if $(NCU),--ncu '$(NCU)') $(if $(OUT),--out '$(OUT)'))

$(VENV)/.capture: capture/constraints.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[capture]' -c $<
	@touch $@

.PHONY: install-capture
install-capture: $(VENV)/.capture  ## Add to .venv what captures need: torch, transformers, nvtx

.PHONY: capture
capture: $(CAPTURE_STAMP)  ## Record MODEL= under nsys into runs/ (SCALE= DEVICE= NVTX= PAGES= TOKENS= NCU= ...)
	$(CAPTURE_PYTHON) -m nsys_tools capture $(MODEL) $(CAPTURE_OPTIONS)

.PHONY: doctor
doctor: $(CAPTURE_STAMP)  ## Say what this machine can capture, and what to do about what it cannot
	$(CAPTURE_PYTHON) -m nsys_tools doctor $(CAPTURE_TOOLS)

.PHONY: install-nsys
install-nsys:  ## Install Nsight Systems on Debian or Ubuntu, also without a GPU (DIR=)
	capture/install-nsys.sh $(DIR)

.PHONY: torture
torture: $(STAMP)  ## Damage traces, fill disks, start many at once: writes reports/torture.md (SLICE=seconds: a part)
	$(BIN)/python -m tests.torture $(if $(SLICE),--seconds $(SLICE),--out reports/torture.md)

.PHONY: diff-power
diff-power: $(STAMP)  ## Simulate what a comparison finds, and how often it errs: writes reports/diff-power.md
	$(BIN)/python -m tests.diff_power

.PHONY: nvtx-cost
nvtx-cost: $(CAPTURE_STAMP)  ## Measure what each NVTX level costs into capture/nvtx-cost.md
	$(CAPTURE_PYTHON) -m tests.nvtx_cost $(if $(NSYS),--nsys-path '$(NSYS)') $(if $(DEVICE),--device '$(DEVICE)')

.PHONY: clean
clean:  ## Remove what make made, but not caches of the user's
	rm -rf $(VENV) demo dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis
