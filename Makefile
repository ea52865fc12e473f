# Everything here works on a machine with only Python >= 3.11, make and git: the rest is fetched into .venv, from
# locked lists, once. `make` alone formats, checks and tests.
SHELL := /bin/sh
.DEFAULT_GOAL := all
BIN := .venv/bin
BOOTSTRAP := ./tools/python.sh tools/bootstrap.py
PORT ?= 8000
WORKERS ?= 2
TESTS ?= tests
SUITE ?=
DATABASE ?=

.PHONY: all
all: format check test

.PHONY: help
help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: serve
serve: ## A filled platform on http://127.0.0.1:8000 (another port: make serve PORT=8080)
	@$(BOOTSTRAP) run
	@LMS_DEVELOPMENT=1 exec $(BIN)/python -m lms serve --demo --host 127.0.0.1 --port $(PORT)

.PHONY: test
test: ## Every test, on SQLite, PostgreSQL and in a browser (a part: make test TESTS=tests/unit)
	@$(BOOTSTRAP) test --browser
	@$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

.PHONY: check
check: ## Style, types, imports, spelling, templates
	@$(BOOTSTRAP) check
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/codespell
	@$(BIN)/djlint --lint --quiet lms
	@LMS_DEVELOPMENT=1 LMS_LOG_LEVEL=WARNING $(BIN)/python -m lms translations --check

.PHONY: format
format: ## Put the code in its canonical form
	@$(BOOTSTRAP) check
	@$(BIN)/ruff check --fix --quiet --exit-zero
	@$(BIN)/ruff format --quiet

.PHONY: bench
bench: ## Time, memory and bytes, measured on this machine
	@$(BOOTSTRAP) test --browser
	@$(BIN)/python -m bench

.PHONY: soak
soak: ## Fault and fuzz tests at their full counts (long)
	@$(BOOTSTRAP) test --browser
	@LMS_SOAK=1 $(BIN)/python -m pytest -n $(WORKERS) -m soak $(TESTS)

.PHONY: conformance
conformance: ## Run a public suite that one has, on both databases: make conformance SUITE=/path/to/suite
	@test -d "$(SUITE)" || { echo "Say where the suite is: make conformance SUITE=/path/to/suite" >&2; exit 1; }
	@$(BOOTSTRAP) test
	@$(BIN)/python -m tools.conformance "$(SUITE)" $(if $(DATABASE),--database "$(DATABASE)")

.PHONY: lock
lock: ## Recompute requirements/*.txt from requirements/*.in (UPGRADE=1: take newer versions)
	@$(BOOTSTRAP) check
	@./tools/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## Remove .venv and caches; data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
