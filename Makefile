# Everything runs in .venv, made from locks that hold names, versions and hashes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SERVE ?= 1
CORE := $(shell find core -type f -not -path '*/build/*')
CAN_COMPILE = command -v c++ >/dev/null && $(BIN)/python -c 'import pathlib, sys, sysconfig; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())'

# The same file three times: published, shipped with what makes packages, and with the sandbox that judges them.
SCHEMAS := docs/reference/package.schema.json src/tutela/referral/package/manifest.schema.json src/tutela/sandboxes/register/manifest.schema.json

# The tests start the command hundreds of times; each start would compile every module where this is set.
test soak soak-scale: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test lint format soak soak-scale bench lock docs clean
help:  ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.core  ## make .venv with the tutela command

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tutela needs Python 3.11 or later; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements/run.lock pyproject.toml
	$(PIP) install --quiet --require-hashes -r requirements/run.lock
	$(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@

# The compiled part makes it faster and is not needed: without a compiler everything works, on NumPy.
$(VENV)/.core: $(VENV)/.run $(CORE)
	@if $(CAN_COMPILE); then \
	  $(PIP) install --quiet --no-build-isolation --no-deps --force-reinstall ./core; \
	else echo "no C++ compiler or Python headers: Tutela runs without its compiled part, slower"; fi
	@touch $@

$(VENV)/.dev: $(VENV)/.run $(VENV)/.core requirements/dev.lock requirements/oracle.lock
	$(PIP) install --quiet --require-hashes -r requirements/dev.lock
	@if $(CAN_COMPILE); then \
	  $(PIP) install --quiet --no-deps --require-hashes -r requirements/oracle.lock; \
	else echo "no C++ compiler or Python headers: the tests against pdqhash will skip"; fi
	@touch $@

demo: $(VENV)/.core  ## run a year of a made-up service on real photographs, then show it (SERVE=0: stop after it)
	$(BIN)/python -m demo $(if $(filter 0,$(SERVE)),--no-serve)

test: $(VENV)/.dev  ## run the whole suite (ARGS="-k scan" to narrow it)
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: $(VENV)/.dev  ## format check, linter, types, import contracts, documents that are generated
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tutela.events.markdown --check docs/reference/events.md
	$(BIN)/python -m tutela.web.access_table --check docs/reference/access.md
	$(BIN)/python -m tutela.referral.package.schema --check $(SCHEMAS)
	$(BIN)/python -m tutela.web.messages --check

format: $(VENV)/.dev  ## format the code and sort its imports
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## write the documents that are generated from the code
	$(BIN)/python -m tutela.events.markdown docs/reference/events.md
	$(BIN)/python -m tutela.web.access_table docs/reference/access.md
	$(BIN)/python -m tutela.referral.package.schema $(SCHEMAS)
	$(BIN)/python -m tutela.web.messages

soak: $(VENV)/.dev  ## the long runs: full counts of kills, faults and generated documents, then a million cases
	TUTELA_SOAK=1 $(BIN)/python -m pytest -m soak -n 2 --timeout 3600 --ignore tests/scale $(ARGS)
	$(MAKE) soak-scale

# Alone on the machine: it measures how long people wait.
soak-scale: $(VENV)/.dev  ## the last of the long runs: a million cases in each database, and how long people wait
	TUTELA_SOAK=1 $(BIN)/python -m pytest -m soak -s tests/scale
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/tutela simulate provider --cases $${TUTELA_SCALE_CASES:-1000000} --out "$$folder" && \
	$(BIN)/python -m tests.scale.return_opened "$$folder"

# A peer that cannot be installed costs its column, not the run: the measurements say which one is missing.
$(VENV)/.bench: $(VENV)/.dev requirements/bench.lock
	@if $(PIP) install --quiet --require-hashes -r requirements/bench.lock; then touch $@; \
	else echo "the peers of requirements/bench.lock cannot be installed (some need a C++ compiler): measured without them"; fi

bench: $(VENV)/.bench  ## measure, with ratios against named peers in the same run (ARGS="--quick" for less)
	$(BIN)/python -m bench $(ARGS)

lock:  ## write the locks again (needs uv on the PATH)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --all-extras --group build pyproject.toml -o requirements/run.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --all-extras --group dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-deps --group oracle -o requirements/oracle.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group bench -c requirements/dev.lock -c requirements/oracle.lock -o requirements/bench.lock

clean:  ## remove what the commands above made
	rm -rf $(VENV) demo-output .demo-cache
