# What each target does stands behind its `##`; `make` alone prints the list.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
MODELS := $(or $(TRADEIN_MODELS),models)
DEMO := $(MODELS)/champions/cn-cny-sold-demo.json
EXTRAS := --extra training --extra postgres
OUT ?= docs/impact-report.png
export HOST PORT

.DEFAULT_GOAL := help
.PHONY: help setup preflight run demo demo-month test test-postgres beside-tests check lint format types contracts \
	bench benchmark proof-disposition proof-gates proof-views proof-monotone proof-replay proof-durability mlflow lock

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

preflight:
	@PYTHON="$(PYTHON)" sh .ci/preflight

setup: .venv/.installed ## install everything from the lock into .venv

.venv/.installed: requirements.txt pyproject.toml | preflight
	@if command -v uv >/dev/null 2>&1; then \
		echo "installing from uv.lock with uv"; \
		UV_PYTHON_DOWNLOADS=never uv sync --quiet --frozen --compile-bytecode $(EXTRAS) --python "$(PYTHON)"; \
	else \
		echo "installing from requirements.txt with pip"; \
		"$(PYTHON)" -m venv .venv && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .; \
	fi
	@touch $@

run: setup ## make the demo market, train, promote the first champion, serve on HOST:PORT
	@test -f "$(DEMO)" || $(MAKE) --no-print-directory demo
	@exec $(BIN)/tradein serve

demo: setup ## make the demo market, train on it and promote it if it is better
	@$(BIN)/tradein demo-market --out $(MODELS)/demo
	@$(BIN)/tradein train --sales $(MODELS)/demo/sales.csv --mapping demo_cn --promote

demo-month: setup ## a month of the demo market, from quotes to the report of its impact: OUT=file.png, .pdf or .html
	@$(BIN)/python -m training.demo_month "$(OUT)" $(ARGS)

test: setup ## run the tests
	@$(BIN)/python -m pytest

test-postgres: setup ## run every test of a database again, on a PostgreSQL that it starts itself
	@$(BIN)/python -m pytest --database=postgres

check: lint contracts ## what CI runs: all checks, tests on both databases side by side
	@$(MAKE) --no-print-directory -j2 test beside-tests

# The tests on SQLite take longest: the types are checked beside them.
beside-tests: setup
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory test-postgres

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup ## put the code into the house's format
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

types: setup
	@$(BIN)/mypy

contracts: setup
	@$(BIN)/lint-imports

bench: setup ## measure quotes per second against plain peers, side by side
	@$(BIN)/python -m training.bench

benchmark: .venv/.benchmark ## compare with every peer on real sales; DATA=folder, ARGS="--quick"
	@test -n "$(DATA)" || { echo "make benchmark DATA=folder of the data sets" >&2; exit 2; }
	@$(BIN)/python -m training.benchmark --data "$(DATA)" $(ARGS)

.venv/.benchmark: requirements-bench.txt .venv/.installed
	@if command -v uv >/dev/null 2>&1; then \
		UV_PYTHON_DOWNLOADS=never uv sync --quiet --frozen --inexact $(EXTRAS) --group bench; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt; \
	fi
	@touch $@

proof-monotone: setup ## worsen every answer on 2,000 devices of each champion, and on 3,000 as they were sold: no offer may rise
	@$(BIN)/python -m training.proof_monotone
	@$(BIN)/python -m training.proof_sold

proof-gates: setup ## a million random devices: none that is listed, locked, a hazard … is ever resold
	@$(BIN)/python -m tests.domain.many_devices $(ARGS)

proof-views: setup ## how long a first look at a ledger of 225,000 devices takes, and until one more shows
	@$(BIN)/python -m tests.quotes.many_entries $(ARGS)

proof-disposition: setup ## hold the demo champion's routes against an oracle that knows the sale price; ARGS="--turned 500"
	@$(BIN)/python -m training.proof_disposition $(ARGS)

proof-replay: setup ## make 10,000 quotes again to the byte after another champion and other tables
	@$(BIN)/python -m tests.replays $(ARGS)

proof-durability: setup ## kill -9 the loaded service, 100 times on SQLite and 30 on PostgreSQL; ARGS="--kills 10"
	@$(BIN)/python -m tests.durability $(ARGS)

mlflow: setup ## open the page of runs and versions on port 5000
	@MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false MLFLOW_DISABLE_TELEMETRY=true $(BIN)/mlflow server \
		--backend-store-uri sqlite:///$(abspath $(MODELS))/mlflow/mlflow.db \
		--host 127.0.0.1 --port 5000 --workers 1

lock: ## renew uv.lock and the requirements files (needs uv)
	uv lock --upgrade
	uv export --quiet $(EXTRAS) --format requirements-txt --no-emit-project --output-file requirements.txt
	uv export --quiet $(EXTRAS) --group bench --format requirements-txt --no-emit-project --output-file requirements-bench.txt
