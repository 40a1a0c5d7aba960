# The verbs of this repository. Each works from a clean clone: what it needs is installed first, into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
COMPILED := build/compiled

# Pinned with hashes for every platform and Python that pyproject.toml allows. No address of a registry gets in:
# where packages come from is the business of the machine that installs them.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-header

# What the benchmark's peers need, each in an environment of its own: none of it is a dependency of Abasto.
PEER_LOCKS := $(patsubst %.in,%.txt,$(wildcard benchmarks/peers/locks/*.in))

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit compiled itest thorough chaos fuzz bench docs docs-check format lock clean

help: ## Lists the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(INSTALLED) ## Starts Kafka, worker and projector here and feeds them a simulated network (ARGS="--port 9192"); Ctrl-C ends it all
	$(BIN)/abasto up --demo $(ARGS)

test: lint types docs-check unit compiled itest ## Everything that CI runs

lint: $(INSTALLED) ## Style, formatting and the order of the rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(INSTALLED) ## Strict type check of all rooms and tests
	$(BIN)/mypy

unit: $(INSTALLED) ## Tests that need nothing but Python
	$(BIN)/pytest -m "not integration"

compiled: $(COMPILED)/.compiled ## The rules as machine code, as the image has them, and their tests once more on those
	cd $(COMPILED) && ABASTO_COMPILED=1 $(CURDIR)/$(BIN)/python -m pytest -c $(CURDIR)/pyproject.toml \
		--rootdir $(CURDIR) --import-mode append -p no:cacheprovider $(CURDIR)/tests/unit/supply $(CURDIR)/tests/unit/streams

itest: $(INSTALLED) ## Tests on a real Kafka (Java 17 or newer, or the packaged one) and a real PostgreSQL
	$(BIN)/pytest -m integration

thorough: $(INSTALLED) ## The tests that draw their cases, with 20 times as many (ABASTO_THOROUGH=1 in any run)
	ABASTO_THOROUGH=1 $(BIN)/pytest -m "hypothesis and not integration" --timeout 3600

chaos: $(INSTALLED) ## Strikes the whole service with faults, round after round, and compares the result with a replay (ARGS="--rounds 20 --seed 7")
	$(BIN)/python -m tests.chaos $(ARGS)

fuzz: $(INSTALLED) ## Sends a million random and mutated records through a real worker: each counts or is refused (ARGS="--records 20000 --seed 7")
	$(BIN)/python -m tests.fuzz $(ARGS)

bench: $(COMPILED)/.compiled ## Drains a backlog beside other engines and fails when slower than before (ARGS="--events 300000 --rounds 1" is quicker)
	$(BIN)/python -m benchmarks.throughput $(ARGS)

docs: $(INSTALLED) ## Regenerates the event reference from the message types, and the dashboard
	$(BIN)/python -m schemas.specs
	$(BIN)/python -m deploy.grafana.dashboard

docs-check: $(INSTALLED) ## Fails when the checked-in event reference or dashboard is stale
	$(BIN)/python -m schemas.specs --check
	$(BIN)/python -m deploy.grafana.dashboard --check

format: $(INSTALLED) ## Formats the code and mends what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(INSTALLED) ## Pins what pyproject.toml and the benchmark's peers pull in (ARGS=--upgrade takes newer releases)
	$(LOCK) $(ARGS) pyproject.toml --extra build --output-file constraints.txt
	$(LOCK) $(ARGS) pyproject.toml --all-extras --constraint constraints.txt --output-file constraints-dev.txt
	set -e; for lock in $(PEER_LOCKS); do $(LOCK) $(ARGS) "$${lock%.txt}.in" --output-file "$$lock"; done

clean: ## Removes what was installed or cached
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# `make .venv` is the name people type; the stamp is what says that the install came to its end.
.PHONY: .venv
.venv: $(INSTALLED)

$(INSTALLED): constraints-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Abasto needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
			"Name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement constraints-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# A copy as it ships, beside the sources: what is developed and tested by all other verbs stays plain Python.
$(COMPILED)/.compiled: $(INSTALLED) setup.py $(wildcard schemas/*.py supply/*.py supply/*/*.py streams/*.py agents/*.py)
	@command -v cc >/dev/null || { echo "Compiling needs a C compiler. On Debian and Ubuntu: apt-get install gcc" \
		"python3-dev. All but this verb and the benchmark do without." >&2; exit 1; }
	mkdir -p build
	find build -mindepth 1 -maxdepth 1 ! -name peers -exec rm -rf {} +
	ABASTO_COMPILED=1 $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --target $(COMPILED) .
	@touch $@
