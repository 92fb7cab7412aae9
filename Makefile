# MOPH-PROMPT pipeline. `make demo` and `make test` need Python 3.11+ and a package index, nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
# tests share two cores with the databases they talk to
TEST_WORKERS ?= 2

.PHONY: help demo demo-ci scenario conformance chaos test lint format lock clean docs bench-parse

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 is needed / ต้องมี Python 3.11-3.13"; exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv / ติดตั้ง python3-venv ก่อน"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9' || true

# behind a private CA the certificates are in the system's store, where pip looks too
export UV_SYSTEM_CERTS ?= 1
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV_INSTALL = VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet

# wheels alone: nothing here needs a compiler; uv is faster, pip is what works everywhere
define install
	@if [ -x $(BIN)/uv ] && \
	  $(UV_INSTALL) --only-binary :all: --compile-bytecode -r $(1) && $(UV_INSTALL) --no-deps -e . ; then :; else \
	  if [ -x $(BIN)/uv ]; then echo "uv could not install, trying pip / uv ติดตั้งไม่สำเร็จ ลองใช้ pip …"; fi; \
	  $(PIP_INSTALL) --only-binary :all: -r $(1) && $(PIP_INSTALL) --no-deps -e . ; \
	fi
endef

$(VENV)/.base: requirements.txt pyproject.toml | $(BIN)/python
	@echo "installing / กำลังติดตั้ง …"
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt pyproject.toml | $(BIN)/python
	@echo "installing with test tools / กำลังติดตั้งพร้อมเครื่องมือทดสอบ …"
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.base

demo: $(VENV)/.base ## the main job on invented hospitals, with the Airflow UI, until Ctrl-C
	@exec $(BIN)/python -m phr_sandbox.demo

demo-ci: $(VENV)/.base ## the same, stops everything and exits with the run's status
	@exec $(BIN)/python -m phr_sandbox.demo --ci

conformance: $(VENV)/.base ## the same invented patients in every HIS on every database (CONFORMANCE="--his hosxp --db sqlite")
	@exec $(BIN)/python -m phr_sandbox.conformance $(CONFORMANCE)

scenario: $(VENV)/.base ## a scripted fortnight, judged: the double must equal the HIS (SCENARIO="--db sqlite --mode merge")
	@exec $(BIN)/python -m phr_sandbox.scenario $(SCENARIO)

chaos: $(VENV)/.base ## a 90-day backfill killed five times (kill -9), with today's run beside it (CHAOS="--days 30 --kills 2")
	@exec $(BIN)/python -m phr_sandbox.chaos $(CHAOS)

test: $(VENV)/.dev ## all tests that this machine can run
	@exec $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadgroup

lint: $(VENV)/.dev ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## compile requirements.txt and requirements-dev.txt from pyproject.toml
	$(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -o requirements.txt
	$(BIN)/uv pip compile --quiet pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header -c requirements.txt -o requirements-dev.txt

clean: ## remove the virtual environment and caches (never PHR_HOME)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

docs: $(VENV)/.dev ## write the generated reference pages
	$(BIN)/python docs/generate.py

bench-parse: $(VENV)/.dev ## time and memory of parsing dags/ with 3, 50 and 500 hospitals, beside plain DAGs
	@exec $(BIN)/python benchmarks/dag_parse.py
