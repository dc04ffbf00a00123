# Targets are described by `make help`. Everything is installed into .venv; nothing else is touched.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# A module is compiled once, not by every process anew: tests start hundreds, a batch its workers.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPONGECALC := $(BIN)/spongecalc
JOBS ?=
LANG_OPTION := $(if $(REPORT_LANG),--lang $(REPORT_LANG))
JOBS_OPTION := $(if $(JOBS),--jobs $(JOBS))

# The first Python from 3.12 up to (not including) 3.14; with pyenv, .python-version chooses it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python; do \
	if $$p -c 'import sys; sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; then \
	echo $$p; break; fi; done)

.PHONY: help setup demo test lint bench bench-against models check-models run status report example county clean

help:  ## this list
	@awk -F':.*## ' '/^[a-zA-Z%_-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  make model-EY03      models of one community (any id)"
	@echo "  make run-EY03        models, runs and report of one community"
	@echo "  options: JOBS=2 (processes), REPORT_LANG=en (language), PYTHON=python3.13"

$(READY): pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.12 or 3.13 is needed; name it: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	@touch $(READY)

setup: $(READY)  ## install into .venv

demo: $(READY)  ## the worked example, from its layers to its report
	$(SPONGECALC) all . $(JOBS_OPTION) $(LANG_OPTION)
	@echo "report/index.html"

test: $(READY)  ## all tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: $(READY)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)  ## times: the example's batch against the bare engine's, clearances against all with all; what is settled; rounds of misfortune
	$(BIN)/python -m tests.bench.overhead
	$(BIN)/python -m tests.bench.cluster
	$(BIN)/python -m tests.bench.settled
	$(BIN)/python -m tests.bench.store_query
	$(BIN)/python -m tests.bench.continuous
	$(BIN)/python -m tests.bench.surface_flow
	$(BIN)/python -m tests.bench.clearances
	$(BIN)/python -m tests.bench.survey
	$(BIN)/python -m tests.bench.defects
	$(BIN)/python -m tests.bench.mutations
	$(BIN)/python -m tests.bench.page_speed
	$(BIN)/python -m tests.bench.tracing_bench
	$(BIN)/python -m tests.bench.sizes
	$(BIN)/python -m tests.bench.faults

bench-against: $(READY)  ## processor time of the example's batch and a large survey beside another commit's: REF=COMMIT
	$(BIN)/python -m tests.bench.side_by_side $(or $(REF),HEAD)
	$(BIN)/python -m tests.bench.survey --against $(or $(REF),HEAD)

example: $(READY)  ## make the layers of both worked examples again
	$(BIN)/python gis/make_layers.py

county: $(READY)  ## the second example, the county's 67 communities in three phases, to its report
	$(SPONGECALC) all gis/county $(JOBS_OPTION) $(LANG_OPTION)
	@echo "gis/county/report/index.html"

models: $(READY)  ## regenerate swmm_models/ from the layers
	$(SPONGECALC) build .

model-%: $(READY)
	$(SPONGECALC) build . --community $*

check-models: $(READY)  ## fail if swmm_models/ is not what the layers give
	$(SPONGECALC) build . --check

run: $(READY)  ## build and run the models
	$(SPONGECALC) run . $(JOBS_OPTION) $(LANG_OPTION)

run-%: $(READY)
	$(SPONGECALC) all . --community $* $(JOBS_OPTION) $(LANG_OPTION)

status: $(READY)  ## what is due and why; what is not due is not done again by any of these
	$(SPONGECALC) status . $(LANG_OPTION)

report: $(READY)  ## tables and report from the runs already made
	$(SPONGECALC) report . $(LANG_OPTION)

clean:  ## remove results, report and caches (not .venv)
	rm -rf results report gis/county/results gis/county/report gis/county/swmm_models build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
