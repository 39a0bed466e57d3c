# The recipes of this project. `make demo` and `make test` need nothing but Python; they set everything up by themselves.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

ENV := .venv
BIN := $(ENV)/bin
READY := $(ENV)/.ready
export UV_COMPILE_BYTECODE := 1
export UV_PROJECT_ENVIRONMENT := $(ENV)
# Without compiled bytecode every start of a plugin compiles all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup dev-setup demo test test-watch lint format typecheck imports generate check-generated validate docs docs-serve bench bench-million lock wheel clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

setup: $(READY) ## Make the environment (finds or installs uv, finds Python 3.13)

# The environment is made anew in place whenever the lock or the package's own metadata changed.
$(READY): requirements-dev.lock pyproject.toml tools/setup.sh
	@tools/setup.sh $(ENV)
	@touch $@

dev-setup: setup ## setup, and a git hook that runs the quick checks before each commit
	@printf '#!/bin/sh\nexec make --no-print-directory lint typecheck\n' > "$$(git rev-parse --git-path hooks)/pre-commit"
	@chmod +x "$$(git rev-parse --git-path hooks)/pre-commit"
	@echo "pre-commit hook installed"

demo: setup ## Start the platform, run a real pipeline, show what landed
	@$(BIN)/flext quickstart

test: setup ## Run all tests with branch coverage
	@tools/test.sh $(BIN) $(ARGS)

test-watch: setup ## Run the quick tests again whenever a file changes
	@$(BIN)/python tools/watch.py $(BIN)/pytest -q -x tests/core tests/transport tests/cli $(ARGS)

lint: setup ## ruff: rules and formatting
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

format: setup ## Let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

typecheck: setup ## mypy, strict
	@$(BIN)/mypy

imports: setup ## The arrows between the rooms
	@$(BIN)/lint-imports --no-cache | tail -n +1

generate: setup ## Contracts -> models, methods, sync tree, commands, reference pages
	@$(BIN)/python -m openapi.codegen generate

check-generated: setup ## Fail when what is generated differs from the contracts
	@$(BIN)/python -m openapi.codegen check

docs: setup ## Build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

docs-serve: setup ## Serve the documentation on loopback
	@$(BIN)/mkdocs serve -a 127.0.0.1:8000

validate: lint typecheck imports check-generated test docs ## Everything that must hold before a commit

bench: setup ## Measure, as ratios taken in one run (ARGS="calls flight" for some parts)
	@$(BIN)/python -m tests.performance $(ARGS)

bench-million: setup ## A million rows into SQLite and DuckDB, counted and summed
	@$(BIN)/python -m tests.performance.runs

wheel: setup ## Build the wheel into dist/
	@PATH="$$PWD/.uv/bin:$$PATH" uv build --quiet --wheel --python $(BIN)/python

lock: setup ## Lock versions anew: pins and hashes, no index address
	@tools/lock.sh

clean: ## Remove what was made, but not the environment
	@rm -rf site dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .hypothesis .import_linter_cache
