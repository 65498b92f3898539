# The commands that people and CI run; `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SAMPLES := capture/samples
# The workload of the sample trace: two pages with twelve decode steps each, on an H100.
COMPARED := --model deepseek-ocr --gpu h100-sxm --set pages=2 --set new_tokens=13

.DEFAULT_GOAL := help

.PHONY: help
help:  ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The package alone is a tenth of what its development tools install, and enough for the demo.
$(VENV)/.package: pyproject.toml
	@echo "Installing nsys-tools into $(VENV)." >&2
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(STAMP): $(VENV)/.package
	@echo "Installing development tools into $(VENV); this takes a minute or two." >&2
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.PHONY: install
install: $(STAMP)  ## Create .venv with the package and its development tools

.PHONY: demo
demo: $(VENV)/.package  ## Analyze the included sample trace with model, ncu results and call graph, and print the path of the report
	@$(BIN)/nsys-tools analyze $(SAMPLES)/sample.sqlite --stages $(SAMPLES)/stages.toml $(COMPARED) \
	  --ncu $(SAMPLES)/ncu.csv --callgraph $(SAMPLES)/callgraph.json --out demo --force

# Tests run in parallel, but those in one file run together, since they share fixtures that are slow to build.
PYTEST := $(BIN)/python -m pytest -n $(or $(JOBS),3) --dist loadfile --no-loadscope-reorder --durations 12

.PHONY: test
test: $(STAMP)  ## Run the tests, except those that are slow or require torch or an installed nsys (JOBS=3, WHICH=)
	$(PYTEST) -m '$(or $(WHICH),not torch and not nsys and not large)'

.PHONY: test-tools
test-tools: $(STAMP)  ## Run the tests that are slow or require torch or an installed nsys; skip those whose tool is missing (WHICH=)
	$(PYTEST) -m '$(or $(WHICH),torch or nsys or large)'

.PHONY: lint
lint: $(STAMP)  ## Check style, types, spelling and wording, that generated pages are up to date, and that links work
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	git ls-files -z | xargs -0 $(BIN)/codespell
	$(BIN)/python -m tests.prose --check
	$(BIN)/python -m tests.generate --check
	$(BIN)/python -m pytest -q tests/test_readme.py -k 'links or fence or headings'

.PHONY: docs
docs: $(STAMP)  ## Generate the reference and the command output in the pages, and build the site in site/
	$(BIN)/python -m tests.generate
	$(BIN)/python -m tests.docs.fill
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: pictures
pictures: $(STAMP)  ## Draw the pictures in the pages that require Chromium: the report and its charts
	$(BIN)/python -m tests.docs.pictures

.PHONY: dist
dist: $(STAMP)  ## Build the wheel and the source distribution in dist/, and check their metadata
	$(BIN)/python -m build
	$(BIN)/python -m twine check --strict dist/*

# A folder of .sqlite exports; by default the folder of shared traces, if it exists, otherwise the samples.
TRACES ?= $(firstword $(wildcard ../shared/traces) capture/samples)

.PHONY: conformance
conformance: $(STAMP)  ## Compare all reports with those of the installed nsys (TRACES=FOLDER)
	$(BIN)/python -m tests.conformance $(TRACES) --expected tests/stats/deliberate.csv

.PHONY: goldens
goldens: $(STAMP)  ## Regenerate the expected output of the installed nsys for the traces in tests/goldens
	$(BIN)/python -m tests.goldens.generate

.PHONY: bench
bench: $(STAMP)  ## Benchmark reports on large generated traces, and nsys if installed; write reports/benchmark.md
	$(BIN)/python -m tests.benchmark

.PHONY: bench-ranks
bench-ranks: $(STAMP)  ## Benchmark 64 large and 1,000 small ranks; write reports/benchmark-ranks.md
	$(BIN)/python -m tests.benchmark_ranks

.PHONY: bench-export
bench-export: $(STAMP)  ## Benchmark the export of timelines with 2 million kernels; write reports/benchmark-export.md
	$(BIN)/python -m tests.benchmark_export

.PHONY: bench-odd
bench-odd: $(STAMP)  ## Benchmark analyze on unusual traces; write reports/benchmark-odd.md
	$(BIN)/python -m tests.benchmark_odd

# Each variable that is set becomes an option of `nsys-tools capture`; the other options keep their defaults.
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
install-capture: $(VENV)/.capture  ## Add the packages for captures to .venv: torch, transformers, nvtx

.PHONY: capture
capture: $(CAPTURE_STAMP)  ## Record MODEL= under nsys and write the run to runs/ (SCALE= DEVICE= NVTX= PAGES= TOKENS= NCU= ...)
	$(CAPTURE_PYTHON) -m nsys_tools capture $(MODEL) $(CAPTURE_OPTIONS)

.PHONY: doctor
doctor: $(CAPTURE_STAMP)  ## Report what this machine can capture, and how to fix what it cannot
	$(CAPTURE_PYTHON) -m nsys_tools doctor $(CAPTURE_TOOLS)

.PHONY: install-nsys
install-nsys:  ## Install Nsight Systems on Debian or Ubuntu, also without a GPU (DIR=)
	capture/install-nsys.sh $(DIR)

.PHONY: torture
torture: $(STAMP)  ## Stress-test with damaged traces, full disks and parallel runs; write reports/torture.md (SLICE=seconds runs a part)
	$(BIN)/python -m tests.torture $(if $(SLICE),--seconds $(SLICE),--out reports/torture.md)

.PHONY: diff-power
diff-power: $(STAMP)  ## Simulate the power and the error rate of comparisons; write reports/diff-power.md
	$(BIN)/python -m tests.diff_power

.PHONY: nvtx-cost
nvtx-cost: $(CAPTURE_STAMP)  ## Measure the overhead of each NVTX level; write capture/nvtx-cost.md
	$(CAPTURE_PYTHON) -m tests.nvtx_cost $(if $(NSYS),--nsys-path '$(NSYS)') $(if $(DEVICE),--device '$(DEVICE)')

.PHONY: clean
clean:  ## Remove what make created, except the user's caches
	rm -rf $(VENV) demo dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis
