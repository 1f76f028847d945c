# Every target does its own set-up in .venv; a second run starts at once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-from-lock

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix generate proof permissions e2e bench lock clean

help:  ## What there is to run
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP)  ## Everything a developer needs, in .venv

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(STAMP)  ## The main job on an account in memory: no AWS, no Docker, no credentials
	$(BIN)/opsloop demo

test: $(STAMP)  ## All tests that need nothing but this machine
	$(BIN)/pytest -n auto -m "not proof and not e2e and not bench"

check: $(STAMP)  ## Format, lint, types, layers, generated files fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m opsloop.generate --check
	$(BIN)/opsloop compile --check

fix: $(STAMP)  ## Format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(STAMP)  ## Write the generated files anew: schema, docs, compiled rules
	$(BIN)/python -m opsloop.generate
	$(BIN)/opsloop compile

proof: $(STAMP)  ## Fuzzing, races, permissions: slower proofs of what is promised
	$(BIN)/pytest -n auto --dist loadgroup -m proof

permissions: $(STAMP)  ## The proof of permissions alone, with its table
	$(BIN)/pytest -m proof -s tests/proof/test_proof_permissions.py

e2e: $(STAMP)  ## Deploy to MiniStack on loopback and see deployed code act
	$(BIN)/pytest -m e2e -s

bench: $(STAMP) .venv-bench/bin/custodian  ## Paired measurements; docs/performance.md says what they taught
	$(BIN)/pytest -m bench -s

# Cloud Custodian, which the compiler is measured beside, in an environment of its own
.venv-bench/bin/custodian:
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check c7n==0.9.53

lock: $(STAMP)  ## Resolve the locked requirements anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra demo --group dev pyproject.toml --output-file requirements-dev.lock

clean:  ## Remove what the targets above made
	rm -rf $(VENV) .venv-* build dist *.egg-info out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
